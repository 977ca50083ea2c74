"""Check: the file is a well-formed Part 10 file with nothing where values could hide.

What belongs here: preamble, group 2, private elements, bytes before and behind the data set. What does not: elements'
values (``tag_retained``, ``text_removed``).
"""

from __future__ import annotations

from collections.abc import Iterator

from deid_pipeline.checks.case import RETAIN_SAFE_PRIVATE, CheckCase
from deid_pipeline.checks.decompressed import is_decompressed
from deid_pipeline.checks.protocol import Outcome, outcome
from deid_pipeline.checks.reading import Part10

_GROUP_2 = frozenset(0x00020000 | number for number in (0x0000, 0x0001, 0x0002, 0x0003, 0x0010, 0x0012, 0x0013))
_PIXEL_DATA = 0x7FE00010
_HEAD_BYTES = 144  # preamble, DICM and the group length element


class FileStructure:
    """Looks at everything around the public elements."""

    name = "file_structure"
    summary = (
        "preamble of zeros, group 2 agrees with the data set and has no more than it needs, lengths are even,"
        " no private elements"
    )

    def run(self, case: CheckCase) -> Outcome:
        """Name what is wrong with the file."""
        parts = (_head(case.output), _group_2(case), _private(case), _odd(case.output), _tail(case.output))
        return outcome(finding for part in parts for finding in part)


def _head(output: Part10) -> Iterator[str]:
    if len(output.preamble) != 128 or any(output.preamble):
        yield "the preamble is not zeros"
    if output.meta_length is None or output.meta_length + _HEAD_BYTES != output.data_set_start:
        yield "(0002,0000) does not lead to the data set"


def _group_2(case: CheckCase) -> Iterator[str]:
    output = case.output
    yield from (f"{leaf.place} is not allowed" for leaf in output.meta if leaf.tag not in _GROUP_2)
    for element, tag in ((0x0002, 0x00080016), (0x0003, 0x00080018)):
        if not output.meta_text(element) or output.meta_text(element) != output.top_text(tag):
            yield f"(0002,{element:04x}) differs from ({tag >> 16:04x},{tag & 0xFFFF:04x})"
    if not output.meta_text(0x0010):
        yield "(0002,0010) is missing"
    elif case.source.meta_text(0x0010) not in ("", output.meta_text(0x0010)) and not is_decompressed(case):
        yield "(0002,0010) differs from the source's"


def _private(case: CheckCase) -> Iterator[str]:
    """Private elements, unless the Retain Safe Private Option is claimed."""
    if RETAIN_SAFE_PRIVATE not in case.claimed_codes:
        yield from (f"{leaf.place} is private" for leaf in case.output.leaves if leaf.tag >> 16 & 1)


def _odd(output: Part10) -> Iterator[str]:
    """Values of odd length (PS3.5 7.1.1); encapsulated pixel data have no value field of their own."""
    for leaf in output.leaves:
        if leaf.items is None and len(leaf.raw) % 2 and not (leaf.tag == _PIXEL_DATA and output.pixels_encapsulated):
            yield f"{leaf.place} has an odd length"


def _tail(output: Part10) -> Iterator[str]:
    if output.end != len(output.body):
        yield "there are bytes behind the data set"
    if output.body_start == 0 and any(output.outside[output.data_set_start :]):
        yield "there are bytes behind the deflated data set"
    if any(leaf.tag >> 16 < 0x0008 for leaf in output.top_level):
        yield "the data set has elements of a group below 0008"
