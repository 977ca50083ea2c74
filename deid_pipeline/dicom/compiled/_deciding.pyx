# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Which elements of a little-endian data set are not merely copied, and by which rule.

What belongs here: the quick form of ``decisions.decide``. What does not: rules (``_rules``), carrying them out
(``_editing``). Both forms decide the same.
"""

from cpython.object cimport PyObject
from cpython.ref cimport Py_XDECREF, Py_XINCREF
from libc.stdint cimport int32_t, uint16_t, uint32_t
from libc.stdlib cimport free, realloc

from deid_pipeline.dicom.decisions import CHARACTER_SET, KEPT_CREATOR

from deid_pipeline.dicom.compiled._encoding cimport stripped
from deid_pipeline.dicom.compiled._rules cimport COPIED, DELETE, JUDGED, KEEP, SEEN, UNKNOWN, Bound, Entry, How
from deid_pipeline.dicom.compiled._rules cimport RuleMemory, RuleTable
from deid_pipeline.dicom.compiled._tree cimport NONE, SEQUENCE, Node, real_code, vr_code, vr_name

cdef extern from "Python.h":
    str PyUnicode_FromFormat(const char *form, ...)

cdef enum:
    _PRIVATE = 1 << 16  # the bit of a tag that makes its group odd

cdef uint32_t _CHARACTER_SET = CHARACTER_SET
cdef uint16_t _UN = vr_code("UN")
cdef Bound _kept_creator = Bound(KEPT_CREATOR)


cdef class Decisions:
    """The elements of one data set that are not merely copied."""

    def __dealloc__(self):
        cdef int32_t place
        for place in range(self.count):
            Py_XDECREF(self.at[place].bound)
            Py_XDECREF(self.at[place].creator)
            Py_XDECREF(self.at[place].name)
        free(self.at)

    cdef void add(self, int32_t node, Bound bound, str creator, str name, bint judged) except *:
        cdef Decision *grown
        if self.count == self.room:
            grown = <Decision *>realloc(self.at, (2 * self.room or 32) * sizeof(Decision))
            if grown == NULL:
                raise MemoryError
            self.at, self.room = grown, 2 * self.room or 32
        cdef Decision *made = &self.at[self.count]
        made.node, made.judged = node, judged
        made.bound = NULL if bound is None else <PyObject *>bound
        made.creator = NULL if creator is None else <PyObject *>creator
        Py_XINCREF(made.bound)
        made.name = NULL if name is None else <PyObject *>name
        Py_XINCREF(made.creator)
        Py_XINCREF(made.name)
        self.count += 1


cdef class Decider:
    """Decides about the elements of one data set; ``data`` are its bytes for as long as somebody holds the buffer."""

    cdef Decisions decide(self, int32_t first, const Place *place):
        """As ``decisions.decide``; None when all elements are merely copied."""
        cdef Decisions made = None
        cdef bint nested = place != NULL, judged
        cdef RuleTable table = self.memory.inside if nested else self.memory.top, private = None
        cdef const Entry *entry
        cdef const Node *node
        cdef int32_t index, following = first
        cdef uint32_t block = 0  # the private block that ``creator`` and ``private`` are of
        cdef dict creators = None
        cdef set kept_blocks = None
        cdef Bound bound
        cdef How how
        cdef str creator, name
        while following != NONE:
            index = following
            node = &self.tree.nodes[index]
            following = node.next
            entry, name = NULL, None
            if not node.tag & _PRIVATE:
                creator, block = None, 0
                entry = table.find(node.tag, node.vr)
            else:
                if node.tag >> 8 != block or node.tag & 0xFF00 == 0:
                    if creators is None:
                        creators = {}
                    creator, block = self.creator_of(node, creators), node.tag >> 8
                    private = self.memory.of_creator(creator, nested)
                if node.vr != _UN or not node.flags & SEQUENCE:
                    entry = private.find(node.tag, node.vr)
            if entry != NULL:
                how = entry.how
                if entry.name != NULL:
                    name = <str>entry.name
                if how == COPIED and not (node.end - node.value) & 1:
                    if creator:
                        kept_blocks = _with_block(kept_blocks, node.tag)
                    continue
                bound = <Bound>entry.bound
            elif node.tag & 0xFFFF == 0:  # group lengths are retired (PS3.5 7.2) and would not hold any more
                bound, how = None, SEEN
            else:
                bound = self.asked(node, creator, place)
                how = self.learned(node, creator, bound, nested)
            if creator and bound is not None and bound.effect != DELETE:
                kept_blocks = _with_block(kept_blocks, node.tag)
            judged = False
            if not (node.end - node.value) & 1:
                if how == JUDGED:
                    judged = not self.is_sound(node, bound)
                    how = SEEN if judged else COPIED
                if how == COPIED:
                    continue
            if made is None:
                made = Decisions.__new__(Decisions)
            made.add(index, bound, creator, name, judged)
        if kept_blocks and made is not None:
            return self.with_creators(made, kept_blocks)
        return made

    cdef bint is_sound(self, const Node *node, Bound bound) except -1:
        """Whether a value may stay."""
        if node.end > self.tree.held:
            return bool(bound.sound(self.raw(node)))
        return bound.judge(self.data + node.value, node.end - node.value)

    cdef bytes raw(self, const Node *node):
        return self.tree.value(node, self.data)

    cdef str creator_of(self, const Node *node, dict creators):
        """The private creator of a private element, as ``paths.PathNamer.creator``; creators are noted.

        It is that of all elements which follow it in its block, but for creators themselves.
        """
        cdef uint32_t number = node.tag & 0xFFFF, group = node.tag & <uint32_t>0xFFFF0000
        if 0x10 <= number <= 0xFF:
            if not node.flags & SEQUENCE:
                creators[node.tag] = stripped(self.data + node.value, node.end - node.value)
            return ""
        return <str>creators.get(group | number >> 8, "")

    cdef Bound asked(self, const Node *node, str creator, const Place *place):
        """The rule for an element."""
        return Bound(self.rule_for(node.tag, vr_name(real_code(node)), creator or "", self.parents(place)))

    cdef How learned(self, const Node *node, str creator, Bound bound, bint nested) except UNKNOWN:
        """Whether an element of even length is copied; remembered where tag, VR and creator decide it."""
        cdef How how = SEEN
        cdef str name = None
        if bound.effect == KEEP and not node.flags & SEQUENCE and bound.vr != "SQ" and node.tag != _CHARACTER_SET:
            how = COPIED if bound.sound is None else JUDGED
        if not self.memory.may_remember(node.tag, nested):
            return how
        if not nested and how != COPIED:
            name = self.name(node, creator, NULL)
        if node.tag & _PRIVATE:
            if node.vr != _UN or not node.flags & SEQUENCE:
                self.memory.of_creator(creator or "", nested).add(node.tag, node.vr, bound, how, name)
        elif node.vr != _UN:
            (self.memory.inside if nested else self.memory.top).add(node.tag, node.vr, bound, how, name)
        return how

    cdef Decisions with_creators(self, Decisions made, set kept_blocks):
        """The creator (gggg,00bb) of a private block of which something stays does so too (PS3.5 7.8.1)."""
        cdef Decisions kept = None
        cdef int32_t place
        cdef const Decision *one
        cdef const Node *node
        for place in range(made.count):
            one = &made.at[place]
            node = &self.tree.nodes[one.node]
            bound = None if one.bound == NULL else <Bound>one.bound
            judged = one.judged
            if node.tag & _PRIVATE and node.tag in kept_blocks:
                if not (node.end - node.value) & 1:
                    continue
                bound, judged = _kept_creator, False
            if kept is None:
                kept = Decisions.__new__(Decisions)
            creator = None if one.creator == NULL else <str>one.creator
            kept.add(one.node, bound, creator, None if one.name == NULL else <str>one.name, judged)
        return kept

    cdef tuple parents(self, const Place *place):
        """The tags of the sequences around an item, the outermost first."""
        if place == NULL:
            return ()
        return (*self.parents(place.outer), place.sequence.tag)

    cdef str name(self, const Node *node, str creator, const Place *place):
        """The tag path of an element, as ``paths.element_name``."""
        cdef str prefix = ""
        if place != NULL:
            prefix = self.name(place.sequence, None if place.creator == NULL else <str>place.creator, place.outer)
            prefix = PyUnicode_FromFormat("%U[%d].", <PyObject *>prefix, <int>place.number)
        if not creator:
            return PyUnicode_FromFormat("%U(%04x,%04x)", <PyObject *>prefix, <int>(node.tag >> 16), <int>(node.tag & 0xFFFF))
        return PyUnicode_FromFormat(
            '%U(%04x,"%U",%02x)', <PyObject *>prefix, <int>(node.tag >> 16), <PyObject *>creator, <int>(node.tag & 0xFF)
        )


cdef set _with_block(set blocks, uint32_t tag):
    """Private blocks, each by the tag of its creator, and that of one more element."""
    if blocks is None:
        blocks = set()
    blocks.add(tag & <uint32_t>0xFFFF0000 | (tag & 0xFFFF) >> 8)
    return blocks
