# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Rules as the compiled editor looks them up: by tag and VR, in tables that are filled as elements are met.

What belongs here: remembering what ``RuleSource.rule`` answered, judging kept values. What does not: answers
(``strategy``), what follows from them (``_editing``).
"""

from cpython.bytes cimport PyBytes_FromStringAndSize
from libc.stdlib cimport calloc, free

from deid_pipeline.actions import Effect as _Effect
from deid_pipeline.dicom.mending import rule_for_unsound

from deid_pipeline.dicom.compiled._tree cimport vr_name

cdef enum:
    _MOST_RULES = 1 << 16  # of a table, and
    _MOST_CREATORS = 1 << 12  # of a memory: whoever makes up tags or creators finds no room to fill


cdef class Bound:
    """A rule, its parts at hand."""

    def __init__(self, rule):
        self.rule = rule
        effect = rule.effect
        self.effect = KEEP if effect is _Effect.KEEP else DELETE if effect is _Effect.DELETE else REWRITE
        self.rewrite, self.action, self.origin, self.vr, self.sound = (
            rule.rewrite, rule.action, rule.origin, rule.vr, rule.sound
        )
        self.mode = getattr(self.rewrite, "cleaning_mode", None)
        self.cleaning = (self.mode, self.vr)
        self.remembered = getattr(self.sound, "remembered", None)
        characters = getattr(self.sound, "characters", None)
        self.by_characters = characters is not None
        if self.by_characters:
            self.longest = self.sound.longest
            for character in characters:
                self.allowed[<uint8_t>character] = 1

    cdef bint judge(self, const uint8_t *value, int64_t length) except -1:
        """Whether a value field may stay, as ``sound`` says."""
        cdef int64_t at
        cdef bint plain = True
        if self.by_characters:
            for at in range(length):
                plain &= self.allowed[value[at]]
            if not plain:
                return False
            if not self.longest or length <= self.longest:
                return True
        raw = PyBytes_FromStringAndSize(<const char *>value, length)
        if self.remembered is not None and raw in self.remembered:
            return True
        return bool(self.sound(raw))

    cdef Bound instead(self, uint16_t vr):
        """What ``mending.rule_for_unsound`` gives."""
        if self.unsound is None or self.unsound_vr != vr:
            self.unsound, self.unsound_vr = Bound(rule_for_unsound(self.rule, vr_name(vr))), vr
        return self.unsound


cdef class RuleTable:
    """Rules by tag and VR, and whether an element of even length is copied."""

    def __cinit__(self):
        self.held = []

    def __dealloc__(self):
        free(self.entries)

    cdef Entry *find(self, uint32_t tag, uint16_t vr) noexcept nogil:
        """The entry for a tag and a VR, NULL where there is none."""
        cdef uint64_t key = <uint64_t>tag << 16 | vr
        cdef uint32_t place
        if not self.room:
            return NULL
        place = _place(key) & (self.room - 1)
        while self.entries[place].how != UNKNOWN:
            if self.entries[place].key == key:
                return &self.entries[place]
            place = (place + 1) & (self.room - 1)
        return NULL

    cdef void add(self, uint32_t tag, uint16_t vr, Bound bound, How how, str name) except *:
        """Remember an answer; a full table begins anew."""
        cdef Entry *old = self.entries
        cdef uint32_t old_room = self.room, place
        if self.count >= _MOST_RULES:
            free(self.entries)
            self.entries, self.room, self.count, old, old_room = NULL, 0, 0, NULL, 0
            self.held = []
        if 2 * self.count >= self.room:
            self.entries = <Entry *>calloc(2 * self.room or 256, sizeof(Entry))
            if self.entries == NULL:
                self.entries = old
                raise MemoryError
            self.room = 2 * self.room or 256
            for place in range(old_room):
                if old[place].how != UNKNOWN:
                    self._put(old[place])
            free(old)
        self.held.append((bound, name))
        cdef Entry made = Entry(<uint64_t>tag << 16 | vr, <void *>bound, NULL, how)
        if name is not None:
            made.name = <void *>name
        self._put(made)
        self.count += 1

    cdef void _put(self, Entry entry) noexcept:
        cdef uint32_t place = _place(entry.key) & (self.room - 1)
        while self.entries[place].how != UNKNOWN:
            place = (place + 1) & (self.room - 1)
        self.entries[place] = entry


cdef inline uint32_t _place(uint64_t key) noexcept nogil:
    return <uint32_t>((key * <uint64_t>0x9E3779B97F4A7C15) >> 40)


cdef class RuleMemory:
    """What is remembered of one strategy's rules for one class: for public and private elements, at the top and inside.

    ``places`` are the tags whose rule depends on the sequences around them: of these nothing is remembered inside, and
    nothing at all where it is None.
    """

    def __init__(self, places):
        self.places = places
        self.top, self.inside = RuleTable(), RuleTable()
        self.private_top, self.private_inside = {}, {}

    cdef RuleTable of_creator(self, str creator, bint nested):
        """The rules for the elements of a private creator, or for private elements without one."""
        cdef dict tables = self.private_inside if nested else self.private_top
        table = tables.get(creator)
        if table is None:
            if len(tables) >= _MOST_CREATORS:
                tables.clear()
            table = tables[creator] = RuleTable()
        return <RuleTable>table

    cdef bint may_remember(self, uint32_t tag, bint nested) except -1:
        """Whether the rule for a tag is the same in all sequences."""
        return self.places is not None and (not nested or tag not in self.places)


cdef RuleMemory memory_of(rules):
    """What is remembered of a rule source; nothing of one that does not say which rules depend on places."""
    places = getattr(rules, "places", None)
    if places is None:
        return RuleMemory(None)
    if rules.memory is None:
        rules.memory = RuleMemory(places)
    return <RuleMemory>rules.memory
