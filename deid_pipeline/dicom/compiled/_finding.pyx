# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Where the elements of a sound little-endian data set lie.

What belongs here: the quick form of ``structure.parse_data_set`` for what nearly all files are. What does not: whatever
is unusual or damaged, which is left to that function: it knows what is wrong, and where. Both find the same elements.
"""

from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t

from deid_pipeline.dicom.structure import MAXIMUM_DEPTH

from deid_pipeline.dicom.compiled._encoding cimport stripped
from deid_pipeline.dicom.compiled._tree cimport DEFINED, EXPLICIT, NONE, SEQUENCE, ItemNode, Node, Tree
from deid_pipeline.dicom.compiled._tree cimport dictionary_code, is_long, is_short, learn_dictionary, vr_code

cdef enum:
    _FOUND = 0
    _UNUSUAL = 1
    _HEADER = 8  # bytes of the shortest one

cdef uint32_t _ITEM = 0xFFFEE000, _ITEM_END = 0xFFFEE00D, _SEQUENCE_END = 0xFFFEE0DD, _PIXEL_DATA = 0x7FE00010
cdef uint32_t _UNDEFINED = 0xFFFFFFFF
cdef uint16_t _SQ = vr_code("SQ"), _UN = vr_code("UN"), _OB = vr_code("OB")
cdef int32_t _MAXIMUM_DEPTH = MAXIMUM_DEPTH
cdef int64_t _WALKED = 64 << 20  # bytes of fragments, from which on pages are to be given back: left to Python


cdef inline uint32_t _four(const uint8_t *at) noexcept nogil:
    return at[0] | at[1] << 8 | at[2] << 16 | <uint32_t>at[3] << 24


cdef inline uint32_t _tag(const uint8_t *at) noexcept nogil:
    return (<uint32_t>at[0] | <uint32_t>at[1] << 8) << 16 | at[2] | <uint32_t>at[3] << 8


cdef class _Finder:
    """One look through a data set."""

    cdef Tree tree
    cdef const uint8_t *data
    cdef int64_t held  # bytes of it

    cdef int data_set(
        self, int64_t position, int64_t end, bint explicit, int32_t depth, bint delimited, int32_t *first, int64_t *behind
    ) except -1:
        """Find elements from ``position`` to ``end``: the first of them and the offset behind them."""
        cdef int32_t index, last = NONE
        cdef uint32_t tag, length
        cdef uint16_t vr
        cdef int64_t value
        cdef const uint8_t *at
        cdef Node *node
        first[0] = NONE
        if depth > _MAXIMUM_DEPTH:
            return _UNUSUAL
        while position < end:
            if end - position < 8 or self.held - position < _HEADER:
                return _UNUSUAL
            at = self.data + position
            tag = _tag(at)
            if tag >> 16 == 0xFFFE:
                if tag != _ITEM_END or not delimited or _four(at + 4):
                    return _UNUSUAL
                behind[0] = position + 8
                return _FOUND
            value = position + 8
            if explicit:
                vr = at[4] | at[5] << 8
                if is_short(vr):
                    length = at[6] | at[7] << 8
                elif is_long(vr) and min(end, self.held) - position >= 12:
                    length = _four(at + 8)
                    value = position + 12
                else:
                    return _UNUSUAL
            else:
                vr = dictionary_code(tag)
                length = _four(at + 4)
            index = self.tree.new_node()
            node = &self.tree.nodes[index]
            node.tag, node.vr, node.start, node.value = tag, vr, position, value
            node.flags = EXPLICIT if explicit else 0
            if length != _UNDEFINED or (explicit and is_short(vr)):
                node.flags |= DEFINED
            node.items = node.next = NONE
            if node.flags & DEFINED and length > end - value:
                return _UNUSUAL
            if last == NONE:
                first[0] = index
            else:
                self.tree.nodes[last].next = index
            last = index
            if vr == _SQ or (vr == _UN and (not node.flags & DEFINED or (explicit and dictionary_code(tag) == _SQ))):
                node.flags |= SEQUENCE
                if vr == _UN:
                    node.flags &= ~EXPLICIT  # PS3.5 6.2.2 note 2
                if self.sequence(index, end, -1 if not node.flags & DEFINED else <int64_t>length, depth):
                    return _UNUSUAL
            elif not node.flags & DEFINED:
                if tag != _PIXEL_DATA or self.fragments(index, end):
                    return _UNUSUAL
            else:
                node.end = value + length
                if node.end > self.held and (tag != _PIXEL_DATA or depth):
                    return _UNUSUAL
            position = self.tree.nodes[index].end  # the nodes may have moved
        if delimited:
            return _UNUSUAL
        behind[0] = position
        return _FOUND

    cdef int sequence(self, int32_t index, int64_t end, int64_t length, int32_t depth) except -1:
        """Find the items of an element, and set where it ends."""
        cdef int64_t position = self.tree.nodes[index].value, behind = 0
        cdef int64_t stop = end if length < 0 else position + length
        cdef bint explicit = self.tree.nodes[index].flags & EXPLICIT
        cdef int64_t stop_of_item
        cdef int32_t place, elements = NONE, last = NONE
        cdef uint32_t tag, size
        cdef ItemNode *item
        while position < stop:
            if stop - position < 8 or self.held - position < 8:
                return _UNUSUAL
            tag, size = _tag(self.data + position), _four(self.data + position + 4)
            if tag == _SEQUENCE_END and length < 0:
                self.tree.nodes[index].end = position + 8
                return _FOUND
            if tag != _ITEM or (size != _UNDEFINED and size > stop - position - 8):
                return _UNUSUAL
            place = self.tree.new_item()
            item = &self.tree.groups[place]
            item.start, item.content, item.defined = position, position + 8, size != _UNDEFINED
            item.elements = item.next = NONE
            if last == NONE:
                self.tree.nodes[index].items = place
            else:
                self.tree.groups[last].next = place
            last = place
            stop_of_item = stop if size == _UNDEFINED else position + 8 + size
            if self.data_set(position + 8, stop_of_item, explicit, depth + 1, size == _UNDEFINED, &elements, &behind):
                return _UNUSUAL
            item = &self.tree.groups[place]  # the items may have moved
            item.elements, item.end = elements, behind
            item.content_end = behind if size != _UNDEFINED else behind - 8
            position = behind
        if length < 0:
            return _UNUSUAL
        self.tree.nodes[index].end = position
        return _FOUND

    cdef int fragments(self, int32_t index, int64_t end) except -1:
        """Set where encapsulated pixel data end."""
        cdef int64_t start = self.tree.nodes[index].value, position = start
        cdef uint32_t tag, size
        while end - position >= 8 and self.held - position >= 8 and position - start <= _WALKED:
            tag, size = _tag(self.data + position), _four(self.data + position + 4)
            if tag == _SEQUENCE_END:
                self.tree.nodes[index].end = position + 8
                return _FOUND
            if tag != _ITEM or size == _UNDEFINED or size > end - position - 8:
                return _UNUSUAL
            position += 8 + <int64_t>size
        return _UNUSUAL


def parse(buffer, int64_t start, int64_t end, bint explicit, whole=None):
    """The elements of a little-endian data set from ``start`` to ``end``.

    Parameters
    ----------
    whole
        Gives all bytes of a data set of which the buffer holds only the first ones: all but pixel data at its end.

    Returns
    -------
    Tree or None
        None when there is something to it that ``structure.parse_data_set`` has to look at, or nothing at all.
    """
    cdef Py_buffer view
    cdef _Finder finder = _Finder.__new__(_Finder)
    cdef Tree tree = Tree.__new__(Tree)
    cdef int32_t first = NONE
    cdef int64_t behind = 0
    cdef int found
    if not learn_dictionary():
        return None
    tree.buffer, tree.explicit = buffer, explicit
    finder.tree = tree
    PyObject_GetBuffer(buffer, &view, PyBUF_SIMPLE)
    try:
        if start < 0 or (end > view.len and whole is None):
            return None
        finder.data, finder.held = <const uint8_t *>view.buf, min(end, view.len)
        tree.held, tree.whole = finder.held, whole
        found = finder.data_set(start, end, explicit, 0, False, &first, &behind)
    finally:
        PyBuffer_Release(&view)
    if found != _FOUND or first == NONE:
        return None
    tree.list_top(first)
    return tree


def read_meta(bytes content, int64_t start):
    """The text values of group 2 by tag, and the offset behind it, as ``file.read_meta``; None where it is damaged."""
    cdef const uint8_t *data = <const uint8_t *>PyBytes_AS_STRING(content)
    cdef int64_t position = start, value, size = PyBytes_GET_SIZE(content)
    cdef uint32_t length
    cdef uint16_t vr
    cdef dict values = {}
    while size - position >= 2 and data[position] == 2 and data[position + 1] == 0:
        if size - position < 12:
            return None
        vr = data[position + 4] | data[position + 5] << 8
        if is_short(vr):
            value, length = position + 8, data[position + 6] | data[position + 7] << 8
        elif is_long(vr):
            value, length = position + 12, _four(data + position + 8)
        else:
            return None
        if length > size - value:  # one that is undefined is, too
            return None
        if vr != _OB and vr != _UN and vr != _SQ:
            values[_tag(data + position)] = stripped(data + value, length)
        position = value + length
    return values, position
