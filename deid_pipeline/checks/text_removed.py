"""Check: no identifier of the source is left, in no spelling, nowhere in the output's bytes.

What belongs here: where a hit counts as a leak. What does not: spellings (room ``phi``), UIDs (``uid_changed``), dates
in their own elements (``date_shifted``).
"""

from __future__ import annotations

import bisect
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from deid_pipeline.checks.case import RETAIN_DEVICE, RETAIN_FULL_DATES, RETAIN_INSTITUTION, CheckCase
from deid_pipeline.checks.leaf import Leaf
from deid_pipeline.checks.needles import NeedleSet, Spelling, needle_set
from deid_pipeline.checks.protocol import Outcome, outcome
from deid_pipeline.checks.scanning import Scanner
from deid_pipeline.model import SHORTEST_ID, Identifier, IdentifierKind

_DATE_VRS = frozenset({"DA", "DT", "TM"})
_MARKERS = ("(0012,0063)", "(0012,0064)")
# Devices: station names, serial numbers, ids of generators, plates, detectors (PS3.15 E.3.8).
_DEVICE_TAGS: tuple[str, ...] = ("(0008,1010)", "(0016,0051)", "(0018,10", "(0018,700a)", "(0018,936", "(0018,937")
_DEVICE_TAGS += ("(0040,0010)", "(0040,0242)", "(3008,0105)")
_DEVICE_PLACES = ("(0032,1020)", "(0040,0011)")  # where a device stands, which Table E.1-1 counts as its identity
# Where a device is described: a station that is called like its model is no secret there.
_DEVICE_DESCRIPTIONS = frozenset({0x00080070, 0x00081090, 0x00181020})


class TextRemoved:
    """Searches decoded values at every depth, the bytes around them, and the pixel data's bytes."""

    name = "text_removed"
    summary = (
        "no name, id, date, place or contact of the source header is left, in any spelling, anywhere in the file; "
        "words of everybody's count where they name somebody"
    )

    def run(self, case: CheckCase) -> Outcome:
        """Count leaks by tag; bytes outside of elements and pixel data by place."""
        secrets = [one for one in case.identifiers if not _is_openly_kept(case, one)]
        needles = needle_set(secrets)
        return outcome(_leaks(case, needles, secrets))


def _leaks(case: CheckCase, needles: NeedleSet, secrets: Sequence[Identifier]) -> Iterator[str]:
    allowed: Counter[int] = Counter()  # by spelling: hits that are no leak
    told: Counter[int] = Counter()  # by spelling: leaks told by their tag
    leaves = (*case.output.meta, *case.output.leaves)
    ordinary = [one for one in secrets if one.ordinary]
    for leaf, key in _text_hits(leaves, needles.in_text):
        spelling = needles.spellings[key]
        if _is_allowed(case, leaf, spelling) or (spelling.ordinary and not case.still_names(ordinary, leaf.text)):
            allowed[key] += 1
        else:
            told[key] += 1
            yield f"{needles.spellings[key].kind} left in {leaf.place}"
    yield from _short_values(case, secrets)
    for key, count in _byte_hits(case, needles.in_bytes).items():
        if count > allowed[key] and not told[key]:
            yield f"{needles.spellings[key].kind} left in bytes outside of text elements"
    yield from _pixel_hits(case, needles)


def _is_openly_kept(case: CheckCase, identifier: Identifier) -> bool:
    """Whether the output says, by its method codes, that it keeps this kind, and has the very element unchanged."""
    code = {IdentifierKind.DATE: RETAIN_FULL_DATES, IdentifierKind.PLACE: RETAIN_INSTITUTION}.get(identifier.kind)
    last = identifier.tag_path.rsplit(".", 1)[-1]
    if identifier.kind == IdentifierKind.ID and last.startswith(_DEVICE_TAGS):
        code = RETAIN_DEVICE
    if identifier.kind == IdentifierKind.PLACE and last in _DEVICE_PLACES and code not in case.claimed_codes:
        code = RETAIN_DEVICE
    return code in case.claimed_codes and case.is_kept(identifier.tag_path)


def _text_hits(leaves: Iterable[Leaf], scanner: Scanner) -> Iterator[tuple[Leaf, int]]:
    """Hits in decoded values: the element and the spelling."""
    held = [(leaf, _folded(leaf.text)) for leaf in leaves]
    held = [(leaf, text) for leaf, text in held if text]
    joined = b"\n".join(text for _, text in held)
    starts = list(accumulate((len(text) + 1 for _, text in held), initial=0))
    for at, needle in scanner.find(joined):
        yield held[bisect.bisect_right(starts, at) - 1][0], needle.key


def _folded(text: str) -> bytes:
    return unicodedata.normalize("NFC", text.casefold()).encode("utf-8", "replace")


def _is_allowed(case: CheckCase, leaf: Leaf, spelling: Spelling) -> bool:
    """Whether a hit is no leak: a defined term, a number's digits, or the date that was meant to be here."""
    if leaf.vr in spelling.exempt_vrs:
        return leaf.vr != "CS" or case.is_code_word(spelling.text)
    if spelling.kind == IdentifierKind.DATE:
        return leaf.vr in _DATE_VRS and case.expected_values.get(leaf.path, "").strip() == leaf.text
    if spelling.kind == IdentifierKind.NAME and leaf.path.startswith(_MARKERS):
        return spelling.text.isalpha()
    return spelling.kind == IdentifierKind.ID and leaf.tag in _DEVICE_DESCRIPTIONS and spelling.text.isalpha()


def _short_values(case: CheckCase, secrets: Iterable[Identifier]) -> Iterator[str]:
    """Ids that are too short to search for: they may not be the whole value of an element that holds ids."""
    ids = [one for one in secrets if one.kind == IdentifierKind.ID]
    places = {_last_step(one.tag_path) for one in ids}
    short = {one.value.casefold() for one in ids if len(one.value) < SHORTEST_ID}
    for leaf in case.output.leaves if short else ():
        if _last_step(leaf.path) in places and short & {value.casefold() for value in leaf.values}:
            yield f"ID left in {leaf.place}"


def _last_step(path: str) -> str:
    return path.rsplit("].", 1)[-1]


def _byte_hits(case: CheckCase, scanner: Scanner) -> Counter[int]:
    """Hits in everything but the pixel data: by spelling, each place counted once."""
    output = case.output
    start, end = output.pixel_range or (len(output.body), len(output.body))
    places = {(place, needle.key) for place, needle in scanner.find(output.body, 0, start)}
    places |= {(place, needle.key) for place, needle in scanner.find(output.body, end)}
    places |= {(-1 - place, needle.key) for place, needle in scanner.find(output.outside)}
    return Counter(key for _, key in places)


def _pixel_hits(case: CheckCase, needles: NeedleSet) -> Iterator[str]:
    scanner = needles.in_encapsulated_pixels if case.output.pixels_encapsulated else needles.in_native_pixels
    start, end = case.output.pixel_range or (0, 0)
    for _, needle in scanner.find(case.output.body, start, end):
        yield f"{needles.spellings[needle.key].kind} left in the bytes of the pixel data"
