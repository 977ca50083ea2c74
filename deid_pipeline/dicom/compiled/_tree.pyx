# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The elements of one data set without an object for each of them.

What belongs here: the arrays that hold them, looking elements up, making ``structure.Element`` of those that somebody asks
for; VRs as numbers. What does not: finding them in bytes (``_finding``).
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.ref cimport Py_INCREF
from cpython.unicode cimport PyUnicode_DecodeLatin1
from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memchr

from deid_pipeline.dicom.structure import EXPLICIT_LE, IMPLICIT_LE, LONG_VRS, SHORT_VRS, Element, Item, dictionary_vr

cdef extern from "Python.h":
    object PyType_GenericAlloc(type kind, Py_ssize_t items)
    void PyTuple_SET_ITEM(object made, Py_ssize_t place, object value)

cdef enum:
    _DICTIONARY_ROOM = 1 << 14  # a power of two

cdef uint8_t _kinds[1 << 16]  # of VRs: 0 none, 1 with two bytes of length, 2 with four
cdef uint32_t _known_tags[_DICTIONARY_ROOM]  # PS3.6: an open hash table of tags and VRs
cdef uint16_t _known_vrs[_DICTIONARY_ROOM]
cdef dict _names = {}  # VRs by their codes
cdef uint16_t _SQ, _UN, _UL, _LO, _US
cdef bint _learned = False


cdef uint16_t vr_code(str vr):
    """The code of a VR."""
    return ord(vr[0]) | ord(vr[1]) << 8


cdef str vr_name(uint16_t code):
    """The VR of a code that :func:`vr_code` gave."""
    return <str>_names[code]


cdef bint is_short(uint16_t code) noexcept nogil:
    """Whether a VR has two bytes of length in explicit VR."""
    return _kinds[code] == 1


cdef bint is_long(uint16_t code) noexcept nogil:
    """Whether a VR has four bytes of length in explicit VR."""
    return _kinds[code] == 2


for _vr in SHORT_VRS | LONG_VRS:
    _kinds[vr_code(_vr)] = 2 if _vr in LONG_VRS else 1
    _names[vr_code(_vr)] = _vr
_SQ, _UN, _UL, _LO, _US = vr_code("SQ"), vr_code("UN"), vr_code("UL"), vr_code("LO"), vr_code("US")


cdef bint learn_dictionary() except -1:
    """Read PS3.6, once: before the first look at a file, since loading its table takes longer than many looks.

    False where its table has outgrown the room for it.
    """
    global _learned
    cdef uint32_t tag, place
    if _learned:
        return True
    from pydicom._dicom_dict import DicomDictionary

    if 2 * len(DicomDictionary) > _DICTIONARY_ROOM:
        return False
    for tag in DicomDictionary:
        vr = dictionary_vr(tag)
        if len(vr) != 2 or not _kinds[vr_code(vr)]:
            continue  # delimiters have none
        place = _place(tag)
        while _known_vrs[place]:
            place = (place + 1) & (_DICTIONARY_ROOM - 1)
        _known_tags[place] = tag
        _known_vrs[place] = vr_code(vr)
    _learned = True
    return True


cdef inline uint32_t _place(uint32_t tag) noexcept nogil:
    return (tag * <uint32_t>2654435761) >> 18


cdef uint16_t dictionary_code(uint32_t tag) except 0:
    """The code of what ``structure.dictionary_vr`` gives."""
    cdef uint32_t place = _place(tag), group = tag >> 16, number = tag & 0xFFFF
    while _known_vrs[place]:
        if _known_tags[place] == tag:
            return _known_vrs[place]
        place = (place + 1) & (_DICTIONARY_ROOM - 1)
    if number == 0:
        return _UL
    if group & 1:
        return _LO if 0x10 <= number <= 0xFF else _UN
    if group >> 8 == 0x50 or group >> 8 == 0x60:
        return vr_code(dictionary_vr(tag))
    return _UN


cdef uint16_t real_code(const Node *node) except 0:
    """The code of what ``decisions.real_vr`` gives."""
    if node.flags & SEQUENCE:
        return _SQ
    return dictionary_code(node.tag) if node.vr == _UN else node.vr


cdef object new_tuple(type kind, Py_ssize_t size):
    """A named tuple whose fields are still to be filled, all of them."""
    return PyType_GenericAlloc(kind, size)


cdef void fill(object made, Py_ssize_t place, object value) noexcept:
    """Set a field of such a tuple."""
    Py_INCREF(value)
    PyTuple_SET_ITEM(made, place, value)


cdef class Tree:
    """The elements of one data set; what ``DicomFile`` has as ``elements`` and ``by_tag`` is made on demand."""

    def __dealloc__(self):
        free(self.nodes)
        free(self.groups)
        free(self.top)

    cdef int32_t new_node(self) except -2:
        cdef Node *grown
        if self.node_count == self.node_room:
            self.node_room = 2 * self.node_room or 256
            grown = <Node *>realloc(self.nodes, self.node_room * sizeof(Node))
            if grown == NULL:
                raise MemoryError
            self.nodes = grown
        self.node_count += 1
        return self.node_count - 1

    cdef int32_t new_item(self) except -2:
        cdef ItemNode *grown
        if self.item_count == self.item_room:
            self.item_room = 2 * self.item_room or 64
            grown = <ItemNode *>realloc(self.groups, self.item_room * sizeof(ItemNode))
            if grown == NULL:
                raise MemoryError
            self.groups = grown
        self.item_count += 1
        return self.item_count - 1

    cdef void list_top(self, int32_t first) except *:
        """Make the list of the elements at the top level, of which ``first`` is the first."""
        cdef int32_t index = first, count = 0
        cdef uint32_t before = 0
        while index != NONE:
            count += 1
            index = self.nodes[index].next
        self.top = <int32_t *>malloc(count * sizeof(int32_t))
        if self.top == NULL:
            raise MemoryError
        self.top_count, self.ascending = count, True
        index, count = first, 0
        while index != NONE:
            if self.nodes[index].tag <= before:
                self.ascending = False
            before = self.nodes[index].tag
            self.top[count] = index
            count += 1
            index = self.nodes[index].next

    cdef int32_t find(self, uint32_t tag) noexcept nogil:
        """The top-level element of a tag, of several the last one; NONE where there is none."""
        cdef int32_t low = 0, high = self.top_count, middle
        if not self.ascending:
            for middle in range(self.top_count - 1, -1, -1):
                if self.nodes[self.top[middle]].tag == tag:
                    return self.top[middle]
            return NONE
        while low < high:
            middle = (low + high) >> 1
            if self.nodes[self.top[middle]].tag < tag:
                low = middle + 1
            else:
                high = middle
        if low < self.top_count and self.nodes[self.top[low]].tag == tag:
            return self.top[low]
        return NONE

    cdef object element(self, int32_t index):
        """One element as the rest of the package knows it, with all that it holds."""
        cdef Node node = self.nodes[index]
        cdef ItemNode item
        cdef int32_t place
        cdef list items = None
        content = EXPLICIT_LE if node.flags & EXPLICIT else IMPLICIT_LE
        if node.flags & SEQUENCE:
            items = []
            place = node.items
            while place != NONE:
                item = self.groups[place]
                inner = self.chain(item.elements)
                items.append(Item(item.start, item.content, item.content_end, item.end, bool(item.defined), inner))
                place = item.next
        made = new_tuple(Element, 8)
        fill(made, 0, node.tag)
        fill(made, 1, vr_name(node.vr))
        fill(made, 2, node.start)
        fill(made, 3, node.value)
        fill(made, 4, node.end)
        fill(made, 5, bool(node.flags & DEFINED))
        fill(made, 6, items)
        fill(made, 7, content)
        return made

    cdef list chain(self, int32_t first):
        """The elements of one data set or item, in file order."""
        cdef list made = []
        while first != NONE:
            made.append(self.element(first))
            first = self.nodes[first].next
        return made

    cdef bytes value(self, const Node *node, const uint8_t *data):
        """The value field of an element; ``data`` are the bytes of the buffer."""
        if node.end > self.held:
            return bytes(self.whole()[node.value : node.end])
        return PyBytes_FromStringAndSize(<const char *>data + node.value, node.end - node.value)

    @property
    def elements(self):
        """All elements of the data set."""
        if self._elements is None:
            self._elements = self.chain(self.top[0])
        return self._elements

    def get(self, uint32_t tag, default=None):
        """The top-level element of a tag."""
        cdef int32_t index = self.find(tag)
        return default if index == NONE else self.element(index)

    def __getitem__(self, uint32_t tag):
        cdef int32_t index = self.find(tag)
        if index == NONE:
            raise KeyError(tag)
        return self.element(index)

    def __contains__(self, uint32_t tag):
        return self.find(tag) != NONE

    def __iter__(self):
        return iter(self.keys())

    def __len__(self):
        return len(self.keys())

    def keys(self):
        """The top-level tags, each one once, in the order in which they come first."""
        cdef int32_t place
        return dict.fromkeys([self.nodes[self.top[place]].tag for place in range(self.top_count)]).keys()

    def values(self):
        """The top-level elements in the order of :meth:`keys`."""
        return [self[tag] for tag in self.keys()]

    def items(self):
        """Tags and elements in the order of :meth:`keys`."""
        return [(tag, self[tag]) for tag in self.keys()]

    def tags_between(self, uint32_t first, uint32_t last):
        """The top-level tags from ``first`` to ``last``, each one once, in ascending order."""
        cdef int32_t low = 0, high = self.top_count, middle
        cdef uint32_t tag
        cdef set found = set()
        while self.ascending and low < high:
            middle = (low + high) >> 1
            if self.nodes[self.top[middle]].tag < first:
                low = middle + 1
            else:
                high = middle
        for middle in range(low, self.top_count):
            tag = self.nodes[self.top[middle]].tag
            if first <= tag <= last:
                found.add(tag)
            elif self.ascending:
                break
        return sorted(found) if found else []

    def number(self, uint32_t tag):
        """The number of a top-level element that is one US; None where ``values.first_number`` has to look."""
        cdef int32_t index = self.find(tag)
        cdef const Node *node
        if index == NONE:
            return None
        node = &self.nodes[index]
        if node.vr != _US or node.end - node.value != 2:
            return None
        raw = self.buffer[node.value : node.end]
        return raw[0] | raw[1] << 8

    def text(self, uint32_t tag):
        """What ``values.first_text`` gives for a top-level element."""
        cdef int32_t index = self.find(tag)
        cdef const Node *node
        cdef Py_buffer view
        if index == NONE:
            return ""
        node = &self.nodes[index]
        if node.flags & SEQUENCE or node.value == node.end:
            return ""
        if node.end > self.held:
            raw = self.value(node, NULL)
            return _first_text(PyBytes_AS_STRING(raw), node.end - node.value)
        if type(self.buffer) is bytes:
            return _first_text(PyBytes_AS_STRING(self.buffer) + node.value, node.end - node.value)
        PyObject_GetBuffer(self.buffer, &view, PyBUF_SIMPLE)
        try:
            return _first_text(<const char *>view.buf + node.value, node.end - node.value)
        finally:
            PyBuffer_Release(&view)


cdef str _first_text(const char *text, int64_t length):
    cdef const char *end = <const char *>memchr(text, b"\\", length)
    if end == NULL:
        end = text + length
    while text < end and (text[0] == 0 or text[0] == b" "):
        text += 1
    while end > text and ((end - 1)[0] == 0 or (end - 1)[0] == b" "):
        end -= 1
    return PyUnicode_DecodeLatin1(text, end - text, NULL)
