"""What of a header must be in a text for the finders to find anything of it there: the first look at a text.

What belongs here: conditions that are necessary and quick to ask; they may be met in vain, never missed.
What does not: what a text has (``first_look``), finding (``header_words``, ``header_spellings``, ``text_dates``).

Every string here is a part of each form in which its value is found: of the words and the joined names of
``header_index``, and of the spellings of ``header_spellings``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import cached_property, lru_cache
from typing import NamedTuple

from deid_pipeline.model import SHORTEST_ID, IdentifierKind
from deid_pipeline.phi.first_look import Look
from deid_pipeline.phi.header_index import SHORTEST_PLACE_WORD, SHORTEST_POSTAL_CODE, day_of
from deid_pipeline.phi.header_spellings import LOCAL_DIGITS
from deid_pipeline.phi.ordinary import PLACE_TYPES, WORDS
from deid_pipeline.phi.spellings import UMLAUTS, without_diacritics
from deid_pipeline.phi.text_dates import is_said
from deid_pipeline.phi.text_numbers import has_id_label
from deid_pipeline.phi.text_tokens import forms
from deid_pipeline.phi.text_words import Flag, flags

_RUNS = re.compile(r"[0-9a-z]+")
_LETTERS = re.compile(r"[a-z]+")
_SYLLABLES = re.compile(r"[a-z]{2,}")
_ALIKE = re.compile(r"[a-z]+|[0-9]+")
_WORDS = re.compile(r"[^\W_]+")
_LINES = re.compile(r"[\r\n\f,;^]+")
_PLAIN_NAME = re.compile(r"[a-z' .-]+(?:\^[a-z' .-]*)*|[a-z' .,-]+")
_PARTS_OF_NAME = {"^": re.compile(r"\^"), ",": re.compile(","), "": re.compile(r"\s+")}
_CARRYING = re.compile(r"[a-z]{4}")
_MOST_SINGLES = 2  # words of one character in a name; more could be written together and be no longer found by a part
_ORDINARY_PLACE = PLACE_TYPES | Flag.SAFE | Flag.VOCABULARY


class Traces(NamedTuple):
    """What stands for one value: in a text that has it, one of ``parts`` is somewhere or one of ``words`` is a word.

    ``labelled`` are parts that count only in a text that has labels. ``initials`` are the letters of those of a name.
    """

    parts: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    labelled: tuple[str, ...] = ()
    initials: str = ""


_NOTHING = Traces()


class HeaderTraces:
    """The traces of a set of identifiers."""

    def __init__(self, known: Iterable[tuple[IdentifierKind, str]]) -> None:
        """Gather them; where one value has no traces that can be told, every text must be looked through."""
        parts: set[str] = set()
        words: set[str] = set()
        labelled: set[str] = set()
        self._dates: list[str] = []
        self._untold = False
        initials: set[str] = set()
        for kind, value in known:
            if kind is IdentifierKind.DATE:
                self._dates.append(value)
                continue
            traces = _traces(kind, value)
            if traces is None:
                self._untold = True
                continue
            parts.update(traces[0])
            words.update(traces[1])
            labelled.update(traces[2])
            initials.update(traces[3])
        self._initials = initials
        self._parts, self._words, self._labelled = tuple(parts), words, tuple(labelled)

    def may_be_in(self, look: Look) -> bool:
        """Whether anything of the header but its dates may be found in a text."""
        if self._untold or not self._words.isdisjoint(look.words):
            return True
        if look.initials and any(map(self._initials.issuperset, look.initials)):
            return True
        for letters in (look.letters,) if look.bare is look.letters else (look.letters, look.bare):
            for part in self._parts:
                if part in letters:
                    return True
            for part in self._labelled:
                if part in letters and has_id_label(look.tokens.text):
                    return True
        return False

    def says_date(self, look: Look) -> bool:
        """Whether a date of the header may be found in a text."""
        return bool(look.said) and any(is_said(day, said) for said in look.said for day in self._days)

    @cached_property
    def _days(self) -> list[date]:
        return [day for day in map(day_of, self._dates) if day is not None]


@lru_cache(maxsize=8192)
def _traces(kind: IdentifierKind, value: str) -> Traces | None:
    """The traces of a value in texts of ASCII; None where they cannot be told."""
    if kind is IdentifierKind.NAME:
        traces = _of_name(value.casefold())
        return traces and traces._replace(initials="".join(word[0] for word in WORDS.findall(value.casefold())))
    if kind is IdentifierKind.ID:
        return _of_id(value.casefold())
    if kind is IdentifierKind.PLACE:
        return _of_place(value.casefold())
    if kind is IdentifierKind.CONTACT:
        return _of_contact(value)
    return _NOTHING  # ages and UIDs are not looked for


def _of_name(folded: str) -> Traces | None:
    if not folded.isascii():
        forms = (without_diacritics(folded), without_diacritics(folded.translate(UMLAUTS)))
        return _merged([_of_any_name(form) for form in dict.fromkeys(forms)])
    if not _PLAIN_NAME.fullmatch(folded):
        return _of_any_name(folded)
    sign = "^" if "^" in folded else "," if "," in folded else ""
    for part in _PARTS_OF_NAME[sign].split(folded):
        if len(part.strip()) > 1 and not _CARRYING.search(part):
            return _of_any_name(folded)
    # Each part has a long word, and so has each form of parts written together: short words count only as words.
    found = _LETTERS.findall(folded)
    long, short = (tuple(w for w in found if len(w) > 3), tuple(w for w in found if 1 < len(w) <= 3))
    return Traces(long, short) if long else None


def _of_any_name(folded: str) -> Traces | None:
    """Each word of two letters and more, and whole what has letters only one by one, such as ``a1b2``."""
    runs = _RUNS.findall(folded)
    if sum(len(one) == 1 for one in _ALIKE.findall(folded)) > _MOST_SINGLES:
        return None
    parts = [part for run in runs for part in (_SYLLABLES.findall(run) or [run]) if len(part) > 1]
    return Traces(tuple(parts)) if parts or not (runs or folded.isascii()) else None


def _merged(found: list[Traces | None]) -> Traces | None:
    told = [one for one in found if one is not None]
    return Traces(tuple(part for one in told for part in one.parts)) if len(told) == len(found) else None


def _of_id(folded: str) -> Traces | None:
    squeezed = "".join(_RUNS.findall(folded))
    stripped = "".join(word.lstrip("0") if word.isdecimal() else word for word in WORDS.findall(folded))
    if not squeezed.lstrip("0") or not stripped:
        return None
    parts = tuple({squeezed.lstrip("0"), stripped})
    return Traces(labelled=parts) if len(squeezed) < SHORTEST_ID else Traces(parts)


def _of_contact(value: str) -> Traces | None:
    runs = _RUNS.findall(value.lower())
    if any(map(str.isalpha, value)):
        parts = tuple(run for run in runs if len(run) > 1)
    else:
        local = "".join(runs).lstrip("0")[-LOCAL_DIGITS:]
        parts = (local,) if local else ()
    return Traces(parts) if parts and value.isascii() else None


def _of_place(folded: str) -> Traces | None:
    """The words that are a place by themselves, and of each line, which is found whole, its longest word."""
    known = flags().get
    found = {form for word in WORDS.findall(folded) for form in forms(word)}
    words = tuple(
        w for w in found if len(w) >= SHORTEST_PLACE_WORD and not w.isdecimal() and not known(w, 0) & _ORDINARY_PLACE
    )
    codes = [word.lstrip("0") for word in found if len(word) >= SHORTEST_POSTAL_CODE and word.isdecimal()]
    lines = [line for line in _LINES.split(folded) if len(line.split()) > 1 and len(line) - line.count(" ") >= 6]
    parts = [_longest(line) for line in lines or [folded] if _RUNS.search(without_diacritics(line))]
    return Traces((*parts, *codes), words) if all(parts) and all(codes) else None


def _longest(line: str) -> str:
    """The longest word that is written alike in every spelling; empty where there is none."""
    return max(filter(str.isascii, _WORDS.findall(line)), key=len, default="")
