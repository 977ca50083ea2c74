"""Words of code strings: which of them are terms of the standard, or words of descriptors, and so name nobody.

What belongs here: the judgement of one word of a CS value. What does not: cleaning such a value (``cleaning``).
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

from deid_pipeline.phi.text_words import Flag, flags

_SHORTEST = 3  # letters; shorter words are no names that anybody could tell from a code


def is_code_word(word: str) -> bool:
    """Whether a word, in any case, is one that code strings are made of: ``MONOCHROME``, ``CHEST``, ``L``."""
    folded = word.casefold()
    return len(folded) < _SHORTEST or folded in _terms() or bool(flags().get(folded, 0) & Flag.SAFE)


@cache
def _terms() -> frozenset[str]:
    text = resources.files(__package__).joinpath("code_words.toml").read_text(encoding="utf-8")
    return frozenset(word for words in tomllib.loads(text).values() for word in words.split())
