"""Invented names in other alphabets than Latin.

What belongs here: which alphabet a name is written in, and invented names written in it. What does not: inventing
(``PseudonymSource``), nor which person gets which name (``replaceWithRandomName``).

Invented names are made of 64 syllables, a consonant and a vowel each; every syllable has a letter pair, kana, Hangul
syllable or ideograph here. The ideographs are in the character sets of Japan, Korea, the People's Republic and Taiwan.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable

_ONSETS = "bdfghjklmnprstvz"
_VOWELS = "aeio"
_CYRILLIC = dict(zip(_ONSETS + _VOWELS, "бдфгхжклмнпрствзаеио", strict=True))
_GREEK = dict(zip(_ONSETS + _VOWELS, "βδφγχξκλμνπρστψζαειο", strict=True))
_KANA = (
    "バベビボ" "ダデヂド" "ワヱヰヲ" "ガゲギゴ" "ハヘヒホ" "ジゼヂゾ" "カケキコ" "ヤエイヨ"
    "マメミモ" "ナネニノ" "パペピポ" "ラレリロ" "サセシソ" "タテチト" "アウユオ" "ザゼズゾ"
)  # fmt: skip
_HAN = (
    "山田林中大本木石川村上原高松金玉王李文方白江安吉成正永光明平和子"
    "春夏秋冬西南北一三五七八九千百水火土天月日星花竹梅雨海赤心古友早"
)
_INITIALS = (7, 3, 17, 0, 18, 12, 15, 5, 6, 2, 8, 1, 9, 16, 11, 14)  # of Hangul, in the order of the onsets
_MEDIALS = (0, 5, 20, 8)


def alphabet_of(text: str) -> str:
    """The alphabet of most letters: LATIN, CYRILLIC, GREEK, CJK (where there is any), KATAKANA, HIRAGANA, HANGUL, ...

    LATIN for a text without letters.
    """
    if text.isascii():
        return "LATIN"
    words = (unicodedata.name(letter, "LATIN").split() for letter in text if letter.isalpha())
    counts = Counter(word[1] if word[0] == "HALFWIDTH" else word[0] for word in words)
    if counts["CJK"]:
        return "CJK"
    return counts.most_common(1)[0][0] if counts else "LATIN"


def written_in(alphabet: str, family: str, given: str) -> tuple[str, str]:
    """Invented Latin names written in an alphabet; as they are where it is none of those known here."""
    write = _WRITERS.get(alphabet)
    if write is None:
        return family, given
    length = _SYLLABLES.get(alphabet, (9, 9))
    return write(_syllables(family)[: length[0]]), write(_syllables(given)[: length[1]])


def _syllables(name: str) -> list[int]:
    """The numbers, 0 to 63, of a name's syllables."""
    letters = name.lower()
    return [
        _ONSETS.index(letters[at]) * 4 + _VOWELS.index(letters[at + 1])
        for at in range(0, len(letters) - 1, 2)
        if letters[at] in _ONSETS and letters[at + 1] in _VOWELS
    ]


def _letters(table: dict[str, str]) -> Callable[[list[int]], str]:
    def write(syllables: list[int]) -> str:
        pairs = (table[_ONSETS[number >> 2]] + table[_VOWELS[number & 3]] for number in syllables)
        return "".join(pairs).capitalize()

    return write


def _hiragana(syllables: list[int]) -> str:
    return "".join(chr(ord(_KANA[number]) - 0x60) for number in syllables)


def _hangul(syllables: list[int]) -> str:
    return "".join(chr(0xAC00 + (_INITIALS[n >> 2] * 21 + _MEDIALS[n & 3]) * 28) for n in syllables)


_WRITERS: dict[str, Callable[[list[int]], str]] = {
    "CYRILLIC": _letters(_CYRILLIC),
    "GREEK": _letters(_GREEK),
    "KATAKANA": lambda syllables: "".join(_KANA[number] for number in syllables),
    "HIRAGANA": _hiragana,
    "HANGUL": _hangul,
    "CJK": lambda syllables: "".join(_HAN[number] for number in syllables),
}
_SYLLABLES = {"CJK": (2, 2), "HANGUL": (1, 2), "KATAKANA": (3, 3), "HIRAGANA": (3, 3)}
