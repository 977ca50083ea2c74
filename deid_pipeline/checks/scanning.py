"""Searching bytes for thousands of needles at once.

What belongs here: the search, and what may stand beside a hit. What does not: which needles (``needles``), what a hit
means (the checks).

Every pair of neighbouring bytes is looked up in a table of the pairs that needles begin with, then the survivors' next
pair, and so on; what is left after up to seven pairs is compared with the needles themselves. So the time hardly
depends on how many needles there are.
"""

from __future__ import annotations

import mmap
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

Buffer = bytes | bytearray | memoryview | mmap.mmap

_CHUNK_BYTES = 4 << 20
_MOST_PAIRS = 7
_DIGITS = frozenset(b"0123456789")
_LETTERS = frozenset(b"abcdefghijklmnopqrstuvwxyz")
_FOLDED = bytes(range(256)).lower()


class Edge(Enum):
    """What may not stand right before and behind a hit."""

    NONE = "anything may"
    LETTER = "no letter"
    WORD = "no letter or digit"
    DIGIT = "no digit"
    DIGIT_BEFORE = "no digit before"
    UID = "no digit or dot"


_FORBIDDEN: dict[Edge, tuple[frozenset[int], frozenset[int]]] = {
    Edge.NONE: (frozenset(), frozenset()),
    Edge.LETTER: (_LETTERS, _LETTERS),
    Edge.WORD: (_LETTERS | _DIGITS, _LETTERS | _DIGITS),
    Edge.DIGIT: (_DIGITS, _DIGITS),
    Edge.DIGIT_BEFORE: (_DIGITS, frozenset()),
    Edge.UID: (_DIGITS | {ord(".")}, _DIGITS | {ord(".")}),
}


@dataclass(frozen=True, slots=True)
class Needle:
    """Bytes to find, ASCII letters in lower case, and what may not stand beside them.

    ``key`` names the spelling behind it: all encodings of one spelling share it.
    """

    data: bytes
    edge: Edge
    key: int


class Scanner:
    """Finds needles of two bytes and more, ASCII letters in any case."""

    def __init__(self, needles: Iterable[Needle]) -> None:
        known = {needle for needle in needles if len(needle.data) >= 2}
        self._shortest = min((len(needle.data) for needle in known), default=0)
        self._longest = max((len(needle.data) for needle in known), default=0)
        self._by_start: dict[bytes, list[Needle]] = defaultdict(list)
        pairs = min(self._shortest - 1, _MOST_PAIRS)
        self._tables = [np.zeros(1 << 16, dtype=bool) for _ in range(pairs)]
        for needle in known:
            self._by_start[needle.data[: pairs + 1]].append(needle)
            for place, table in enumerate(self._tables):
                table[needle.data[place] | needle.data[place + 1] << 8] = True

    def find(self, data: Buffer, start: int = 0, end: int | None = None) -> Iterator[tuple[int, Needle]]:
        """Every hit between ``start`` and ``end``: its offset in ``data`` and the needle.

        Memory stays bounded; bytes beside the range decide about edges.
        """
        stop = len(data) if end is None else end
        if not self._tables:
            return
        for at in range(start, stop, _CHUNK_BYTES):
            chunk = bytes(data[at : min(stop, at + _CHUNK_BYTES + self._longest - 1)]).translate(_FOLDED)
            for place in self._candidates(chunk):
                if place >= _CHUNK_BYTES:
                    continue
                for needle in self._by_start.get(chunk[place : place + len(self._tables) + 1], ()):
                    if chunk.startswith(needle.data, place) and _stands_free(data, at + place, needle):
                        yield at + place, needle

    def _candidates(self, chunk: bytes) -> list[int]:
        """Offsets at which all pair tables agree, ascending."""
        if len(chunk) < self._shortest:
            return []
        values = np.frombuffer(chunk, dtype=np.uint8)
        found = []
        for odd in (0, 1):
            count = (len(chunk) - odd) // 2
            if count:
                words = np.frombuffer(chunk, dtype="<u2", count=count, offset=odd)
                found.append(np.flatnonzero(self._tables[0][words]) * 2 + odd)
        places = np.concatenate(found)
        places = places[places <= len(chunk) - self._shortest]
        for number, table in enumerate(self._tables[1:], start=1):
            places = places[table[_pair(values, places + number)]]
        return [int(place) for place in np.sort(places)]


def _pair(values: npt.NDArray[np.uint8], places: npt.NDArray[np.intp]) -> npt.NDArray[np.uint16]:
    low, high = values[places].astype(np.uint16), values[places + 1].astype(np.uint16)
    return low | np.left_shift(high, 8)


def _stands_free(data: Buffer, at: int, needle: Needle) -> bool:
    """Whether the bytes beside a hit are what the needle's edge allows."""
    before, behind = _FORBIDDEN[needle.edge]
    end = at + len(needle.data)
    if at > 0 and _FOLDED[data[at - 1]] in before:
        return False
    return not (end < len(data) and _FOLDED[data[end]] in behind)
