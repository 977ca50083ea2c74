"""Name pseudonyms: invented, pronounceable, nobody's.

What belongs here: the invented name for a person. What does not: which persons are named alike (``actions``).
"""

from __future__ import annotations

from deid_pipeline.pseudonyms.secret import ProjectSecret

_ONSETS = "b d f g h j k l m n p r s t v z".split()
_VOWELS = "a e i o".split()
_SYLLABLES = tuple(onset + vowel for onset in _ONSETS for vowel in _VOWELS)  # 64: six bits each


def name_pseudonym(secret: ProjectSecret, value: str) -> str:
    """An invented person name ``Family^Given`` (PS3.5 6.2, PN), 54 bits of the keyed hash, ASCII letters."""
    bits = int.from_bytes(secret.derive("name", value)[:8], "big")
    syllables = [_SYLLABLES[bits >> 6 * index & 63] for index in range(9)]
    return f"{''.join(syllables[:5]).capitalize()}^{''.join(syllables[5:]).capitalize()}"
