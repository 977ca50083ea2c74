# Elements as bytes and text, for the compiled editor.
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t

cdef bytes element_start(uint32_t tag, uint16_t vr, bint explicit, int64_t length, bytes content)
cdef bytes item_start(int64_t length)
cdef bytes padding(uint16_t vr)
cdef str stripped(const uint8_t *text, int64_t length)
cdef str text_of(bytes raw, uint16_t vr, tuple encodings)
