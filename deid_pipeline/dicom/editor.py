"""Editing a data set by ranges: what no rule changes is copied byte for byte.

What belongs here: carrying rules out on elements at every depth. What does not: choosing rules (``strategy``), writing
the result (``writer``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from deid_pipeline.actions import NO_CONTEXT, Effect, ElementValue, InstanceContext, PseudonymSource, Rule
from deid_pipeline.dicom.encoding import (
    element_header,
    item_end,
    item_header,
    pad,
    sequence_end,
)
from deid_pipeline.dicom.file import DicomFile
from deid_pipeline.dicom.mending import is_of_odd_length, padded, rule_for_unsound
from deid_pipeline.dicom.paths import PathNamer
from deid_pipeline.dicom.structure import PRIVATE, UNDEFINED, Element, Item, Syntax, dictionary_vr
from deid_pipeline.dicom.values import element_bytes, encodings_for, text_value

Segment = bytes | tuple[int, int]
"""New bytes, or a half-open byte range of the source that is copied as it is."""

CHARACTER_SET = 0x00080005
_ASCII = ("iso8859",)


@dataclass(frozen=True, slots=True)
class Change:
    """What was done to one element. ``new_value`` is its new text, None when the element is gone."""

    tag_path: str
    action: str
    origin: str
    new_value: str | None


@dataclass(frozen=True)
class EditedDataSet:
    """The edited data set as segments of new bytes and source ranges, in order, and what was changed."""

    segments: list[Segment]
    changes: list[Change]


class RuleLookup(Protocol):
    """Who gives the rule for an element: its tag and VR, its private creator, the sequences around it."""

    def __call__(self, tag: int, vr: str, creator: str = "", parents: tuple[int, ...] = (), /) -> Rule:
        """The rule for one element; ``parents`` are sequence tags, the outermost first."""


@dataclass
class _Editor:
    file: DicomFile
    rule_for: RuleLookup
    pseudonyms: PseudonymSource
    context: InstanceContext
    changes: list[Change] = field(default_factory=list)
    around: Sequence[Element] = ()  # the data set or item that is worked on

    def data_set(
        self,
        elements: Sequence[Element],
        syntax: Syntax,
        encodings: tuple[str, ...],
        path: str,
        parents: tuple[int, ...] = (),
    ) -> list[Segment] | None:
        """The edited elements as segments, None when nothing changes."""
        if not elements:
            return None
        kept_blocks = self._kept_blocks(elements, parents)
        output: list[Segment] = []
        copied, buffer = elements[0].start, self.file.buffer
        namer = PathNamer(self.file.buffer, path)
        for element in elements:
            if element.tag == CHARACTER_SET:
                encodings = encodings_for(element_bytes(self.file.buffer, element))
            creator = namer.creator(element) if element.tag & PRIVATE else ""
            new: list[Segment] | None
            if element.tag in kept_blocks:  # the creator of a private block of which something stays
                new = padded(element, "LO", syntax) if is_of_odd_length(element) else None
            elif element.tag & 0xFFFF == 0:  # group lengths are retired (PS3.5 7.2) and would not hold any more
                new = []
            else:
                rule = self._rule(element, creator, parents)
                if rule.effect is Effect.KEEP and element.items is None and rule.vr != "SQ":
                    sound, odd = rule.sound, (element.end - element.value) & 1
                    if not odd and (sound is None or sound(bytes(buffer[element.value : element.end]))):
                        continue  # as nearly all of them: nothing else is asked of it
                self.around = elements
                new = self._element(element, rule, (syntax, encodings), namer.name(element), parents)
            if new is None:
                continue
            if element.start > copied:
                output.append((copied, element.start))
            output.extend(new)
            copied = element.end
        if not output and copied == elements[0].start:
            return None
        if elements[-1].end > copied:
            output.append((copied, elements[-1].end))
        return output

    def _kept_blocks(self, elements: Sequence[Element], parents: tuple[int, ...]) -> frozenset[int]:
        """The tags of private creators (gggg,00bb) of whose blocks a rule leaves something (PS3.5 7.8.1)."""
        private = [element for element in elements if element.tag & PRIVATE]
        if not private:
            return frozenset()
        namer = PathNamer(self.file.buffer, "")
        kept = set()
        for element in private:
            creator = namer.creator(element)
            if creator and self._rule(element, creator, parents).effect is not Effect.DELETE:
                kept.add(element.tag & 0xFFFF0000 | (element.tag & 0xFFFF) >> 8)
        return frozenset(kept)

    def _rule(self, element: Element, creator: str, parents: tuple[int, ...]) -> Rule:
        return self.rule_for(element.tag, _vr(element), creator, parents)

    def _element(
        self,
        element: Element,
        rule: Rule,
        coding: tuple[Syntax, tuple[str, ...]],
        name: str,
        parents: tuple[int, ...],
    ) -> list[Segment] | None:
        """The new segments of one element (none: it is deleted), or None when it stays as it is."""
        if rule.effect is Effect.KEEP and element.items is not None:
            return self._sequence(element, coding, name, (*parents, element.tag))
        if rule.effect is Effect.KEEP and rule.vr != "SQ":
            return self._mended(element, rule, (_bound_vr(element, rule), *coding), name)
        if rule.effect is not Effect.REWRITE:  # a sequence that came as bytes cannot be looked into: it goes too
            self.changes.append(Change(name, "delete", rule.origin, None))
            return []
        return self._rewrite(element, rule, (_bound_vr(element, rule), *coding), name)

    def _beside(self, tag: int) -> bytes:
        """The value field of an element of the data set or item that is worked on; empty when there is none."""
        found = next((one for one in self.around if one.tag == tag and one.items is None), None)
        return b"" if found is None else element_bytes(self.file.buffer, found)

    def _mended(
        self, element: Element, rule: Rule, form: tuple[str, Syntax, tuple[str, ...]], name: str
    ) -> list[Segment] | None:
        """The new segments of a kept element that cannot stay as it is, None when it can."""
        vr, syntax, _ = form
        if rule.sound is not None and not rule.sound(element_bytes(self.file.buffer, element)):
            return self._rewrite(element, rule_for_unsound(rule, vr), form, name)
        return padded(element, vr, syntax) if is_of_odd_length(element) else None

    def _rewrite(
        self, element: Element, rule: Rule, form: tuple[str, Syntax, tuple[str, ...]], name: str
    ) -> list[Segment] | None:
        vr, syntax, encodings = form
        raw = b"" if element.items == [] else element_bytes(self.file.buffer, element)  # no delimiter for a value
        inner = element.content_syntax if vr == "SQ" else syntax
        value = ElementValue(
            element.tag,
            vr,
            raw,
            encodings,
            self.pseudonyms,
            context=self.context,
            explicit=inner.explicit,
            big_endian=inner.big_endian,
            nested="[" in name,
            beside=self._beside,
        )
        new = rule.rewrite(value)
        if new is None:
            self.changes.append(Change(name, rule.action, rule.origin, None))
            return []
        new = pad(new, vr)
        if new == raw:
            return None
        text = text_value(new, vr, encodings, big_endian=syntax.big_endian) if vr != "SQ" else ""
        self.changes.append(Change(name, rule.action, rule.origin, text))
        return [element_header(element.tag, element.vr, len(new), syntax) + new]

    def _sequence(
        self, element: Element, coding: tuple[Syntax, tuple[str, ...]], name: str, parents: tuple[int, ...]
    ) -> list[Segment] | None:
        """The sequence with edited items in the same form of length, None when no item changes."""
        syntax, encodings = coding
        items = element.items or []
        inner = element.content_syntax
        edited = [
            self.data_set(item.elements, inner, encodings, f"{name}[{number}].", parents)
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
    """Carry rules out on every element of a file's data set.

    Parameters
    ----------
    file
        The open source file.
    rule_for
        Gives the rule for a tag, VR, private creator and place.
    markers
        Whole encoded top-level elements by tag; each takes the place of the source's element of that tag, or is put
        in where its tag belongs.
    context
        What actions may need to know of the instance.
    """
    editor = _Editor(file, rule_for, pseudonyms, context)
    segments: list[Segment] = []
    waiting = sorted(markers)
    run: list[Element] = []
    encodings: tuple[str, ...] = _ASCII

    def flush() -> None:
        if run:
            new = editor.data_set(run, file.syntax, encodings, "")
            segments.extend([(run[0].start, run[-1].end)] if new is None else new)
            run.clear()

    for element in file.elements:
        while waiting and waiting[0] <= element.tag:
            flush()
            segments.append(markers[waiting.pop(0)])
        if element.tag == CHARACTER_SET:
            encodings = encodings_for(element_bytes(file.buffer, element))
        if element.tag not in markers:
            run.append(element)
        else:
            flush()
    flush()
    segments.extend(markers[tag] for tag in waiting)
    return EditedDataSet(segments, editor.changes)


def _vr(element: Element) -> str:
    """The VR that decides the rule: what an element written as UN really is, as far as PS3.6 says."""
    if element.items is not None:
        return "SQ"
    return dictionary_vr(element.tag) if element.vr == "UN" else element.vr


def _bound_vr(element: Element, rule: Rule) -> str:
    """The VR that a rule works on: that of its row where a private element came as UN."""
    vr = _vr(element)
    return rule.vr if vr == "UN" and rule.vr else vr


def segment_length(segment: Segment) -> int:
    """Bytes of a segment."""
    return len(segment) if isinstance(segment, bytes) else segment[1] - segment[0]


def _item(item: Item, content: list[Segment], syntax: Syntax) -> list[Segment]:
    if not item.defined:
        return [item_header(UNDEFINED, syntax), *content, item_end(syntax)]
    return [item_header(sum(map(segment_length, content)), syntax), *content]
