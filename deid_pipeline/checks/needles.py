"""From identifiers to needles: how each spelling is written in bytes, and where it would count as a leak.

What belongs here: the choice of spellings for text, for bytes between elements and for pixel data. What does not:
searching (``scanning``), spelling (room ``phi``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from deid_pipeline.checks.scanning import Needle, Scanner
from deid_pipeline.model import Edge, Identifier, IdentifierKind, edge_of, is_letters, is_numeric, is_wide

SEARCHED_KINDS = frozenset(
    {IdentifierKind.NAME, IdentifierKind.ID, IdentifierKind.DATE, IdentifierKind.PLACE, IdentifierKind.CONTACT}
)
_SHORTEST_NAME_IN_BYTES = 4  # three letters are frequent in binary values
_SHORTEST_IN_PIXELS = 8
_SHORTEST_NUMBER_IN_PIXELS = 10  # small sample values look like digits
_LONG = 8

_ESCAPES = re.compile(rb"\x1b[()$]+.")


@dataclass(frozen=True, slots=True)
class Spelling:
    """One spelling of an identifier: its text, kind, the VRs in which it is a term and no leak, its edge.

    One that is ``ordinary``, everybody's word or a number that may measure, counts by its context; such words are
    looked for in texts alone.
    """

    text: str
    kind: IdentifierKind
    exempt_vrs: frozenset[str]
    edge: Edge
    ordinary: bool


@dataclass(frozen=True)
class NeedleSet:
    """Scanners over the same spellings; a hit's ``key`` is the index into ``spellings``."""

    spellings: tuple[Spelling, ...]
    in_text: Scanner  # UTF-8 of decoded, case-folded values
    in_bytes: Scanner  # bytes of the file outside pixel data
    in_native_pixels: Scanner
    in_encapsulated_pixels: Scanner


def needle_set(identifiers: Iterable[Identifier]) -> NeedleSet:
    """The needles of some identifiers; the same ones are prepared once."""
    wanted = {
        (one.kind, spelling, spelling in one.ordinary)
        for one in identifiers
        if one.kind in SEARCHED_KINDS
        for spelling in one.spellings
    }
    return _prepared(frozenset(wanted))


@lru_cache(maxsize=32)
def _prepared(wanted: frozenset[tuple[IdentifierKind, str, bool]]) -> NeedleSet:
    spellings = tuple(one for one in (_spelling(*each) for each in sorted(wanted)) if one is not None)
    text, file, native, encapsulated = [], [], [], []
    for key, spelling in enumerate(spellings):
        text.append(Needle(_folded(spelling.text.encode()), spelling.edge, key))
        for data, high in _encoded(spelling.text) if not spelling.ordinary or spelling.text.isdecimal() else ():
            if _counts_in_bytes(spelling, data + high):
                file.append(Needle(data, spelling.edge, key, high))
            if len(data + high) >= _SHORTEST_IN_PIXELS:
                between_samples = Needle(data, Edge.NONE, key, high)  # what stands beside it there says nothing
                encapsulated.append(between_samples)
                if _counts_in_samples(spelling.text, bool(high)):
                    native.append(between_samples)
    return NeedleSet(spellings, Scanner(text), Scanner(file), Scanner(native), Scanner(encapsulated))


def _spelling(kind: IdentifierKind, text: str, ordinary: bool) -> Spelling | None:
    spelling = unicodedata.normalize("NFC", text)
    edge = edge_of(kind, spelling)
    return None if edge is None else Spelling(spelling, kind, _exempt_vrs(kind, spelling), edge, ordinary)


def _exempt_vrs(kind: IdentifierKind, text: str) -> frozenset[str]:
    if kind == IdentifierKind.DATE:
        return frozenset({"UI"})
    if is_wide(text):
        return frozenset()
    if is_letters(text) and kind in (IdentifierKind.NAME, IdentifierKind.ID):
        return frozenset({"CS", "UI"})
    if is_numeric(text):
        short = frozenset({"DS", "IS", "AS"}) if len(text) < _LONG else frozenset()
        return short | {"UI", "TM", "DA", "DT"}
    return frozenset({"UI"})


def _counts_in_bytes(spelling: Spelling, encoded: bytes) -> bool:
    if spelling.text.isascii():
        return len(spelling.text) >= _SHORTEST_NAME_IN_BYTES
    return len(encoded) >= _SHORTEST_NAME_IN_BYTES + 2


def _counts_in_samples(text: str, in_utf_16: bool) -> bool:
    if in_utf_16 and len(text) < _SHORTEST_IN_PIXELS:
        return False
    return len(text) >= _SHORTEST_NUMBER_IN_PIXELS or not is_numeric(text)


def _encoded(text: str) -> Iterator[tuple[bytes, bytes]]:
    """The spelling in every encoding in which its bytes differ; for UTF-16 low and high bytes apart."""
    seen: set[tuple[bytes, bytes]] = set()
    cases = (text,) if text.isascii() else (text, text.upper(), text.title())
    codecs = ["utf-8", "latin-1", "utf-16-le"]
    if is_wide(text):
        codecs += ["iso2022_jp", "shift_jis", "euc_kr", "gb18030"]
    for codec in codecs:
        for case in cases:
            try:
                encoded = _folded(_ESCAPES.sub(b"", case.encode(codec)))
            except UnicodeEncodeError:
                continue
            pair = (encoded[::2], encoded[1::2]) if codec == "utf-16-le" else (encoded, b"")
            if pair not in seen:
                seen.add(pair)
                yield pair


def _folded(encoded: bytes) -> bytes:
    """Bytes with ASCII letters in lower case, as the scanner sees a file."""
    return encoded.lower()
