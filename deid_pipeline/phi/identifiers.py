"""Harvest: the identifying values of a source header, to be searched for everywhere else.

What belongs here: which elements identify, and as what. What does not: how values may be spelled (``spellings``), where
they are found again (``header_match``; ``checks``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache

from deid_pipeline.model import ElementRow, Identifier, IdentifierKind
from deid_pipeline.phi.ordinary import is_ordinary
from deid_pipeline.phi.spellings import (
    age_spellings,
    contact_spellings,
    date_spellings,
    id_spellings,
    is_spelled,
    name_spellings,
    place_spellings,
)
from deid_pipeline.phi.words import word_list

PLACEHOLDER_DATES = frozenset({date(1, 1, 1), date(1900, 1, 1), date(1970, 1, 1), date(1111, 11, 11)})
STANDARD_UID_ROOT = "1.2.840.10008."  # PS3.5 section 9: registered UIDs of the standard itself identify nobody

_SINGLE_VALUED = frozenset({"LT", "ST", "UT"})
_DATE = re.compile(r"(\d{4})[.\-/]?(\d{2})[.\-/]?(\d{2})")
_Found = Iterator[tuple[IdentifierKind, str, date | None]]  # the day of a date
_LONGEST_REMEMBERED = 256  # characters
_UNSOUGHT = frozenset({IdentifierKind.AGE, IdentifierKind.UID})
_KEYWORDS = {
    "id_keywords": IdentifierKind.ID,
    "contact_keywords": IdentifierKind.CONTACT,
    "place_keywords": IdentifierKind.PLACE,
}
_VRS = {
    "PN": IdentifierKind.NAME,
    "DA": IdentifierKind.DATE,
    "DT": IdentifierKind.DATE,
    "UI": IdentifierKind.UID,
    "AS": IdentifierKind.AGE,
}


def harvest(elements: Iterable[ElementRow]) -> tuple[Identifier, ...]:
    """Collect every identifying value of a header, at all depths, private elements included.

    Returns
    -------
    tuple of Identifier
        One for each value and element, in the order of the elements; placeholders are left out.
    """
    found: dict[Identifier, None] = {}
    for row in elements:
        if row.value:
            for kind, value, spellings in _identifiers(_known_vr(row), row.keyword, row.value):
                ordinary = _ordinary(kind, spellings)
                found[Identifier(kind, row.tag_path, value, spellings, ordinary)] = None
    return tuple(found)


def identifying_values(vr: str, keyword: str, text: str) -> tuple[tuple[IdentifierKind, str], ...]:
    """What :func:`harvest` finds in one element, without the spellings, which take the most of its time.

    Ages and UIDs are left out: texts are not searched for them.

    Parameters
    ----------
    vr
        For UN that of PS3.6, where there is one.
    keyword
        That of PS3.6, or empty.
    """
    return (_known if len(text) <= _LONGEST_REMEMBERED else _known.__wrapped__)(vr, keyword, text)


@lru_cache(maxsize=8192)  # the instances of a study have the same ones
def _known(vr: str, keyword: str, text: str) -> tuple[tuple[IdentifierKind, str], ...]:
    found = _values(vr, keyword, text)
    return tuple(
        (kind, value)
        for kind, value, _ in found
        if kind not in _UNSOUGHT and (kind is not IdentifierKind.NAME or is_spelled(value))
    )


def identifies(vr: str, keyword: str) -> bool:
    """Whether an element may have any of :func:`identifying_values`; vr and keyword as there."""
    return _kind(vr, keyword) not in (None, *_UNSOUGHT)


@lru_cache(maxsize=4096)
def is_placeholder(value: str) -> bool:
    """Whether a value stands for a missing one, and so identifies nobody."""
    folded = value.casefold().replace("^", " ").replace("=", " ").strip(" .,")
    words = folded.split()
    return not any(map(str.isalnum, folded)) or all(word in word_list("placeholders") for word in words)


@lru_cache(maxsize=8192)  # the instances of a study ask about the same values
def _identifiers(vr: str, keyword: str, text: str) -> tuple[tuple[IdentifierKind, str, tuple[str, ...]], ...]:
    return tuple(found for found in _each(vr, keyword, text) if found[2])


def _each(vr: str, keyword: str, text: str) -> Iterator[tuple[IdentifierKind, str, tuple[str, ...]]]:
    for kind, value, day in _values(vr, keyword, text):
        if day is not None:
            yield kind, value, _date_spellings(day.year, day.month, day.day)
        elif kind is IdentifierKind.UID:
            yield kind, value, (value.casefold(),)
        elif kind is IdentifierKind.PLACE:
            yield kind, value, tuple(s for s in spellings_of(kind, value) if not _is_generic(s))
        else:
            yield kind, value, spellings_of(kind, value)


def _values(vr: str, keyword: str, text: str) -> _Found:
    kind = _kind(vr, keyword)
    if kind is None:
        return
    values = [text] if vr in _SINGLE_VALUED else text.split("\\")
    for value in map(str.strip, values):
        if not value or is_placeholder(value):
            continue
        if kind is IdentifierKind.DATE:
            yield from _dates(value)
        elif kind is IdentifierKind.UID:
            if not value.startswith(STANDARD_UID_ROOT):
                yield kind, value, None
        elif kind is not IdentifierKind.PLACE or not _is_generic(value):
            yield kind, value, None


@lru_cache(maxsize=4096)
def _kind(vr: str, keyword: str) -> IdentifierKind | None:
    """What values of an element identify, by its VR before its meaning; None for most elements."""
    if vr in _VRS:
        return _VRS[vr]
    return next((kind for name, kind in _KEYWORDS.items() if keyword in word_list(name)), None)


@lru_cache(maxsize=8192)
def _ordinary(kind: IdentifierKind, spellings: tuple[str, ...]) -> frozenset[str]:
    return frozenset(spelling for spelling in spellings if is_ordinary(kind, spelling))


@lru_cache(maxsize=4096)
def spellings_of(kind: IdentifierKind, value: str) -> tuple[str, ...]:
    """The spellings of a value other than a date; the instances of a study ask for the same ones."""
    makers = {IdentifierKind.NAME: name_spellings, IdentifierKind.AGE: age_spellings, IdentifierKind.ID: id_spellings}
    makers |= {IdentifierKind.CONTACT: contact_spellings, IdentifierKind.PLACE: place_spellings}
    return tuple(makers[kind](value))


def _dates(value: str) -> _Found:
    """Every day of a DA or DT value, of an ACR-NEMA date (``1999.12.31``) or of a range (PS3.5 6.2)."""
    for matched in _DATE.finditer(value):
        try:
            day = date(*(int(number) for number in matched.groups()))
        except ValueError:  # an impossible day is no day of anybody's life
            continue
        if day not in PLACEHOLDER_DATES:
            yield IdentifierKind.DATE, matched.group(), day
        if value[matched.end() : matched.end() + 2].isdigit():  # the time of day of a DT follows, no second date
            return


_date_spellings = lru_cache(maxsize=4096)(date_spellings)


def _is_generic(value: str) -> bool:
    return all(word in word_list("generic_places") for word in re.split(r"[^\w-]+", value.casefold()) if word)


def _known_vr(row: ElementRow) -> str:
    if row.vr != "UN" or not row.keyword:
        return row.vr
    from pydicom.datadict import dictionary_VR

    return dictionary_VR(int(row.tag, 16))
