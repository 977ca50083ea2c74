# Rules as the compiled editor looks them up.
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t

cdef enum Effect:
    KEEP
    DELETE
    REWRITE

cdef class Bound:
    cdef Effect effect
    cdef object rule, rewrite, sound
    cdef str action, origin, vr
    cdef object mode  # of cleaning, None for any other rewriting, and
    cdef tuple cleaning  # mode and VR
    cdef set remembered  # values that were judged sound, where the judgement remembers them
    cdef bint by_characters  # whether a value is sound that is made of these, and not too long
    cdef uint8_t allowed[256]
    cdef int64_t longest
    cdef uint16_t unsound_vr
    cdef Bound unsound

    cdef bint judge(self, const uint8_t *value, int64_t length) except -1
    cdef Bound instead(self, uint16_t vr)

cdef enum How:
    UNKNOWN
    COPIED  # whatever it holds
    JUDGED  # copied if its value is sound
    SEEN  # looked at, whatever it holds

cdef struct Entry:
    uint64_t key
    void *bound
    void *name  # the tag path of such an element at the top level, NULL where nobody has asked for it
    How how

cdef class RuleTable:
    cdef Entry *entries
    cdef uint32_t count, room
    cdef list held  # what entries point at

    cdef Entry *find(self, uint32_t tag, uint16_t vr) noexcept nogil
    cdef void add(self, uint32_t tag, uint16_t vr, Bound bound, How how, str name) except *
    cdef void _put(self, Entry entry) noexcept

cdef class RuleMemory:
    cdef RuleTable top, inside
    cdef dict private_top, private_inside
    cdef object places

    cdef RuleTable of_creator(self, str creator, bint nested)
    cdef bint may_remember(self, uint32_t tag, bint nested) except -1

cdef RuleMemory memory_of(object rules)
