"""Words and numbers of a text, with their flags, as the finders of the cleaning look at them.

What belongs here: cutting text, gaps between words, what a finder hands back. What does not: any finding.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from deid_pipeline.model import IdentifierKind
from deid_pipeline.phi.spellings import without_diacritics
from deid_pipeline.phi.text_words import flags

MARK = re.compile("<(?:" + "|".join(IdentifierKind) + ")>")
"""What stands for an identifier in text cleaned under ``deid``; nothing is found in it again."""

_ASCII = re.compile(r"[A-Za-z]+|[0-9]+")
_ANY = re.compile(r"(?:[^\W\d_][\u0300-\u036f]*)+|\d+")
_DIGIT = re.compile(r"\d")
_INSIDE_NAMES = " ,.^_-'’=&\t"
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})


@dataclass(frozen=True, slots=True)
class Found:
    """Half-open range of a text that identifies; ``original`` is the header's value where it comes from there."""

    start: int
    end: int
    kind: IdentifierKind
    original: str = ""


def fold(word: str) -> str:
    """A word in small letters without marks."""
    return word.lower() if word.isascii() else without_diacritics(word.casefold())


def forms(word: str) -> set[str]:
    """A folded word, and with umlauts written out; none of a voicing mark that stands alone, in which no letter is."""
    if word.isascii():
        return {word.lower()}
    folded = word.casefold()
    return {without_diacritics(folded), without_diacritics(folded.translate(_UMLAUTS))} - {""}


class Tokens:
    """Runs of letters and runs of digits; marks of an earlier cleaning are none."""

    __slots__ = ("any", "ends", "flags", "has_digits", "starts", "text", "upper", "words")

    def __init__(self, text: str) -> None:
        """Cut a text."""
        self.text = text
        ascii_only = text.isascii()
        matches = list((_ASCII if ascii_only else _ANY).finditer(text))
        if "<" in text:
            marked = {matched.start() + 1 for matched in MARK.finditer(text)}
            if marked:
                matches = [matched for matched in matches if matched.start() not in marked]
        self.starts = [matched.start() for matched in matches]
        self.ends = [matched.end() for matched in matches]
        if ascii_only:
            self.words = [matched.group().lower() for matched in matches]
        else:
            self.words = [fold(matched.group()) for matched in matches]
        known = flags()
        self.flags = [known.get(word, 0) for word in self.words]
        self.any = 0
        for flag in self.flags:
            self.any |= flag
        self.upper = text.upper() == text
        self.has_digits = _DIGIT.search(text) is not None

    def gap(self, index: int) -> str:
        """What stands between a token and the next one."""
        return self.text[self.ends[index] : self.starts[index + 1]]

    def near(self, index: int) -> bool:
        """Whether the next token follows as the parts of a name do."""
        gap = self.text[self.ends[index] : self.starts[index + 1]]
        return len(gap) <= 3 and not gap.strip(_INSIDE_NAMES)

    def follows(self, index: int) -> bool:
        """Whether the next token follows behind blanks, dots, and the signs of a label."""
        gap = self.text[self.ends[index] : self.starts[index + 1]]
        return 0 < len(gap) <= 4 and not gap.strip(" .:=#\t(")

    def signed(self, index: int) -> bool:
        """Whether a colon or an equals sign follows a token."""
        return self.text[self.ends[index] : self.ends[index] + 4].lstrip(" \t").startswith((":", "="))

    def is_word(self, index: int) -> bool:
        """Whether a token is letters."""
        return not self.words[index].isdecimal()

    def capitalised(self, index: int) -> bool:
        """Whether a word starts with a capital, or is of a script without any."""
        first = self.text[self.starts[index]]
        return first.isalpha() and first == first.upper()

    def original(self, index: int) -> str:
        """A token as it is written."""
        return self.text[self.starts[index] : self.ends[index]]

    def end_of_name(self, last: int) -> int:
        """Where a name ends whose last token this is: behind its ``'s``, or the dot of an initial."""
        end = self.ends[last]
        tail = self.text[end : end + 3]
        if tail[:1] in ("'", "’") and tail[1:2] in ("s", "S") and not tail[2:3].isalnum():
            return end + 2
        return end + 1 if tail[:1] == "." and len(self.words[last]) == 1 else end

    def __len__(self) -> int:
        """The number of tokens."""
        return len(self.starts)
