"""Words of codes: which of them are terms of the standard, or words of descriptors, and so name nobody.

What belongs here: the judgement of one word of a code string or of a code's meaning. What does not: cleaning such a value (``cleaning``).
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

from deid_pipeline.phi.text_words import NAMELIKE, Flag, flags

_SHORTEST = 3  # letters; shorter words are no names that anybody could tell from a code


def is_code_word(word: str) -> bool:
    """Whether a word, in any case, is one that code strings are made of: ``MONOCHROME``, ``CHEST``, ``L``."""
    folded = word.casefold()
    return len(folded) < _SHORTEST or folded in _terms() or bool(flags().get(folded, 0) & Flag.SAFE)


def is_plain_word(word: str) -> bool:
    """Whether a word, in any case, is a code word and nobody's name: ``CHEST``, not ``LONG``."""
    return is_code_word(word) and not flags().get(word.casefold(), 0) & (NAMELIKE | Flag.TITLE)


@cache
def _terms() -> frozenset[str]:
    text = resources.files(__package__).joinpath("code_words.toml").read_text(encoding="utf-8")
    return frozenset(word for words in tomllib.loads(text).values() for word in words.split())
