# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""A copy written from segments, without an object for each piece of it.

What belongs here: the quick form of ``writer.write_dicom`` where nothing is replaced and nothing is deflated. What does
not: deciding segments (``_editing``).
"""

from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from cpython.exc cimport PyErr_CheckSignals, PyErr_SetFromErrno
from libc.errno cimport EINTR, errno
from libc.stdint cimport int64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy
from posix.fcntl cimport O_CREAT, O_EXCL, O_WRONLY, open
from posix.types cimport off_t
from posix.unistd cimport close, pread

import os

cdef extern from *:
    """
    #include <fcntl.h>
    #include <sys/uio.h>
    static void take_room(int descriptor, off_t size) {
    #ifdef __linux__
        (void)posix_fallocate(descriptor, 0, size);  /* in vain on a full disk, which tells later */
    #endif
    }
    """
    cdef enum:
        O_CLOEXEC
    struct iovec:
        void *iov_base
        size_t iov_len
    ssize_t writev(int descriptor, const iovec *pieces, int count) nogil
    void take_room(int descriptor, off_t size) nogil
    object PyErr_SetFromErrnoWithFilenameObject(object kind, object name)

cdef enum:
    _CHUNK = 256 << 10  # bytes read and written at once: what is read stays in a core's cache until it is written
    _SHORT = 32 << 10  # a piece below which copying it costs less than a write of its own
    _ROOM = 128 << 10  # the size from which on it pays to have all blocks of a file at once

cdef char *_spare = NULL  # a chunk that waits for the next file: fresh memory would cost as much as filling it


cdef class _Output:
    """Gathers pieces in one chunk; writes end where whole chunks of the output do."""

    cdef int descriptor, source
    cdef char *chunk
    cdef int64_t filled, room  # of the chunk: what waits in it, and how much may
    cdef int64_t written

    def __cinit__(self):
        global _spare
        self.chunk, _spare = _spare, NULL
        if self.chunk == NULL:
            self.chunk = <char *>malloc(_CHUNK)
            if self.chunk == NULL:
                raise MemoryError
        self.room = _CHUNK

    def __dealloc__(self):
        global _spare
        if _spare == NULL:
            _spare = self.chunk
        else:
            free(self.chunk)

    cdef void put(self, const char *data, int64_t size) except *:
        """Add a piece that lies in memory."""
        if size >= _SHORT:
            self.flush(data, size)
        else:
            self.gather(data, size)

    cdef void gather(self, const char *data, int64_t size) except *:
        """Copy a piece that lies in memory into the chunk."""
        cdef int64_t some
        while size:
            some = min(size, self.room - self.filled)
            memcpy(self.chunk + self.filled, data, some)
            self.filled += some
            data += some
            size -= some
            if self.filled == self.room:
                self.flush(NULL, 0)

    cdef void copy(self, int64_t start, int64_t end) except *:
        """Add a byte range of the source."""
        cdef ssize_t count
        while start < end:
            with nogil:
                count = pread(self.source, self.chunk + self.filled, min(end - start, self.room - self.filled), start)
            if count < 0:
                _try_again()
                continue
            if not count:
                raise OSError("the source became shorter while it was copied")
            start += count
            self.filled += count
            if self.filled == self.room:
                self.flush(NULL, 0)

    cdef void flush(self, const char *more, int64_t size) except *:
        """Write what waits, and one more piece behind it."""
        cdef iovec pieces[2]
        cdef int64_t done = 0, total = self.filled + size
        cdef ssize_t count
        while done < total:
            pieces[0].iov_base, pieces[0].iov_len = self.chunk + min(done, self.filled), max(self.filled - done, 0)
            pieces[1].iov_base, pieces[1].iov_len = <char *>more + max(done - self.filled, 0), total - max(done, self.filled)
            with nogil:
                count = writev(self.descriptor, pieces, 2)
            if count < 0:
                _try_again()
                continue
            done += count
        PyErr_CheckSignals()
        self.written += total
        self.filled, self.room = 0, _CHUNK - self.written % _CHUNK


cdef void _try_again() except *:
    """Raise for what ended a call, but for a signal that was dealt with."""
    if errno != EINTR:
        PyErr_SetFromErrno(OSError)
    PyErr_CheckSignals()


cdef int _opened(target) except -1:
    """A new file."""
    cdef bytes name = os.fsencode(target)
    cdef const char *path = PyBytes_AS_STRING(name)
    cdef int descriptor
    if b"\0" in name:
        raise ValueError("embedded null byte")
    while True:
        with nogil:
            descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        if descriptor >= 0:
            return descriptor
        if errno != EINTR:
            PyErr_SetFromErrnoWithFilenameObject(OSError, target)
        PyErr_CheckSignals()


cdef int64_t _length(bytes head, list segments) except -1:
    """The length of the output."""
    cdef int64_t total = PyBytes_GET_SIZE(head), start, end
    for segment in segments:
        if type(segment) is bytes:
            total += PyBytes_GET_SIZE(segment)
            continue
        if len(<tuple?>segment) != 2:
            raise ValueError("a range of the source has a start and an end")
        start, end = (<tuple>segment)[0], (<tuple>segment)[1]
        if not 0 <= start <= end:
            raise ValueError("a range of the source begins behind its end")
        total += end - start
    return total


def write(target, int source, buffer, bytes head, list segments):
    """Write ``head`` and the segments to ``target``, which must not exist; see ``writer.write_dicom``.

    ``buffer`` holds the open file ``source``, or its first bytes: the others are read where a segment asks for them.
    Bytes that were read before are not read again: they are what was judged, whatever the file holds by now.
    """
    cdef Py_buffer view
    cdef _Output output = _Output.__new__(_Output)
    cdef int64_t total = _length(head, segments), start, end
    cdef bint is_read = type(buffer) is bytes  # pages of a mapped file would cost more than reading them
    cdef int descriptor = _opened(target)
    try:
        if total > _ROOM:
            with nogil:
                take_room(descriptor, total)
        output.descriptor, output.source = descriptor, source
        PyObject_GetBuffer(buffer, &view, PyBUF_SIMPLE)
        try:
            output.put(PyBytes_AS_STRING(head), PyBytes_GET_SIZE(head))
            for segment in segments:
                if type(segment) is bytes:
                    output.put(PyBytes_AS_STRING(segment), PyBytes_GET_SIZE(segment))
                    continue
                start, end = (<tuple>segment)[0], (<tuple>segment)[1]
                if end <= view.len and (is_read or end - start < _SHORT):
                    output.put(<const char *>view.buf + start, end - start)
                    continue
                if is_read and start < view.len:
                    output.gather(<const char *>view.buf + start, view.len - start)
                    start = view.len
                output.copy(start, end)
        finally:
            PyBuffer_Release(&view)
        if output.filled:
            output.flush(NULL, 0)
    except BaseException:
        close(descriptor)
        raise
    if close(descriptor):
        PyErr_SetFromErrno(OSError)
