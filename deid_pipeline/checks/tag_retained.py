"""Check: what no rule changed is there byte for byte, what a rule changed is as it was meant, nothing else is there.

What belongs here: elements compared place by place. What does not: pixel data's value (``pixels_retained``).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise

from deid_pipeline.checks.case import CheckCase
from deid_pipeline.checks.leaf import Leaf
from deid_pipeline.checks.protocol import Outcome, outcome
from deid_pipeline.checks.reading import PIXEL_TAGS

# Elements in which the pipeline states what it did (PS3.15 E.1.1): they may be new or differ.
MARKER_TAGS = frozenset({0x00120062, 0x00120063, 0x00120064, 0x00280301, 0x00280303})


class TagRetained:
    """Compares all elements of source and output at every depth."""

    name = "tag_retained"
    summary = "elements that no rule changed are byte-identical, changed ones are as planned, none came from nowhere"

    def run(self, case: CheckCase) -> Outcome:
        """Count differences by tag."""
        return outcome([*_lost_or_altered(case), *_unexplained(case), *_out_of_order(case)])


def _lost_or_altered(case: CheckCase) -> Iterator[str]:
    for path, before in case.source_by_path.items():
        if _is_marker(path) or before[0].tag & 0xFFFF == 0:  # group lengths are retired, PS3.5 7.2
            continue
        after = case.output_by_path.get(path, [])
        if not case.is_changed(path):
            yield from _compare(before, after)
        elif path in case.changed_paths:
            yield from _compare_planned(case, path, before, after)


def _compare(before: Sequence[Leaf], after: Sequence[Leaf]) -> Iterator[str]:
    place = before[0].place
    if len(after) < len(before):
        yield f"{place} is missing"
    elif len(after) > len(before):
        yield f"{place} is there more often"
    for old, new in zip(before, after, strict=False):
        if old.written_vr != new.written_vr:
            yield f"{place} has another VR"
        elif old.items != new.items:
            yield f"{place} has another number of items"
        elif old.tag not in PIXEL_TAGS and old.raw != new.raw and not _is_padded(old, new):
            yield f"{place} has changed"


def _is_padded(old: Leaf, new: Leaf) -> bool:
    """Whether an odd value got its padding byte (PS3.5 7.1.1): NUL, or in text a space."""
    before, after = bytes(old.raw), bytes(new.raw)
    return len(before) % 2 == 1 and after[:-1] == before and after[-1:] in (b"\0", b" ")


def _compare_planned(case: CheckCase, path: str, before: Sequence[Leaf], after: Sequence[Leaf]) -> Iterator[str]:
    """An element that a rule changed: gone, or with the text that the rule gave it."""
    place = before[0].place
    expected = case.expected_values.get(path)
    if expected is None:
        if after:
            yield f"{place} was to be removed"
        return
    if len(after) != len(before):
        yield f"{place} was to be rewritten"
    for leaf in after:
        if _is_text(leaf) and leaf.text.strip() != unicodedata.normalize("NFC", expected).strip():
            yield f"{place} is not as it was rewritten"


def _is_text(leaf: Leaf) -> bool:
    """Whether an element's bytes are those of a text: numbers and bulk data have no text to compare."""
    return leaf.items is None and (bool(leaf.text) or not leaf.raw)


def _unexplained(case: CheckCase) -> Iterator[str]:
    for path, leaves in case.output_by_path.items():
        if path in case.source_by_path or _is_marker(path) or _is_in_rewritten_sequence(case, path):
            continue
        if path not in case.expected_values:
            yield f"{leaves[0].place} came from nowhere"
        elif len(leaves) > 1 or leaves[0].text.strip() != case.expected_values[path].strip():
            yield f"{leaves[0].place} was put in with another value"


def _is_in_rewritten_sequence(case: CheckCase, path: str) -> bool:
    """Whether a sequence around this element was filled anew by a rule."""
    return any(path[:at] in case.expected_values for at, sign in enumerate(path) if sign == "[")


def _is_marker(path: str) -> bool:
    group, number = path[1:5], path[6:10]
    try:
        return int(group + number, 16) in MARKER_TAGS
    except ValueError:  # a private element: its creator stands where the number would
        return False


def _out_of_order(case: CheckCase) -> Iterator[str]:
    """Tags that do not ascend (PS3.5 7.1), except where the source's did not."""
    if not _ascends(case.output.top_level) and _ascends(case.source.top_level):
        yield "tags do not ascend"


def _ascends(leaves: Sequence[Leaf]) -> bool:
    return all(one.tag < other.tag for one, other in pairwise(leaves))
