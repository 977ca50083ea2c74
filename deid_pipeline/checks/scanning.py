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
from typing import TYPE_CHECKING

import numpy as np

from deid_pipeline.model import Edge

if TYPE_CHECKING:
    import numpy.typing as npt

Buffer = bytes | bytearray | memoryview | mmap.mmap

_CHUNK_BYTES = 4 << 20
_MOST_PAIRS = 7
_DIGITS = frozenset(b"0123456789")
_LETTERS = frozenset(b"abcdefghijklmnopqrstuvwxyz")
_FOLDED = bytes(range(256)).lower()


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

    ``key`` names the spelling behind it: all encodings of one spelling share it. ``high`` is empty, or the high bytes
    of UTF-16 text whose low bytes are ``data``: then both byte orders count, and edges do not.
    """

    data: bytes
    edge: Edge
    key: int
    high: bytes = b""


class Scanner:
    """Finds needles of two bytes and more, ASCII letters in any case."""

    def __init__(self, needles: Iterable[Needle]) -> None:
        known = {needle for needle in needles if len(needle.data) >= 2}
        self._longest = max((len(needle.data + needle.high) for needle in known), default=0)
        self._narrow = _PairFilter(needle for needle in known if not needle.high)
        self._wide = _PairFilter(needle for needle in known if needle.high)

    def find(self, data: Buffer, start: int = 0, end: int | None = None) -> Iterator[tuple[int, Needle]]:
        """Every hit between ``start`` and ``end``: its offset in ``data`` and the needle.

        Memory stays bounded; bytes beside the range decide about edges.
        """
        stop = len(data) if end is None else end
        for at in range(start, stop, _CHUNK_BYTES):
            chunk = bytes(data[at : min(stop, at + _CHUNK_BYTES + self._longest)]).translate(_FOLDED)
            for place, needle in self._narrow.find(chunk):
                if place < _CHUNK_BYTES and _stands_free(data, at + place, needle):
                    yield at + place, needle
            for odd in (0, 1) if self._wide.tables else ():
                for index, needle in self._wide.find(chunk[odd::2]):
                    place = _start_of_wide(chunk, 2 * index + odd, needle)
                    if 0 <= place < _CHUNK_BYTES:
                        yield at + place, needle


def _start_of_wide(chunk: bytes, low: int, needle: Needle) -> int:
    """Where UTF-16 text starts whose low bytes start at ``low``; -1 when its high bytes are not beside them."""
    length = len(needle.data)
    if chunk[low + 1 : low + 2 * length : 2] == needle.high:
        return low
    if low > 0 and chunk[low - 1 : low + 2 * length - 2 : 2] == needle.high:
        return low - 1
    return -1


class _PairFilter:
    """The needles of one kind, and the tables of the byte pairs that they begin with."""

    def __init__(self, needles: Iterable[Needle]) -> None:
        known = list(needles)
        self.shortest = min((len(needle.data) for needle in known), default=0)
        pairs = max(0, min(self.shortest - 1, _MOST_PAIRS))
        self.tables = [np.zeros(1 << 16, dtype=bool) for _ in range(pairs)]
        self._by_start: dict[bytes, list[Needle]] = defaultdict(list)
        for needle in known:
            self._by_start[needle.data[: pairs + 1]].append(needle)
            for place, table in enumerate(self.tables):
                table[needle.data[place] | needle.data[place + 1] << 8] = True

    def find(self, chunk: bytes) -> Iterator[tuple[int, Needle]]:
        """Every needle in a folded chunk, by ascending offset."""
        length = len(self.tables) + 1
        for place in self._candidates(chunk) if self.tables else ():
            for needle in self._by_start.get(chunk[place : place + length], ()):
                if chunk.startswith(needle.data, place):
                    yield place, needle

    def _candidates(self, chunk: bytes) -> list[int]:
        """Offsets at which all pair tables agree, ascending."""
        if len(chunk) < self.shortest:
            return []
        values = np.frombuffer(chunk, dtype=np.uint8)
        found = []
        for odd in (0, 1):
            count = (len(chunk) - odd) // 2
            if count:
                words = np.frombuffer(chunk, dtype="<u2", count=count, offset=odd)
                found.append(np.flatnonzero(self.tables[0][words]) * 2 + odd)
        places = np.concatenate(found)
        places = places[places <= len(chunk) - self.shortest]
        for number, table in enumerate(self.tables[1:], start=1):
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
