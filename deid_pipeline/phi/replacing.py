"""What takes the place of an identifier in text, and what goes with it.

What belongs here: the four modes, the words and signs that dangle when nothing takes the place. What does not: finding.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from deid_pipeline.phi.text_tokens import Found
from deid_pipeline.phi.text_words import listed

_LAST_WORD = re.compile(r"(?:^|(?<=[\s,;:/|_(\[-]))([^\W\d_]+\.?)[ \t]*$")
_MODALITIES = frozenset({"MR", "DR", "MS", "MRS"})  # in capitals without a dot, no title unless one is expected
_TAIL = 200  # characters before a range that are looked at
_JOINERS = ",;:-–/|_&+=^"
_BRACKETS = {"(": ")", "[": "]", "{": "}", '"': '"'}


def joined(found: Sequence[Found]) -> list[Found]:
    """Overlapping ranges as one, of the kind of the longest part, in their order."""
    result: list[Found] = []
    length = 0
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if result and one.start < result[-1].end:
            last = result[-1]
            best = one if one.end - one.start > length else last
            length = max(length, one.end - one.start)
            original = best.original or last.original or one.original
            result[-1] = Found(last.start, max(last.end, one.end), best.kind, original)
        else:
            result.append(one)
            length = one.end - one.start
    return result


def replaced(text: str, found: Sequence[Found], put: Callable[[Found], str]) -> str:
    """The text with something else in each range."""
    pieces, at = [], 0
    for one in found:
        pieces += [text[at : one.start], put(one)]
        at = one.end
    return "".join([*pieces, text[at:]])


def removed(text: str, found: Sequence[Found]) -> str:
    """The text without the ranges, and without what dangles: leading prepositions, empty brackets, doubled signs."""
    pieces: list[str] = []
    left, at = "", 0
    for number, one in enumerate(found):
        left += text[at : one.start]
        at = one.end
        following = found[number + 1].start if number + 1 < len(found) else len(text)
        left, skip = _closed(left, text[at:following], last=number + 1 == len(found))
        at += skip
        if len(left) > 2 * _TAIL:
            pieces.append(left[:-_TAIL])
            left = left[-_TAIL:]
    return "".join([*pieces, left, text[at:]])


def _closed(left: str, right: str, *, last: bool) -> tuple[str, int]:
    """What stays of the text before a removed range, and how much of the text behind it goes.

    ``right`` reaches to the next range, or with ``last`` to the end of the text.
    """
    left = _without_dangling(left)
    skip = 0
    bare, behind = left.rstrip(" \t"), right.lstrip(" \t")
    while bare and behind and _BRACKETS.get(bare[-1]) == behind[0]:
        skip = len(right) - len(behind) + 1
        left = _without_dangling(bare[:-1])
        right_left = right[skip:]
        bare, behind = left.rstrip(" \t"), right_left.lstrip(" \t")
    rest = right[skip:]
    nothing = last and not rest.strip()
    if nothing:
        left = left.rstrip(" \t")
        while left and left[-1] in _JOINERS and left[-1] != ":":
            left = left[:-1].rstrip(" \t")
        return left, skip + len(rest) - len(rest.lstrip(" \t"))
    start = len(rest) - len(rest.lstrip(" \t"))
    if not left.strip():
        while start < len(rest) and rest[start] in _JOINERS + " \t":
            start += 1
        return left, skip + start
    if rest[start : start + 1] in tuple(_JOINERS) and bare[-1:] in tuple(_JOINERS + "(["):
        start += 1
        return left, skip + start + (len(rest[start:]) - len(rest[start:].lstrip(" \t")) if left[-1:] in " \t" else 0)
    if rest[start : start + 1] in (",", ";", ".", ")", "]", "?", "!") and rest[start : start + 1]:
        return left.rstrip(" \t"), skip + start
    if left[-1:] in tuple(" \t\n([") and start:
        return left, skip + start
    return left, skip


def _without_dangling(left: str) -> str:
    """Text without the prepositions and titles at its end, nor a ``#`` for a number that is gone."""
    while True:
        bare = left.rstrip(" \t")
        if bare.endswith("#") and not bare[-2:-1].isalnum():
            left = bare[:-1]
        matched = _LAST_WORD.search(left, max(0, len(left) - _TAIL))
        if matched is None or matched.group(1).rstrip(".").casefold() not in listed("lead", "dangling"):
            return left
        if matched.group(1) in _MODALITIES and not _follows_lead(left[: matched.start(1)]):
            return left
        left = left[: matched.start(1)]


def _follows_lead(left: str) -> bool:
    """Whether a preposition stands at the end of a text."""
    matched = _LAST_WORD.search(left, max(0, len(left) - _TAIL))
    return matched is not None and matched.group(1).casefold() in listed("lead", "dangling")
