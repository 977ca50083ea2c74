# Decisions, as the compiled editor carries them out.
from cpython.object cimport PyObject
from libc.stdint cimport int32_t, uint8_t, uint32_t

from deid_pipeline.dicom.compiled._rules cimport UNKNOWN, Bound, How, RuleMemory
from deid_pipeline.dicom.compiled._tree cimport Node, Tree

cdef struct Place:  # the item that elements lie in, as structure.Place
    const Place *outer
    const Node *sequence
    PyObject *creator  # of the sequence, NULL where it has none
    int32_t number

cdef struct Decision:  # as decisions.Decision
    int32_t node
    PyObject *bound  # NULL: it goes, as all of its kind do
    PyObject *creator  # NULL: none
    PyObject *name  # its tag path, NULL where it has to be made
    bint judged  # its value is known not to be sound

cdef class Decisions:
    cdef Decision *at
    cdef int32_t count, room

    cdef void add(self, int32_t node, Bound bound, str creator, str name, bint judged) except *

cdef class Decider:
    cdef Tree tree
    cdef const uint8_t *data
    cdef object rule_for
    cdef RuleMemory memory

    cdef Decisions decide(self, int32_t first, const Place *place)
    cdef bint is_sound(self, const Node *node, Bound bound) except -1
    cdef bytes raw(self, const Node *node)
    cdef str creator_of(self, const Node *node, dict creators)
    cdef Bound asked(self, const Node *node, str creator, const Place *place)
    cdef How learned(self, const Node *node, str creator, Bound bound, bint nested) except UNKNOWN
    cdef Decisions with_creators(self, Decisions made, set kept_blocks)
    cdef tuple parents(self, const Place *place)
    cdef str name(self, const Node *node, str creator, const Place *place)
