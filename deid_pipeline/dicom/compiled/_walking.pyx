# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""A walk through all elements of a little-endian data set for the few whose values somebody wants.

What belongs here: the quick form of ``rows.wanted_values``. What does not: which elements are wanted.
"""

from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer
from libc.stdint cimport int32_t, uint8_t, uint16_t, uint32_t

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

cdef uint32_t _CHARACTER_SET = CHARACTER_SET, _PIXEL_DATA = PIXEL_DATA
cdef uint16_t _UN = vr_code("UN")
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
    cdef list found

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
                creators = {} if creators is None else creators
                creators[node.tag] = stripped(self.data + node.value, node.end - node.value)
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

    cdef bytes raw(self, const Node *node):
        return self.tree.value(node, self.data)


cdef str _creator(const Node *node, dict creators):
    """The private creator of an element, as ``paths.PathNamer.creator``."""
    cdef uint32_t number = node.tag & 0xFFFF
    if creators is None or not node.tag & _PRIVATE or 0x10 <= number <= 0xFF:
        return ""
    return <str>creators.get(node.tag & <uint32_t>0xFFFF0000 | number >> 8, "")


def wanted_values(Tree tree, Wanted wanted):
    """Every value at every depth that is wanted, in file order; see ``rows.wanted_values``."""
    cdef Py_buffer view
    cdef _Walk walk = _Walk.__new__(_Walk)
    walk.tree, walk.wanted, walk.found = tree, wanted, []
    PyObject_GetBuffer(tree.buffer, &view, PyBUF_SIMPLE)
    try:
        walk.data = <const uint8_t *>view.buf
        walk.through(tree.top[0], ("iso8859",), ())
    finally:
        PyBuffer_Release(&view)
    return walk.found
