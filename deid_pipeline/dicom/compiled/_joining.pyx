# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Short segments put together, so that a copy is written from few pieces.

What belongs here: what ``writer`` does piece by piece where nothing was compiled. What does not: writing.
"""

from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from libc.stdint cimport int64_t
from libc.stdlib cimport free, realloc
from libc.string cimport memcpy

cdef enum:
    _MOST_GATHERED = 8 << 20  # bytes; a data set of more is written piece by piece, so that memory stays bounded


cdef class _Pending:
    """Bytes that are waiting for more."""

    cdef char *data
    cdef int64_t size, room

    def __dealloc__(self):
        free(self.data)

    cdef void add(self, const char *data, int64_t size) except *:
        cdef char *grown
        cdef int64_t room = self.room
        if self.size + size > room:
            room = 2 * (self.size + size) + 4096
            grown = <char *>realloc(self.data, room)
            if grown == NULL:
                raise MemoryError
            self.data, self.room = grown, room
        memcpy(self.data + self.size, data, size)
        self.size += size

    cdef bytes taken(self):
        cdef bytes made = PyBytes_FromStringAndSize(self.data, self.size)
        self.size = 0
        return made


def joined(buffer, bytes head, list segments, int64_t most):
    """``head`` and segments, what is no longer than ``most`` bytes put together with its neighbours; and their length.

    None where a short range ends behind the buffer (of the others nobody looks), or all short ones are too much to hold.
    """
    cdef Py_buffer view
    cdef _Pending pending = _Pending.__new__(_Pending)
    cdef list made = []
    cdef int64_t total = PyBytes_GET_SIZE(head), gathered = 0, start, end
    PyObject_GetBuffer(buffer, &view, PyBUF_SIMPLE)
    try:
        pending.add(PyBytes_AS_STRING(head), total)
        for segment in segments:
            if type(segment) is bytes:
                total += PyBytes_GET_SIZE(segment)
                pending.add(PyBytes_AS_STRING(segment), PyBytes_GET_SIZE(segment))
                continue
            start, end = (<tuple?>segment)[0], (<tuple?>segment)[1]
            total += end - start
            if end - start <= most:
                if not 0 <= start <= end <= view.len:
                    return None
                gathered += end - start
                if gathered > _MOST_GATHERED:
                    return None
                pending.add(<const char *>view.buf + start, end - start)
                continue
            if pending.size:
                made.append(pending.taken())
            made.append(segment)
    finally:
        PyBuffer_Release(&view)
    if pending.size:
        made.append(pending.taken())
    return made, total
