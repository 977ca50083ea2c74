"""The identifiers of a header made ready to be looked up word by word, exactly as harvested.

What belongs here: which words, runs of words and numbers stand for which identifier. What does not: looking through a
text (``header_words``), reading errors (``header_match``, for text that was read from pixels).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from deid_pipeline.model import IdentifierKind, is_wide
from deid_pipeline.phi.ordinary import PLACE_TYPES, WORDS, id_identifies, place_identifies, word_identifies
from deid_pipeline.phi.spellings import place_spellings
from deid_pipeline.phi.text_tokens import forms
from deid_pipeline.phi.text_words import Flag, flags
from deid_pipeline.phi.words import word_list

SHORTEST_INSIDE, SHORTEST_JOINED_INSIDE = 5, 7
SHORTEST_PLACE_WORD, SHORTEST_POSTAL_CODE = 4, 5

_DATE = re.compile(r"(\d{4})\D?(\d{2})\D?(\d{2})")
_NEVER = 1 << 30  # characters


@dataclass(slots=True)
class HeaderIndex:
    """What a set of identifiers looks like in a text.

    ``names`` maps a folded word to the names that have it, ``initials`` a name to the letters its parts begin with;
    ``monograms`` are a name's initials in its orders, ``strong`` words identify alone, ``inside`` are those looked for
    in longer words, ``joined`` whole names written without blanks, ``wide`` values in scripts without word spaces.
    ``ids`` maps the letters and digits of an id without leading zeros to its value, and to how many characters of it,
    zeros included, identify where nothing says so.
    ``places`` maps the first word of a place to all its words, ``place_words`` a word that no other place has.
    """

    names: dict[str, set[str]] = field(default_factory=dict)
    initials: dict[str, set[str]] = field(default_factory=dict)
    strong: set[str] = field(default_factory=set)
    monograms: dict[str, str] = field(default_factory=dict)
    joined: dict[str, str] = field(default_factory=dict)
    wide: dict[str, tuple[IdentifierKind, str]] = field(default_factory=dict)
    ids: dict[str, tuple[str, int]] = field(default_factory=dict)
    id_starts: set[str] = field(default_factory=set)
    longest_id: int = 0
    places: dict[str, list[tuple[tuple[str, ...], str]]] = field(default_factory=dict)
    place_words: dict[str, str] = field(default_factory=dict)
    dates: set[date] = field(default_factory=set)
    inside: list[str] = field(default_factory=list)


def index_of(identifiers: Iterable[tuple[IdentifierKind, str]]) -> HeaderIndex:
    """Index kinds and values of identifiers."""
    index = HeaderIndex()
    for kind, value in identifiers:
        if kind is IdentifierKind.NAME:
            _add_name(index, value)
        elif kind is IdentifierKind.ID:
            _add_id(index, value)
        elif kind is IdentifierKind.DATE:
            day = day_of(value)
            index.dates |= {day} if day else set()
        elif kind is IdentifierKind.PLACE:
            _add_place(index, value)
        elif kind is IdentifierKind.CONTACT:
            _add_contact(index, value)
    inside = {word for word in index.strong if len(word) >= SHORTEST_INSIDE}
    inside |= {name for name in index.joined if len(name) >= SHORTEST_JOINED_INSIDE}
    index.inside = sorted(inside, key=lambda word: (-len(word), word))
    index.id_starts = {form[:length] for form in index.ids for length in (1, 2)}
    index.longest_id = max(map(len, index.ids), default=0)
    return index


def _add_name(index: HeaderIndex, value: str) -> None:
    for parts in _name_groups(value):
        words = [word for part in parts for word in part]
        letters = {form[0] for word in words for form in forms(word)}
        index.initials.setdefault(value, set()).update(letters)
        for word in words:
            for form in forms(word):
                if len(form) > 1 or is_wide(form):
                    index.names.setdefault(form, set()).add(value)
                if word_identifies(form):
                    index.strong.add(form)
        for form in _monograms(parts):
            index.monograms.setdefault(form, value)
        for form in _run_together(parts):
            index.joined.setdefault(form, value)
        if any(map(is_wide, words)):
            together = "".join(words)
            for form in {together, "".join(reversed(words)), *words}:
                if len(form) > 1:
                    index.wide[form] = (IdentifierKind.NAME, value)


@lru_cache(maxsize=4096)
def _name_groups(value: str) -> tuple[tuple[tuple[str, ...], ...], ...]:
    """Component groups of a name, each its parts (family, given, middle), each its words without particles."""
    no_names = word_list("particles") | word_list("placeholders")
    groups = []
    for group in value.casefold().split("="):
        parts = group.split("^")[:3] if "^" in group else (group.split(",") if "," in group else group.split())
        words = [tuple(WORDS.findall(part)) for part in parts]
        kept = tuple(part for part in words if any(word not in no_names and not word.isdecimal() for word in part))
        if kept:
            groups.append(tuple(tuple(w for w in part if not w.isdecimal()) for part in kept))
    return tuple(groups)


def _monograms(parts: tuple[tuple[str, ...], ...]) -> set[str]:
    """Initials of a name, family name last or first: ``jd``, ``jqd``, ``dj``."""
    letters = [part[0][0] for part in parts]
    family, rest = letters[0], "".join(letters[1:])
    return {form for form in (rest + family, family + rest, rest[:1] + family, family + rest[:1]) if len(form) > 1}


def _run_together(parts: tuple[tuple[str, ...], ...]) -> set[str]:
    """Forms of a name without blanks: ``doejohn``, ``johndoe``, ``jdoe``, ``doej``, ``vanderberg``."""
    found: set[str] = set()
    for family in forms("".join(parts[0])):
        if len(parts[0]) > 1:
            found.add(family)
        for given in forms("".join(parts[1])) if len(parts) > 1 else ():
            found |= {family + given, given + family}
            if len(family) >= SHORTEST_INSIDE:
                found |= {given[0] + family, family + given[0]}
    known = flags()
    return {form for form in found if len(form) >= 4 and not known.get(form, 0) & Flag.SAFE}


def _add_id(index: HeaderIndex, value: str) -> None:
    words = WORDS.findall(value.casefold())
    written = "".join(words)
    squeezed = written.lstrip("0")
    if not squeezed:
        return
    known = flags()
    if all(known.get(word, 0) & (Flag.SAFE | Flag.VOCABULARY) for word in words):  # a station that is called PORTABLE
        return
    bare = WORDS.findall(squeezed)
    shortest = 0 if id_identifies(bare) else len(written) if id_identifies(words) else _NEVER
    stripped = "".join(word.lstrip("0") if word.isdecimal() else word for word in words)
    for form in {squeezed, stripped}:
        if form and (form not in index.ids or shortest < index.ids[form][1]):
            index.ids[form] = (value, shortest)


def _add_contact(index: HeaderIndex, value: str) -> None:
    digits = "".join(filter(str.isdecimal, value))
    if len(digits) >= 7 and not any(map(str.isalpha, value)):
        index.ids[digits.lstrip("0")] = (value, 0)
        if len(digits) == 11:
            index.ids[digits[1:]] = (value, 0)


def day_of(value: str) -> date | None:
    """The day of a harvested date; None for an impossible one, which has no other spelling."""
    matched = _DATE.match(value)
    try:
        return date(*map(int, matched.groups())) if matched is not None else None
    except ValueError:
        return None


def _add_place(index: HeaderIndex, value: str) -> None:
    known = flags()
    for spelling in place_spellings(value):
        words = tuple(form for word in WORDS.findall(spelling) for form in sorted(forms(word))[:1])
        if is_wide(spelling) and len(spelling) > 1:
            index.wide[spelling] = (IdentifierKind.PLACE, value)
        if len(words) > 1 and place_identifies(list(words)):
            index.places.setdefault(words[0], []).append((words, value))
        for word in words:
            if word.isdecimal() and len(word) >= SHORTEST_POSTAL_CODE:
                index.ids.setdefault(word.lstrip("0"), (value, 0))
            elif (
                len(word) >= SHORTEST_PLACE_WORD
                and not word.isdecimal()
                and not known.get(word, 0) & (PLACE_TYPES | Flag.SAFE | Flag.VOCABULARY)
            ):
                index.place_words[word] = value
