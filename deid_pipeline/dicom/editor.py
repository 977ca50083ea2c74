"""Editing a data set by ranges: what no rule changes is copied byte for byte.

What belongs here: carrying decisions out on elements at every depth. What does not: deciding (``decisions``), choosing
rules (``strategy``), writing the result (``writer``).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from deid_pipeline.actions import NO_CONTEXT, Effect, ElementValue, InstanceContext, PseudonymSource, Rule
from deid_pipeline.dicom import compiled
from deid_pipeline.dicom.decisions import (
    CHARACTER_SET,
    AskedAlways,
    Decision,
    RuleLookup,
    RuleSource,
    decide,
    real_vr,
)
from deid_pipeline.dicom.encoding import element_header, item_end, item_header, pad, sequence_end
from deid_pipeline.dicom.file import DicomFile
from deid_pipeline.dicom.mending import is_of_odd_length, padded, rule_for_unsound
from deid_pipeline.dicom.outline import EMPTY, GOES, outline_of
from deid_pipeline.dicom.paths import element_name
from deid_pipeline.dicom.structure import UNDEFINED, Element, Item, Syntax
from deid_pipeline.dicom.values import element_bytes, encodings_for, text_value
from deid_pipeline.model import ElementChange

if TYPE_CHECKING:
    from deid_pipeline.dicom.compiled._editing import Editor

Segment = bytes | tuple[int, int]
"""New bytes, or a half-open byte range of the source that is copied as it is."""

Coding = tuple[Syntax, tuple[str, ...]]
"""How a data set is written: its syntax, and the Python codecs of its Specific Character Set."""

_ASCII = ("iso8859",)


@dataclass(frozen=True)
class EditedDataSet:
    """The edited data set as segments of new bytes and source ranges, in order, and what was changed."""

    segments: list[Segment]
    changes: list[ElementChange]


class _Marker(NamedTuple):
    """Bytes in the place of a range of the source, which is empty where they are put in."""

    start: int
    end: int
    content: bytes


class HeaderEditor:
    """Edits the data set of an open file: decides first, so that what will be missing can be made, then edits."""

    def __init__(self, file: DicomFile, rules: RuleSource) -> None:
        self._file, self._rules = file, rules
        self._quick: Editor | None = None
        self._decisions: list[Decision] = []
        if file.tree is not None and compiled.editing is not None:
            self._quick = compiled.editing.Editor(file.tree, rules)
        else:
            self._decisions = decide(file.buffer, file.elements, rules)

    def outline(self) -> bytes:
        """The outline of the top level as the rules leave it; see ``outline``."""
        if self._quick is not None:
            return self._quick.outline()
        going = {one.start for one in self._decisions if one.rule is None or one.rule.effect is Effect.DELETE}
        return outline_of(
            (tag, (EMPTY if value == end else 0) | (GOES if start in going else 0))
            for tag, _, start, value, end, *_ in self._file.elements
        )

    def edit(
        self,
        pseudonyms: PseudonymSource,
        markers: Mapping[int, bytes],
        *,
        context: InstanceContext = NO_CONTEXT,
        origin: tuple[str, str] = ("", ""),
    ) -> EditedDataSet:
        """Carry the rules out on every element.

        Parameters
        ----------
        markers
            Whole encoded top-level elements by tag; each takes the place of the source's element of that tag, or is
            put in where its tag belongs.
        context
            What actions may need to know of the instance.
        origin
            Partition key and source path of the changes.
        """
        if self._quick is not None:
            return EditedDataSet(*self._quick.edit(pseudonyms, markers, context, origin))
        file = self._file
        steps: list[Decision | _Marker] = [*_placed(file.elements, markers)]
        steps += [one for one in self._decisions if one.element.tag not in markers]
        steps.sort(key=itemgetter(0))  # a stable sort: markers stay before the element whose place they share
        run = _Run(file, self._rules, pseudonyms, context, origin)
        bounds = file.elements[0].start, file.elements[-1].end
        segments = run.steps(steps, file.elements, (file.syntax, _ASCII), "", ())
        return EditedDataSet([bounds] if segments is None else segments, run.changes)


@dataclass
class _Run:
    """One editing: what it needs at every depth, and the changes so far."""

    file: DicomFile
    rules: RuleSource
    pseudonyms: PseudonymSource
    context: InstanceContext
    origin: tuple[str, str]
    changes: list[ElementChange] = field(default_factory=list)
    around: Sequence[Element] = ()  # the data set or item that is worked on

    def data_set(
        self, elements: Sequence[Element], coding: Coding, place: tuple[str, int], parents: tuple[int, ...]
    ) -> list[Segment] | None:
        """The edited elements of an item, given by its sequence's path and its number; None when nothing changes."""
        steps = decide(self.file.buffer, elements, self.rules, parents)
        if not steps:  # as in nearly all items of large files
            return None
        path, number = place
        return self.steps(steps, elements, coding, f"{path}[{number}].", parents)

    def steps(
        self,
        steps: Sequence[Decision | _Marker],
        elements: Sequence[Element],
        coding: Coding,
        prefix: str,
        parents: tuple[int, ...],
    ) -> list[Segment] | None:
        """The range of ``elements`` in the source with steps carried out, as segments; None when nothing changes."""
        output: list[Segment] = []
        copied, behind = elements[0].start, elements[-1].end
        for step in steps:
            new: list[Segment] | None
            if isinstance(step, _Marker):
                start, end, content = step
                new = [content] if content else []
            else:
                start, element, rule, creator = step
                if element.tag == CHARACTER_SET:
                    coding = coding[0], encodings_for(element_bytes(self.file.buffer, element))
                end = element.end
                if rule is None:
                    new = []
                elif rule.effect is Effect.DELETE:
                    name = element_name(prefix, element.tag, creator)
                    self._changed(name, "delete", rule.origin, None)
                    new = []
                else:
                    self.around = elements
                    name = element_name(prefix, element.tag, creator)
                    new = self._element(element, rule, coding, name, parents)
                    if new is None:
                        continue
            if start > copied:
                output.append((copied, start))
            output += new
            copied = end
        if not output and copied == elements[0].start:
            return None
        if behind > copied:
            output.append((copied, behind))
        return output

    def _beside(self, tag: int) -> bytes:
        """The value field of an element of the data set or item that is worked on; empty when there is none."""
        found = next((one for one in self.around if one.tag == tag and one.items is None), None)
        return b"" if found is None else element_bytes(self.file.buffer, found)

    def _mended(self, element: Element, rule: Rule, coding: Coding, name: str, *, nested: bool) -> list[Segment] | None:
        """The new segments of a kept element that cannot stay as it is, None when it can."""
        vr = _bound_vr(element, rule)
        if rule.sound is not None and not rule.sound(element_bytes(self.file.buffer, element)):
            return self._rewrite(element, rule_for_unsound(rule, vr), coding, name, nested=nested)
        return padded(element, vr, coding[0]) if is_of_odd_length(element) else None

    def _changed(self, name: str, action: str, origin: str, new_value: str | None) -> None:
        self.changes.append(tuple.__new__(ElementChange, (*self.origin, name, action, origin, new_value)))

    def _element(
        self, element: Element, rule: Rule, coding: Coding, name: str, parents: tuple[int, ...]
    ) -> list[Segment] | None:
        """The new segments of one element (none: it is deleted), or None when it stays as it is."""
        if rule.effect is Effect.REWRITE:
            return self._rewrite(element, rule, coding, name, nested=bool(parents))
        if element.items is not None:
            return self._sequence(element, coding, name, (*parents, element.tag))
        if rule.vr != "SQ":
            return self._mended(element, rule, coding, name, nested=bool(parents))
        # a sequence that came as bytes cannot be looked into: it goes
        self._changed(name, "delete", rule.origin, None)
        return []

    def _rewrite(
        self, element: Element, rule: Rule, coding: Coding, name: str, *, nested: bool
    ) -> list[Segment] | None:
        vr, (syntax, encodings) = _bound_vr(element, rule), coding
        raw = b"" if element.items == [] else element_bytes(self.file.buffer, element)  # no delimiter for a value
        inner = element.content_syntax if vr == "SQ" else syntax
        fields = (element.tag, vr, raw, encodings, self.pseudonyms, self.context, *inner, nested, self._beside)
        new = rule.rewrite(tuple.__new__(ElementValue, fields))  # as it would make itself, in half the time
        if new is None:
            self._changed(name, rule.action, rule.origin, None)
            return []
        new = pad(new, vr)
        if new == raw:
            return None
        text = text_value(new, vr, encodings, big_endian=syntax.big_endian) if vr != "SQ" else ""
        self._changed(name, rule.action, rule.origin, text)
        return [element_header(element.tag, element.vr, len(new), syntax) + new]

    def _sequence(self, element: Element, coding: Coding, name: str, parents: tuple[int, ...]) -> list[Segment] | None:
        """The sequence with edited items in the same form of length, None when no item changes."""
        syntax, encodings = coding
        items = element.items or []
        inner = element.content_syntax
        edited = [
            self.data_set(item.elements, (inner, encodings), (name, number), parents)
            for number, item in enumerate(items)
        ]
        if all(content is None for content in edited):
            return None
        content: list[Segment] = []
        for item, new in zip(items, edited, strict=True):
            content.extend([(item.start, item.end)] if new is None else _item(item, new, inner))
        length = sum(map(segment_length, content)) if element.defined else UNDEFINED
        tail = [] if element.defined else [sequence_end(inner)]
        return [element_header(element.tag, element.vr, length, syntax), *content, *tail]


def edit_data_set(
    file: DicomFile,
    *,
    rule_for: RuleLookup,
    pseudonyms: PseudonymSource,
    markers: Mapping[int, bytes],
    context: InstanceContext = NO_CONTEXT,
) -> EditedDataSet:
    """Carry rules out on every element of a file's data set, asking about each; see :class:`HeaderEditor`."""
    return HeaderEditor(file, AskedAlways(rule_for)).edit(pseudonyms, markers, context=context)


def _placed(elements: Sequence[Element], markers: Mapping[int, bytes]) -> Iterator[_Marker]:
    """Markers where their tags belong, in order; then nothing in the place of each element that has their tag.

    A marker belongs before the first element whose tag is not smaller, also where the source's tags are in disorder.
    """
    largest = list(accumulate((element[0] for element in elements), max))
    for tag in sorted(markers):
        index = bisect_left(largest, tag)
        place = elements[index].start if index < len(elements) else elements[-1].end
        yield _Marker(place, place, markers[tag])
    for element in elements:
        if element[0] in markers:
            yield _Marker(element.start, element.end, b"")


def _bound_vr(element: Element, rule: Rule) -> str:
    """The VR that a rule works on: that of its row where a private element came as UN."""
    vr = real_vr(element)
    return rule.vr if vr == "UN" and rule.vr else vr


def segment_length(segment: Segment) -> int:
    """Bytes of a segment."""
    return len(segment) if isinstance(segment, bytes) else segment[1] - segment[0]


def _item(item: Item, content: list[Segment], syntax: Syntax) -> list[Segment]:
    if not item.defined:
        return [item_header(UNDEFINED, syntax), *content, item_end(syntax)]
    return [item_header(sum(map(segment_length, content)), syntax), *content]
