"""Outlines: which elements a source has at its top level, and which of them an output keeps, as a few bytes.

What belongs here: writing and reading them. What does not: deciding (``decisions``), what is asked for (``iods``).

Files of a series have the same outline, so that what follows from it need not be found out again.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

EMPTY, GOES = 1, 2  # bits: no value in the source; deleted by a rule
_ELEMENT = struct.Struct("<LB")


def outline_of(elements: Iterable[tuple[int, int]]) -> bytes:
    """The outline of top-level elements, given in file order by tag and bits: five bytes for each."""
    return b"".join(_ELEMENT.pack(tag, bits) for tag, bits in elements)


def read_outline(outline: bytes) -> tuple[set[int], set[int]]:
    """The tags that stay, and those without a value in the source; of several elements of one tag the last counts.

    A tag stays if none of its elements is deleted.
    """
    present: set[int] = set()
    gone: set[int] = set()
    empty: set[int] = set()
    for tag, bits in _ELEMENT.iter_unpack(outline):
        (gone if bits & GOES else present).add(tag)
        (empty.add if bits & EMPTY else empty.discard)(tag)
    return present - gone, empty
