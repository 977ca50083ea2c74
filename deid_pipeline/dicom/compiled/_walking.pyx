# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""A walk through all elements of a little-endian data set for the few whose values somebody wants.

What belongs here: the quick form of ``wanted.wanted_values``, and the bytes that decide what it gives. What does not:
which elements are wanted.
"""

from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t
from libc.stdlib cimport free, realloc
from libc.string cimport memcpy

from deid_pipeline.dicom.decisions import CHARACTER_SET
from deid_pipeline.dicom.wanted import MAXIMUM_VALUE_BYTES, WantedValue
from deid_pipeline.dicom.structure import PIXEL_DATA
from deid_pipeline.dicom.values import encodings_for

from deid_pipeline.dicom.compiled._encoding cimport stripped, text_of
from deid_pipeline.dicom.compiled._rules cimport COPIED, SEEN, Entry, How, RuleTable
from deid_pipeline.dicom.compiled._tree cimport NONE, SEQUENCE, ItemNode, Node, Tree, dictionary_code, fill, new_tuple
from deid_pipeline.dicom.compiled._tree cimport vr_code, vr_name

cdef enum:
    _PRIVATE = 1 << 16  # the bit of a tag that makes its group odd
    _LONGEST_KEY = 1 << 16  # bytes

cdef uint32_t _CHARACTER_SET = CHARACTER_SET, _PIXEL_DATA = PIXEL_DATA
cdef uint16_t _UN = vr_code("UN"), _DT = vr_code("DT")
cdef int32_t _MAXIMUM_VALUE_BYTES = MAXIMUM_VALUE_BYTES


cdef class Wanted:
    """A judgement of tags and VRs, and what it answered so far."""

    cdef object judge
    cdef RuleTable answers

    def __init__(self, judge):
        self.judge, self.answers = judge, RuleTable()

    cdef bint wants(self, uint32_t tag, uint16_t vr) except -1:
        cdef const Entry *entry = self.answers.find(tag, vr)
        cdef How how
        if entry != NULL:
            return entry.how == SEEN
        how = SEEN if self.judge(tag, vr_name(vr)) else COPIED
        self.answers.add(tag, vr, None, how, None)
        return how == SEEN


cdef class _Walk:
    cdef Tree tree
    cdef Wanted wanted
    cdef const uint8_t *data

    cdef void walk(self, Tree tree, Wanted wanted) except *:
        cdef Py_buffer view
        self.tree, self.wanted = tree, wanted
        PyObject_GetBuffer(tree.buffer, &view, PyBUF_SIMPLE)
        try:
            self.data = <const uint8_t *>view.buf
            self.through(tree.top[0], ("iso8859",), ())
        finally:
            PyBuffer_Release(&view)

    cdef void through(self, int32_t first, tuple encodings, tuple parents) except *:
        """Add the values that are wanted of one data set or item, and of all that it holds."""
        cdef int32_t index = first, place
        cdef const Node *node
        cdef const ItemNode *item
        cdef tuple within
        cdef dict creators = None  # of private blocks, each by the tag of its creator
        while index != NONE:
            node = &self.tree.nodes[index]
            if node.tag == _CHARACTER_SET:
                encodings = encodings_for(self.raw(node))
            if node.tag & _PRIVATE and 0x10 <= node.tag & 0xFFFF <= 0xFF and not node.flags & SEQUENCE:
                creators = self.with_creator(node, creators, encodings, parents)
            if node.flags & SEQUENCE:
                within = None
                place = node.items
                while place != NONE:
                    item = &self.tree.groups[place]
                    if item.elements != NONE:
                        if within is None:
                            within = (*parents, node.tag)
                        self.through(item.elements, encodings, within)
                    place = item.next
            elif self.wanted.wants(node.tag, node.vr):
                self.add(node, creators, encodings, parents)
            index = node.next

    cdef void add(self, const Node *node, dict creators, tuple encodings, tuple parents) except *:
        raise NotImplementedError

    cdef dict with_creator(self, const Node *node, dict creators, tuple encodings, tuple parents):
        raise NotImplementedError

    cdef bytes raw(self, const Node *node):
        return self.tree.value(node, self.data)


cdef class _Listing(_Walk):
    """Gathers the values themselves."""

    cdef list found

    cdef void add(self, const Node *node, dict creators, tuple encodings, tuple parents) except *:
        cdef uint16_t vr = dictionary_code(node.tag) if node.vr == _UN else node.vr
        cdef str text = ""
        if node.tag != _PIXEL_DATA and node.end - node.value <= _MAXIMUM_VALUE_BYTES:
            text = text_of(self.raw(node), vr, encodings)
        made = new_tuple(WantedValue, 5)
        fill(made, 0, node.tag)
        fill(made, 1, vr_name(node.vr))
        fill(made, 2, _creator(node, creators))
        fill(made, 3, parents)
        fill(made, 4, text)
        self.found.append(made)

    cdef dict with_creator(self, const Node *node, dict creators, tuple encodings, tuple parents):
        creators = {} if creators is None else creators
        creators[node.tag] = stripped(self.data + node.value, node.end - node.value)
        return creators


cdef class _Keying(_Walk):
    """Gathers the bytes that decide the values."""

    cdef char *key
    cdef int64_t size, room

    def __dealloc__(self):
        free(self.key)

    cdef void add(self, const Node *node, dict creators, tuple encodings, tuple parents) except *:
        cdef const uint8_t *value = self.data + node.value
        cdef int64_t length = node.end - node.value
        cdef uint32_t about[4]
        cdef bytes codecs
        if node.tag == _PIXEL_DATA or length > _MAXIMUM_VALUE_BYTES:
            length = 0  # no value is given of it; of all others the buffer has the bytes
        if node.vr == _DT:
            length = _without_time(value, length)
        about[0], about[1], about[2], about[3] = node.tag, node.vr, len(parents), length
        self.put(about, sizeof(about))
        for parent in parents:
            about[0] = parent
            self.put(about, sizeof(uint32_t))
        self.put(value, length)
        if not _is_plain(value, length):
            codecs = "\\".join(encodings).encode("utf-8")
            about[0] = PyBytes_GET_SIZE(codecs)
            self.put(about, sizeof(uint32_t))
            self.put(PyBytes_AS_STRING(codecs), about[0])

    cdef dict with_creator(self, const Node *node, dict creators, tuple encodings, tuple parents):
        self.add(node, creators, encodings, parents)
        return creators

    cdef void put(self, const void *data, int64_t size) except *:
        cdef char *grown
        if self.size > _LONGEST_KEY:  # it is no key any more
            return
        if self.size + size > self.room:
            grown = <char *>realloc(self.key, 2 * (self.size + size) + 512)
            if grown == NULL:
                raise MemoryError
            self.key, self.room = grown, 2 * (self.size + size) + 512
        memcpy(self.key + self.size, data, size)
        self.size += size


cdef int64_t _without_time(const uint8_t *value, int64_t length) noexcept:
    """The length of a DT without its time of day: only where it surely begins with a day, and is one value."""
    cdef int64_t at
    if length < 10:
        return length
    for at in range(10):
        if not b"0" <= value[at] <= b"9":
            return length
    for at in range(10, length):
        if value[at] == b"\\" or value[at] >= 0x80 or value[at] == 0x1B:
            return length
    cdef int month = 10 * (value[4] - 48) + value[5] - 48, day = 10 * (value[6] - 48) + value[7] - 48
    cdef bint has_year = value[0] != 48 or value[1] != 48 or value[2] != 48 or value[3] != 48
    return 8 if has_year and 1 <= month <= 12 and 1 <= day <= 28 else length


cdef bint _is_plain(const uint8_t *value, int64_t length) noexcept:
    """Whether bytes are the same text under every character set."""
    cdef int64_t at
    for at in range(length):
        if value[at] >= 0x80 or value[at] == 0x1B:
            return False
    return True


cdef str _creator(const Node *node, dict creators):
    """The private creator of an element, as ``paths.PathNamer.creator``."""
    cdef uint32_t number = node.tag & 0xFFFF
    if creators is None or not node.tag & _PRIVATE or 0x10 <= number <= 0xFF:
        return ""
    return <str>creators.get(node.tag & <uint32_t>0xFFFF0000 | number >> 8, "")


def wanted_values(Tree tree, Wanted wanted):
    """Every value at every depth that is wanted, in file order; see ``wanted.wanted_values``."""
    cdef _Listing walk = _Listing.__new__(_Listing)
    walk.found = []
    walk.walk(tree, wanted)
    return walk.found


def wanted_key(Tree tree, Wanted wanted):
    """The bytes that decide what :func:`wanted_values` gives; see ``wanted.wanted_key``."""
    cdef _Keying walk = _Keying.__new__(_Keying)
    walk.walk(tree, wanted)
    return None if walk.size > _LONGEST_KEY else PyBytes_FromStringAndSize(walk.key, walk.size)
