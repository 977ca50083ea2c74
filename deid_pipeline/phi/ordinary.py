"""Which spellings of an identifier are also everybody's words, and so identify only where their context says so.

What belongs here: the judgement of a word, an id, a place by itself; the cleaning and the gate go by the same one. What
does not: the judgement of a context (``header_words``).
"""

from __future__ import annotations

import re
from functools import lru_cache

from deid_pipeline.model import SHORTEST_ID, IdentifierKind, is_wide
from deid_pipeline.phi.text_tokens import forms
from deid_pipeline.phi.text_words import Flag, flags
from deid_pipeline.phi.words import word_list

WORDS = re.compile(r"(?:[^\W\d_][\u0300-\u036f]*)+|\d+")
PLACE_TYPES = Flag.STREET | Flag.FLAT | Flag.DIRECTION | Flag.GENERIC_PLACE | Flag.CITY_PART | Flag.CONNECTING
LONGEST_MEASURED = 6  # digits of a number that may measure
_PLAIN = Flag.SAFE | Flag.VOCABULARY


@lru_cache(maxsize=8192)
def is_ordinary(kind: IdentifierKind, spelling: str) -> bool:
    """Whether a case-folded spelling, standing alone, may be another word or number than the identifier."""
    words = WORDS.findall(spelling)
    if kind is IdentifierKind.NAME:
        return len(words) == 1 and not any(word_identifies(form, alone=True) for form in forms(words[0]))
    if kind is IdentifierKind.ID:
        measures = len(words) == 1 and words[0].isdecimal() and len(words[0].lstrip("0")) <= LONGEST_MEASURED
        return measures or not id_identifies(words)
    return kind is IdentifierKind.PLACE and not place_identifies(words)


def word_identifies(word: str, *, alone: bool = False) -> bool:
    """Whether a word of a name, folded, identifies wherever it stands.

    With ``alone`` also beside a disease or a device: ``Baker`` is a name but in ``Baker cyst``, which a context tells.
    """
    if is_wide(word):
        return len(word) >= 2
    known = flags().get(word, 0)
    if len(word) < 3 or known & Flag.SAFE or (alone and known & Flag.EPONYM):
        return False
    return word not in word_list("particles") and word not in word_list("placeholders")


def id_identifies(words: list[str]) -> bool:
    """Whether an id, given as its runs of letters and digits, identifies where nothing says that it is one."""
    known = flags()
    length = sum(map(len, words))
    digits = sum(len(word) for word in words if word.isdecimal())
    if length < SHORTEST_ID:
        return False
    plain = all(known.get(word, 0) & _PLAIN for word in words if not word.isdecimal())
    return digits >= 3 or (not plain and (digits > 0 or length > SHORTEST_ID))


def place_identifies(words: list[str]) -> bool:
    """Whether words name a place rather than saying what it is; one word alone must be nobody else's."""
    if len(words) > 1:
        return not all(flags().get(word, 0) & (Flag.GENERIC_PLACE | Flag.SAFE) for word in words)
    return not any(flags().get(word, 0) & (PLACE_TYPES | _PLAIN) for word in words)
