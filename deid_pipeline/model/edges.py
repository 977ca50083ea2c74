"""Where a spelling of an identifier counts: what may not stand beside it.

What belongs here: the one definition by which text is cleaned and by which the gate judges it. What does not: spellings
themselves and which of them are everybody's words (room ``phi``), searching (``phi``, ``checks``).
"""

from __future__ import annotations

import re
import unicodedata
from enum import Enum
from functools import lru_cache

from deid_pipeline.model.identifiers import IdentifierKind

SHORTEST_ID = 4
LONG = 8  # characters from which a spelling counts whatever stands beside it

_NOT_NUMERIC = re.compile(r"[^\d./:\- ]")
_LETTERS_ONLY = re.compile(r"[^\W\d_]+")


class Edge(Enum):
    """What may not stand right before and behind a hit; letters are those of ASCII."""

    NONE = "anything may"
    LETTER = "no letter"
    WORD = "no letter or digit"
    DIGIT = "no digit"
    DIGIT_BEFORE = "no digit before"
    UID = "no digit or dot"


@lru_cache(maxsize=8192)
def edge_of(kind: IdentifierKind, spelling: str) -> Edge | None:
    """The edge of a case-folded spelling in NFC; None for what is too short to count anywhere."""
    shortest = 2 if is_wide(spelling) else SHORTEST_ID if kind is IdentifierKind.ID else 3
    if sum(map(str.isalnum, spelling)) < shortest or len(spelling.encode()) < 2:
        return None
    if kind is IdentifierKind.DATE:
        return Edge.DIGIT_BEFORE if spelling.isdigit() else Edge.DIGIT
    if is_wide(spelling):
        return Edge.NONE
    if is_letters(spelling) and kind in (IdentifierKind.NAME, IdentifierKind.ID):
        return Edge.LETTER
    if is_numeric(spelling):
        return Edge.DIGIT
    return Edge.WORD if kind is IdentifierKind.PLACE or len(spelling) < LONG else Edge.NONE


def normal(text: str) -> str:
    """Text as spellings are compared with it."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFC", text.casefold())


def is_wide(text: str) -> bool:
    """Whether ``text`` is written in a script without spaces between words (Chinese, Japanese, Korean)."""
    return not text.isascii() and any(ord(character) >= 0x2E80 for character in text)


def is_numeric(text: str) -> bool:
    """Whether ``text`` is digits and the signs between them."""
    return _NOT_NUMERIC.search(text) is None


def is_letters(text: str) -> bool:
    """Whether ``text`` is one word of letters."""
    return _LETTERS_ONLY.fullmatch(text) is not None
