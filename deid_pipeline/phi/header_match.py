"""Recognizer: what the header knows, found again in text, also when it was misread.

What belongs here: comparing text with the identifiers' spellings. What does not: making spellings (``spellings``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from deid_pipeline.model import Identifier, IdentifierKind, is_wide
from deid_pipeline.phi.protocol import Span
from deid_pipeline.phi.spellings import without_diacritics

# Characters that are taken for each other in small or bold print; the first one stands for all.
CONFUSION_CLASSES = ("83569sbg", "0ocdq", "1il|!", "4a", "2z")

_SHORTEST_INSIDE = 5  # squeezed characters from which a spelling is also found inside a longer word
_SHORTEST_FUZZY = 6
_ERRORS_PER_CHARACTER = 0.17
_CONFUSED_COST = 0.3
_KINDS = frozenset(IdentifierKind) - {IdentifierKind.UID}

_CLASS_OF = {character: group[0] for group in CONFUSION_CLASSES for character in group}


class HeaderMatch:
    """Finds identifiers of the header: exactly, in look-alike characters, or with a few characters wrong."""

    name = "header_match"

    def find(self, text: str, identifiers: Sequence[Identifier]) -> list[Span]:
        """All matches; where one identifier matches exactly its fuzzy matches are left out."""
        squeezed, places = squeeze(text)
        if not squeezed:
            return []
        collapsed = collapse(squeezed)
        starts = _word_starts(places)
        found: list[Span] = []
        for kind, spelling, looks in _patterns(tuple(identifiers)):
            spans = list(_exact(spelling, squeezed, starts, 1.0)) or (
                list(_exact(looks, collapsed, starts, 0.9)) if len(looks) >= _SHORTEST_INSIDE else []
            )
            if not spans and len(spelling) >= _SHORTEST_FUZZY:
                spans = list(_fuzzy(spelling, squeezed, collapsed))
            for start, end, score in spans:
                first, last = places[start], places[end - 1] + 1
                if score == 1.0:
                    found.append(Span(first, last, kind, "in the header", score))
                else:
                    found.append(Span(*_whole_words(text, first, last), kind, "in the header, read with errors", score))
        return found


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """A range widened to whole words: where characters are wrong, the last one of a name may be."""
    while start > 0 and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum():
        end += 1
    return start, end


def squeeze(text: str) -> tuple[str, list[int]]:
    """Letters and digits of a text in lower case without marks, and where in the text each of them stands."""
    characters: list[str] = []
    places: list[int] = []
    for place, original in enumerate(text):
        for character in without_diacritics(original.casefold()):
            if character.isalnum() or character in "|!":
                characters.append(character)
                places.append(place)
    return "".join(characters), places


def collapse(squeezed: str) -> str:
    """Squeezed text with each character replaced by the one that stands for its look-alikes."""
    return "".join(_CLASS_OF.get(character, character) for character in squeezed)


@lru_cache(maxsize=16)
def _patterns(identifiers: tuple[Identifier, ...]) -> tuple[tuple[str, str, str], ...]:
    """Distinct (entity, squeezed spelling, the same collapsed) of what can be recognized."""
    found: dict[str, tuple[str, str, str]] = {}
    for identifier in identifiers:
        if identifier.kind not in _KINDS:
            continue
        for spelling in identifier.spellings:
            squeezed = squeeze(spelling)[0]
            if len(squeezed) >= (2 if is_wide(squeezed) else 3):
                found.setdefault(squeezed, (identifier.kind.value, squeezed, collapse(squeezed)))
    return tuple(found.values())


def _word_starts(places: Sequence[int]) -> set[int]:
    """Indices into squeezed text at which a word of the text starts, and the end of the text."""
    gaps = {index for index in range(1, len(places)) if places[index] - places[index - 1] > 1}
    return {0, len(places)} | gaps


def _exact(pattern: str, text: str, starts: set[int], score: float) -> Iterator[tuple[int, int, float]]:
    at = text.find(pattern)
    while at >= 0:
        end = at + len(pattern)
        if len(pattern) >= _SHORTEST_INSIDE or is_wide(pattern) or (at in starts and end in starts):
            yield at, end, score
        at = text.find(pattern, at + 1)


def _fuzzy(pattern: str, text: str, collapsed: str) -> Iterator[tuple[int, int, float]]:
    """The best approximate occurrence (Sellers' algorithm), look-alikes costing less than other errors."""
    looks = collapse(pattern)
    allowed = len(pattern) * _ERRORS_PER_CHARACTER
    if len(text) < len(pattern) - allowed or not _shares_pieces(looks, collapsed):
        return
    column = [(float(row), 0) for row in range(len(pattern) + 1)]  # cost so far, where the occurrence began
    best = (allowed, -1, -1)
    for at, character in enumerate(text):
        diagonal, column[0] = column[0], (0.0, at + 1)
        for row in range(1, len(pattern) + 1):
            substitution = 0.0 if pattern[row - 1] == character else 1.0
            if substitution and looks[row - 1] == collapsed[at]:
                substitution = _CONFUSED_COST
            above, left = column[row - 1], column[row]
            candidates = ((diagonal[0] + substitution, diagonal[1]), (above[0] + 1, above[1]), (left[0] + 1, left[1]))
            diagonal, column[row] = left, min(candidates)
        cost, start = column[-1]
        if cost < best[0]:
            best = (cost, start, at + 1)
    cost, start, end = best
    if start >= 0:
        yield start, end, round(0.85 - cost / len(pattern), 3)


def _shares_pieces(looks: str, collapsed: str) -> bool:
    """Whether a third of the pattern can occur unharmed: with two errors allowed in twelve, one third must."""
    third = max(2, len(looks) // 3)
    return any(looks[at : at + third] in collapsed for at in range(0, len(looks) - third + 1))
