# The elements of one data set, as the modules of the core see them.
from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t

cdef enum:
    DEFINED = 1  # its length is written
    SEQUENCE = 2  # it holds items, also where it is written as UN
    EXPLICIT = 4  # its content, or that of its items, is in explicit VR

cdef enum:
    NONE = -1  # no further element or item

cdef struct Node:  # one element; offsets in bytes, as in structure.Element
    uint32_t tag
    uint16_t vr  # its two letters, the first one in the low byte
    uint8_t flags
    int64_t start
    int64_t value
    int64_t end
    int32_t items  # the first of them
    int32_t next  # the element behind it in the same data set

cdef struct ItemNode:  # as in structure.Item
    int64_t start
    int64_t content
    int64_t content_end
    int64_t end
    int32_t elements  # the first of them
    int32_t next
    bint defined

cdef class Tree:
    cdef readonly object buffer
    cdef int64_t held  # how much of the data set's end the buffer has; offsets behind it are pixel data's
    cdef object whole  # gives all bytes, where the buffer holds only the first ones
    cdef Node *nodes
    cdef ItemNode *groups
    cdef int32_t node_count, item_count, node_room, item_room
    cdef int32_t *top  # the elements at the top level
    cdef int32_t top_count
    cdef bint ascending  # whether their tags ascend, each one once
    cdef readonly bint explicit
    cdef list _elements

    cdef int32_t new_node(self) except -2
    cdef int32_t new_item(self) except -2
    cdef void list_top(self, int32_t first) except *
    cdef int32_t find(self, uint32_t tag) noexcept nogil
    cdef object element(self, int32_t index)
    cdef list chain(self, int32_t first)
    cdef bytes value(self, const Node *node, const uint8_t *data)

cdef bint learn_dictionary() except -1
cdef uint16_t vr_code(str vr)
cdef str vr_name(uint16_t code)
cdef uint16_t dictionary_code(uint32_t tag) except 0
cdef uint16_t real_code(const Node *node) except 0
cdef object new_tuple(type kind, Py_ssize_t size)
cdef void fill(object made, Py_ssize_t place, object value) noexcept
cdef bint is_short(uint16_t code) noexcept nogil
cdef bint is_long(uint16_t code) noexcept nogil
