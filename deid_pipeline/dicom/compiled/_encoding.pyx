# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Elements as bytes and text, little-endian.

What belongs here: the quick forms of functions of ``encoding`` and ``values``. What does not: where elements go
(``_editing``), text that is not ASCII, which is left to ``values``.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.unicode cimport PyUnicode_DecodeASCII, PyUnicode_DecodeLatin1
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t
from libc.string cimport memcpy

from deid_pipeline.actions.protocol import CODED_VRS, TEXT_VRS
from deid_pipeline.dicom.encoding import element_header
from deid_pipeline.dicom.structure import EXPLICIT_LE, IMPLICIT_LE
from deid_pipeline.dicom.values import text_value

from deid_pipeline.dicom.compiled._tree cimport is_long, vr_code, vr_name

cdef enum:
    _TEXT = 1
    _STRIPPED = 2  # blanks in front of a value say nothing

cdef uint32_t _UNDEFINED = 0xFFFFFFFF
cdef uint8_t _ESCAPE = 0x1B
cdef uint16_t _UI = vr_code("UI")
cdef uint8_t _texts[1 << 16]  # of VRs

for _vr in TEXT_VRS:
    _texts[vr_code(_vr)] = _TEXT if _vr in CODED_VRS or _vr == "UR" else _TEXT | _STRIPPED


cdef bytes element_start(uint32_t tag, uint16_t vr, bint explicit, int64_t length, bytes content):
    """The header of an element whose value has ``length`` bytes, as ``encoding.element_header``; ``content`` behind it."""
    cdef int64_t size = 12 if explicit and is_long(vr) else 8
    cdef Py_ssize_t filled = PyBytes_GET_SIZE(content)
    cdef bytes made
    cdef char *at
    if length > (0xFFFF if explicit and size == 8 else _UNDEFINED):
        return element_header(tag, vr_name(vr), length, EXPLICIT_LE if explicit else IMPLICIT_LE) + content  # raises
    made = PyBytes_FromStringAndSize(NULL, size + filled)
    at = PyBytes_AS_STRING(made)
    _put_two(at, tag >> 16)
    _put_two(at + 2, tag & 0xFFFF)
    if not explicit:
        _put_four(at + 4, length)
    elif size == 8:
        _put_two(at + 4, vr)
        _put_two(at + 6, length)
    else:
        _put_two(at + 4, vr)
        _put_two(at + 6, 0)
        _put_four(at + 8, length)
    memcpy(at + size, PyBytes_AS_STRING(content), filled)
    return made


cdef bytes item_start(int64_t length):
    """The header of an item, as ``encoding.item_header``."""
    cdef bytes made = PyBytes_FromStringAndSize(NULL, 8)
    cdef char *at = PyBytes_AS_STRING(made)
    _put_two(at, 0xFFFE)
    _put_two(at + 2, 0xE000)
    _put_four(at + 4, min(length, <int64_t>_UNDEFINED))
    return made


cdef bytes padding(uint16_t vr):
    """The byte that makes the length of a value even, as ``encoding.pad``."""
    return b" " if _texts[vr] and vr != _UI else b"\0"


cdef str stripped(const uint8_t *text, int64_t length):
    """Text in Latin-1 without blanks and zeros around it."""
    cdef int64_t start = 0
    while start < length and (text[start] == 0 or text[start] == b" "):
        start += 1
    while length > start and (text[length - 1] == 0 or text[length - 1] == b" "):
        length -= 1
    return PyUnicode_DecodeLatin1(<const char *>text + start, length - start, NULL)


cdef str text_of(bytes raw, uint16_t vr, tuple encodings):
    """What ``values.text_value`` gives; ASCII is read here."""
    cdef const uint8_t *text = <const uint8_t *>PyBytes_AS_STRING(raw)
    cdef Py_ssize_t length = PyBytes_GET_SIZE(raw), start = 0, at
    cdef uint8_t kind = _texts[vr]
    if not length and kind:
        return ""
    for at in range(length):
        if text[at] >= 0x80 or text[at] == _ESCAPE:
            kind = 0
    if not kind:
        return <str>text_value(raw, vr_name(vr), encodings)
    while kind & _STRIPPED and start < length and (text[start] == 0 or text[start] == b" "):
        start += 1
    while length > start and (text[length - 1] == 0 or text[length - 1] == b" "):
        length -= 1
    return PyUnicode_DecodeASCII(<const char *>text + start, length - start, NULL)


cdef inline void _put_two(char *at, uint32_t number) noexcept nogil:
    at[0], at[1] = <char>(number & 0xFF), <char>(number >> 8 & 0xFF)


cdef inline void _put_four(char *at, uint32_t number) noexcept nogil:
    _put_two(at, number & 0xFFFF)
    _put_two(at + 2, number >> 16)
