"""Harvest: the identifying values of a source header, to be searched for everywhere else.

What belongs here: which elements identify, and as what. What does not: how values may be spelled (``spellings``), where
they are found again (``header_match``; ``checks``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from deid_pipeline.model import ElementRow, Identifier, IdentifierKind
from deid_pipeline.phi.spellings import (
    age_spellings,
    contact_spellings,
    date_spellings,
    id_spellings,
    name_spellings,
    place_spellings,
)
from deid_pipeline.phi.words import word_list

PLACEHOLDER_DATES = frozenset({date(1, 1, 1), date(1900, 1, 1), date(1970, 1, 1), date(1111, 11, 11)})
STANDARD_UID_ROOT = "1.2.840.10008."  # PS3.5 section 9: registered UIDs of the standard itself identify nobody

_SINGLE_VALUED = frozenset({"LT", "ST", "UT"})
_DATE = re.compile(r"(\d{4})[.\-/]?(\d{2})[.\-/]?(\d{2})")
_Found = Iterator[tuple[IdentifierKind, str, tuple[str, ...]]]


def harvest(elements: Iterable[ElementRow]) -> tuple[Identifier, ...]:
    """Collect every identifying value of a header, at all depths, private elements included.

    Returns
    -------
    tuple of Identifier
        One for each value and element, in the order of the elements; placeholders are left out.
    """
    found: dict[Identifier, None] = {}
    for row in elements:
        if not row.value:
            continue
        for kind, value, spellings in _identifiers(row):
            if spellings:
                found[Identifier(kind, row.tag_path, value, spellings)] = None
    return tuple(found)


def is_placeholder(value: str) -> bool:
    """Whether a value stands for a missing one, and so identifies nobody."""
    folded = value.casefold().replace("^", " ").replace("=", " ").strip(" .,")
    words = folded.split()
    return not any(map(str.isalnum, folded)) or all(word in word_list("placeholders") for word in words)


def _identifiers(row: ElementRow) -> _Found:
    vr = _known_vr(row)
    values = [row.value] if vr in _SINGLE_VALUED else row.value.split("\\")
    for value in map(str.strip, values):
        if not value or is_placeholder(value):
            continue
        if vr == "PN":
            yield IdentifierKind.NAME, value, name_spellings(value)
        elif vr in ("DA", "DT"):
            yield from _dates(value)
        elif vr == "UI" and not value.startswith(STANDARD_UID_ROOT):
            yield IdentifierKind.UID, value, (value.casefold(),)
        elif vr == "AS":
            yield IdentifierKind.AGE, value, age_spellings(value)
        elif row.keyword in word_list("id_keywords"):
            yield IdentifierKind.ID, value, id_spellings(value)
        elif row.keyword in word_list("contact_keywords"):
            yield IdentifierKind.CONTACT, value, contact_spellings(value)
        elif row.keyword in word_list("place_keywords") and not _is_generic(value):
            yield IdentifierKind.PLACE, value, tuple(s for s in place_spellings(value) if not _is_generic(s))


def _dates(value: str) -> _Found:
    """Every day of a DA or DT value, of an ACR-NEMA date (``1999.12.31``) or of a range (PS3.5 6.2)."""
    for matched in _DATE.finditer(value):
        try:
            day = date(*(int(number) for number in matched.groups()))
        except ValueError:  # an impossible day is no day of anybody's life
            continue
        if day not in PLACEHOLDER_DATES:
            yield IdentifierKind.DATE, matched.group(), date_spellings(day.year, day.month, day.day)
        if value[matched.end() : matched.end() + 2].isdigit():  # the time of day of a DT follows, no second date
            return


def _is_generic(value: str) -> bool:
    return all(word in word_list("generic_places") for word in re.split(r"[^\w-]+", value.casefold()) if word)


def _known_vr(row: ElementRow) -> str:
    if row.vr != "UN" or not row.keyword:
        return row.vr
    from pydicom.datadict import dictionary_VR

    return dictionary_VR(int(row.tag, 16))
