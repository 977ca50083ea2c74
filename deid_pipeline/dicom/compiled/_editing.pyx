# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Editing a little-endian data set by ranges, without an object for each element.

What belongs here: the quick form of ``editor.HeaderEditor``, for data sets that ``_finding`` can read. What does not:
deciding (``_deciding``), actions. Both forms give the same bytes and changes.
"""

from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.object cimport PyObject
from cpython.ref cimport Py_INCREF
from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t

from bisect import bisect_left
from itertools import accumulate

from deid_pipeline.actions import ElementValue
from deid_pipeline.dicom.decisions import CHARACTER_SET
from deid_pipeline.dicom.mending import NO_DICOM_GROUPS
from deid_pipeline.dicom.outline import EMPTY, GOES
from deid_pipeline.dicom.values import encodings_for
from deid_pipeline.model import ElementChange

from deid_pipeline.dicom.compiled._deciding cimport Decider, Decision, Decisions, Place
from deid_pipeline.dicom.compiled._encoding cimport element_start, item_start, padding, text_of
from deid_pipeline.dicom.compiled._rules cimport DELETE, REWRITE, Bound, memory_of
from deid_pipeline.dicom.compiled._tree cimport DEFINED, EXPLICIT, NONE, SEQUENCE, ItemNode, Node, Tree
from deid_pipeline.dicom.compiled._tree cimport fill, new_tuple, real_code, vr_code, vr_name

cdef uint32_t _CHARACTER_SET = CHARACTER_SET, _UNDEFINED = 0xFFFFFFFF
cdef uint8_t _EMPTY = EMPTY, _GOES = GOES
cdef uint16_t _SQ = vr_code("SQ"), _UN = vr_code("UN")
cdef bytes _SEQUENCE_END = b"\xfe\xff\xdd\xe0\0\0\0\0", _ITEM_END = b"\xfe\xff\x0d\xe0\0\0\0\0"


cdef class _Beside:
    """Gives the value fields of the elements of one data set or item."""

    cdef Tree tree
    cdef int32_t first

    def __call__(self, uint32_t tag):
        cdef int32_t index = self.first
        cdef const Node *node
        while index != NONE:
            node = &self.tree.nodes[index]
            if node.tag == tag and not node.flags & SEQUENCE:
                held = self.tree.buffer if node.end <= self.tree.held else self.tree.whole()
                return bytes(held[node.value : node.end])
            index = node.next
        return b""


cdef class Editor(Decider):
    """As ``editor.HeaderEditor``: decides first, then edits."""

    cdef Decisions decisions
    cdef object pseudonyms, context, partition_key, source_path
    cdef list changes
    cdef dict untouched  # what the cleaner knows of, by mode

    def __init__(self, Tree tree, rules):
        cdef Py_buffer view
        self.tree, self.rule_for = tree, rules.rule
        self.memory = memory_of(rules)
        PyObject_GetBuffer(tree.buffer, &view, PyBUF_SIMPLE)
        try:
            self.data = <const uint8_t *>view.buf
            self.decisions = self.decide(tree.top[0], NULL) or Decisions.__new__(Decisions)
        finally:
            self.data = NULL
            PyBuffer_Release(&view)

    def outline(self):
        """The outline of the top level; see ``outline.outline_of``."""
        cdef int32_t place, at = 0
        cdef const Decision *one
        cdef const Node *node
        cdef bytes made = PyBytes_FromStringAndSize(NULL, 5 * self.tree.top_count)
        cdef uint8_t *into = <uint8_t *>PyBytes_AS_STRING(made)
        for place in range(self.tree.top_count):
            node = &self.tree.nodes[self.tree.top[place]]
            into[0], into[1] = node.tag & 0xFF, node.tag >> 8 & 0xFF
            into[2], into[3] = node.tag >> 16 & 0xFF, node.tag >> 24
            into[4] = _EMPTY if node.value == node.end else 0
            if at < self.decisions.count and self.decisions.at[at].node == self.tree.top[place]:
                one = &self.decisions.at[at]
                at += 1
                if one.bound == NULL or (<Bound>one.bound).effect == DELETE:
                    into[4] |= _GOES
            into += 5
        return made

    def edit(self, pseudonyms, markers, context, origin):
        """Carry the rules out; see ``editor.HeaderEditor.edit``. Returns segments and changes."""
        cdef Py_buffer view
        cdef int64_t length = 0
        self.pseudonyms, self.context, self.changes, self.untouched = pseudonyms, context, [], {}
        self.partition_key, self.source_path = origin
        PyObject_GetBuffer(self.tree.buffer, &view, PyBUF_SIMPLE)
        try:
            self.data = <const uint8_t *>view.buf
            segments = self.steps(self.decisions, self.tree.top[0], ("iso8859",), NULL, markers, &length)
        finally:
            self.data = NULL
            PyBuffer_Release(&view)
        if segments is None:
            last = self.tree.top[self.tree.top_count - 1]
            segments = [(self.tree.nodes[self.tree.top[0]].start, self.tree.nodes[last].end)]
        return segments, self.changes

    # --- carrying out -----------------------------------------------------------------------------------------------
    cdef list steps(
        self, Decisions decisions, int32_t first, tuple encodings, const Place *place, object markers, int64_t *length
    ):
        """The edited elements of a data set or item as segments, and their length; None when nothing changes."""
        cdef list output = [], new
        cdef int32_t index = first, at = 0, count = 0 if decisions is None else decisions.count
        cdef int64_t copied = self.tree.nodes[first].start, behind = copied
        cdef const Node *node
        cdef const Decision *one
        cdef _Beside beside = None
        cdef list placed = None if not markers else self.placed(markers)
        cdef Py_ssize_t ahead = 0, waiting = 0 if placed is None else len(placed)
        length[0] = 0
        if placed is None and not count:
            return None
        while index != NONE:
            node = &self.tree.nodes[index]
            if placed is not None:
                while ahead < waiting and placed[ahead][0] == index:
                    copied = self.put(output, copied, node.start, node.start, [placed[ahead][1]], length)
                    ahead += 1
            one = &decisions.at[at] if at < count and decisions.at[at].node == index else NULL
            if one != NULL:
                at += 1
            if placed is not None and node.tag in markers:
                copied = self.put(output, copied, node.start, node.end, [], length)
            elif one != NULL:
                if node.tag == _CHARACTER_SET:
                    encodings = encodings_for(self.raw(node))
                if beside is None:
                    beside = _Beside.__new__(_Beside)
                    beside.tree, beside.first = self.tree, first
                new = self.element(node, one, encodings, place, beside)
                if new is not None:
                    copied = self.put(output, copied, node.start, node.end, new, length)
            behind = node.end
            index = node.next
        for ahead in range(ahead, waiting):
            copied = self.put(output, copied, behind, behind, [placed[ahead][1]], length)
        if not output and copied == self.tree.nodes[first].start:
            return None
        self.put(output, copied, behind, behind, [], length)
        return output

    cdef int64_t put(
        self, list output, int64_t copied, int64_t start, int64_t end, list new, int64_t *length
    ) except -1:
        """Add the range up to ``start`` and new segments in the place of the range from there to ``end``."""
        if start > copied:
            output.append((copied, start))
            length[0] += start - copied
        for segment in new:
            if type(segment) is bytes:
                if not segment:
                    continue
                length[0] += PyBytes_GET_SIZE(segment)
            else:
                length[0] += <int64_t>segment[1] - <int64_t>segment[0]
            output.append(segment)
        return end

    cdef list placed(self, markers):
        """Markers by tag, each with the element that it goes before: the first whose tag is not smaller."""
        cdef int32_t place
        cdef list tags = [self.tree.nodes[self.tree.top[place]].tag for place in range(self.tree.top_count)]
        if not self.tree.ascending:
            tags = list(accumulate(tags, max))
        found = []
        for tag in sorted(markers):
            at = bisect_left(tags, tag)
            found.append((self.tree.top[at] if at < len(tags) else NONE, markers[tag]))
        return found

    cdef list element(
        self, const Node *node, const Decision *one, tuple encodings, const Place *place, _Beside beside
    ):
        """The new segments of one element (none: it is deleted), or None when it stays as it is."""
        cdef Bound bound
        cdef uint16_t vr
        if one.bound == NULL:
            return []
        bound = <Bound>one.bound
        if bound.effect == DELETE:
            self.changed(node, one, place, "delete", bound.origin, None)
            return []
        if bound.effect == REWRITE:
            return self.rewritten(node, bound, one, encodings, place, beside)
        if node.flags & SEQUENCE:
            return self.sequence(node, encodings, one.creator, place)
        if bound.vr == "SQ":  # a sequence that came as bytes cannot be looked into: it goes
            self.changed(node, one, place, "delete", bound.origin, None)
            return []
        vr = self.bound_vr(node, bound)
        if bound.sound is not None and (one.judged or not self.is_sound(node, bound)):
            return self.rewritten(node, bound.instead(vr), one, encodings, place, beside)
        if (node.end - node.value) & 1 and node.flags & DEFINED and node.tag >> 16 not in NO_DICOM_GROUPS:
            added = padding(vr)
            return [self.header(node, place, node.end - node.value + 1), (node.value, node.end), added]
        return None

    cdef uint16_t bound_vr(self, const Node *node, Bound bound) except 0:
        """The VR that a rule works on: that of its row where a private element came as UN."""
        cdef uint16_t vr = real_code(node)
        return vr_code(bound.vr) if vr == _UN and bound.vr else vr

    cdef list rewritten(
        self, const Node *node, Bound bound, const Decision *one, tuple encodings, const Place *place, _Beside beside
    ):
        cdef uint16_t vr = self.bound_vr(node, bound)
        cdef bint explicit = node.flags & EXPLICIT != 0 if vr == _SQ else self.is_explicit(place)
        cdef bytes raw = b"" if node.flags & SEQUENCE and node.items == NONE else self.raw(node)
        if bound.mode is not None and not PyBytes_GET_SIZE(raw) & 1 and vr_name(vr) == bound.vr:
            if self.is_untouched(raw, bound):
                return None
        value = new_tuple(ElementValue, 10)
        fill(value, 0, node.tag)
        fill(value, 1, vr_name(vr))
        fill(value, 2, raw)
        fill(value, 3, encodings)
        fill(value, 4, self.pseudonyms)
        fill(value, 5, self.context)
        fill(value, 6, explicit)
        fill(value, 7, False)
        fill(value, 8, place != NULL)
        fill(value, 9, beside)
        new = bound.rewrite(value)
        if new is None:
            self.changed(node, one, place, bound.action, bound.origin, None)
            return []
        cdef bytes content = new
        if PyBytes_GET_SIZE(content) & 1:
            content += padding(vr)
        if content == raw:
            return None
        text = "" if vr == _SQ else text_of(content, vr, encodings)
        self.changed(node, one, place, bound.action, bound.origin, text)
        return [self.header(node, place, PyBytes_GET_SIZE(content), content)]

    cdef bint is_untouched(self, bytes raw, Bound bound) except -1:
        """Whether cleaning is known to leave a value as it is: as ``bound.rewrite`` would find out."""
        cleaner = self.context.cleaner
        if cleaner is None:
            return False
        if bound.mode not in self.untouched:
            self.untouched[bound.mode] = cleaner.untouched(bound.mode)
        known = self.untouched[bound.mode]
        values = None if known is None else (<dict?>known).get(bound.cleaning)
        return values is not None and raw in <set?>values

    cdef list sequence(self, const Node *node, tuple encodings, PyObject *creator, const Place *place):
        """The sequence with edited items in the same form of length, None when no item changes."""
        cdef Place inner
        cdef const ItemNode *item
        cdef int32_t at = node.items
        cdef int64_t length = 0, total = 0
        cdef list content = [], new
        cdef bint changed = False
        inner.outer, inner.sequence, inner.creator, inner.number = place, node, creator, 0
        while at != NONE:
            item = &self.tree.groups[at]
            new = None
            if item.elements != NONE:
                new = self.steps(self.decide(item.elements, &inner), item.elements, encodings, &inner, None, &length)
            if new is None:
                content.append((item.start, item.end))
                total += item.end - item.start
            else:
                changed = True
                content.append(item_start(length if item.defined else <int64_t>_UNDEFINED))
                content.extend(new)
                total += 8 + length
                if not item.defined:
                    content.append(_ITEM_END)
                    total += 8
            inner.number += 1
            at = item.next
        if not changed:
            return None
        if node.flags & DEFINED:
            return [self.header(node, place, total), *content]
        return [self.header(node, place, _UNDEFINED), *content, _SEQUENCE_END]

    # --- names and bytes --------------------------------------------------------------------------------------------
    cdef bint is_explicit(self, const Place *place) noexcept:
        """Whether the elements of an item, or those at the top, are in explicit VR."""
        return self.tree.explicit if place == NULL else place.sequence.flags & EXPLICIT != 0

    cdef bytes header(self, const Node *node, const Place *place, int64_t length, bytes content=b""):
        """The header of an element in the place of another one, and its content where it is given."""
        return element_start(node.tag, node.vr, self.is_explicit(place), length, content)

    cdef void changed(
        self, const Node *node, const Decision *one, const Place *place, str action, str origin, str new_value
    ) except *:
        made = new_tuple(ElementChange, 6)
        fill(made, 0, self.partition_key)
        fill(made, 1, self.source_path)
        if one.name != NULL:
            fill(made, 2, <str>one.name)
        else:
            fill(made, 2, self.name(node, None if one.creator == NULL else <str>one.creator, place))
        fill(made, 3, action)
        fill(made, 4, origin)
        fill(made, 5, new_value)
        self.changes.append(made)
