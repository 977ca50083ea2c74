"""What is known of a word before its text is: flags for every word of the cleaning's lists.

What belongs here: reading ``text_*.toml`` once, the flags. What does not: the words (those files), what follows from a
flag (``text_names``, ``text_places``, ``header_index``).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any

from deid_pipeline.phi.spellings import without_diacritics
from deid_pipeline.phi.words import word_list


class Flag:
    """What a word may be, as bits; one word is often several. Plain integers are quicker than an enumeration."""

    ANATOMY = 1 << 0
    SAFE = 1 << 1  # anatomy, protocol words, units, devices: a part of descriptors
    UNIT = 1 << 2
    TECHNICAL = 1 << 3  # before a number that measures
    VOCABULARY = 1 << 4  # a word and no name, as far as is known
    GIVEN = 1 << 5  # a given name wherever it stands
    GIVEN_UNSURE = 1 << 6
    SURNAME = 1 << 7
    TITLE = 1 << 8
    PERSON = 1 << 9  # says that a person's name follows
    WEAK_LEAD = 1 << 10  # a name may follow
    SURE_LEAD = 1 << 11  # mostly a name follows
    CREDENTIAL = 1 << 12
    PARTICLE = 1 << 13
    ORGANISATION = 1 << 14
    COMPANY = 1 << 15
    GENERIC_PLACE = 1 << 16
    CONNECTING = 1 << 17  # inside the name of a place
    STREET = 1 << 18
    STREET_SHORT = 1 << 19
    DIRECTION = 1 << 20
    FLAT = 1 << 21
    CITY_PART = 1 << 22
    STATE = 1 << 23  # a two-letter code, in capitals
    STATE_NAME = 1 << 24  # the last word of a state's name
    EPONYM = 1 << 25
    EPONYM_NOUN = 1 << 26
    MONTH = 1 << 27
    LABEL = 1 << 28  # belongs to a label of a number: an id, a phone, a day of birth


ROMAN = "roman"
"""The language of months written as Roman numbers."""

NAMELIKE = Flag.GIVEN | Flag.GIVEN_UNSURE | Flag.SURNAME
KNOWN = Flag.SAFE | Flag.VOCABULARY


@cache
def flags() -> Mapping[str, int]:
    """Flags of every listed word, by the word in small letters without marks."""
    words, vocabulary, names = (_read(f"text_{name}.toml") for name in ("words", "vocabulary", "names"))
    found: dict[str, int] = {}
    for flag, listed in _listed(words, vocabulary, names):
        for word in listed:
            for form in {word, without_diacritics(word)}:
                found[form] = found.get(form, 0) | flag
    blocked = Flag.GIVEN_UNSURE | Flag.SAFE | Flag.EPONYM | Flag.MONTH | Flag.STATE_NAME
    for word, flag in found.items():
        if flag & Flag.GIVEN and (flag & blocked or len(word) < 4):
            found[word] = (flag & ~Flag.GIVEN) | Flag.GIVEN_UNSURE
    return found


def _listed(
    words: Mapping[str, Any], vocabulary: Mapping[str, str], names: Mapping[str, Any]
) -> Iterable[tuple[int, Iterable[str]]]:
    safe, lead, places = words["safe"], words["lead"], words["places"]
    yield Flag.SAFE | Flag.ANATOMY, safe["anatomy"].split()
    yield Flag.SAFE, safe["protocol"].split()
    yield Flag.SAFE | Flag.UNIT, safe["units"].split()
    yield Flag.SAFE, safe["devices"].split()
    yield Flag.TECHNICAL, safe["technical_labels"].split()
    yield Flag.EPONYM_NOUN, safe["eponym_nouns"].split()
    yield Flag.EPONYM, safe["eponyms"].split()
    for listed in vocabulary.values():
        yield Flag.VOCABULARY, listed.split()
    yield Flag.GIVEN, names["given"]["sure"].split()
    yield Flag.GIVEN_UNSURE, names["given"]["unsure"].split()
    yield Flag.SURNAME, names["surnames"]["frequent"].split()
    for flag, name in (
        (Flag.TITLE, "titles"),
        (Flag.PERSON, "persons"),
        (Flag.WEAK_LEAD, "weak"),
        (Flag.SURE_LEAD, "sure"),
        (Flag.CREDENTIAL, "credentials"),
    ):
        yield flag, lead[name].replace(".", "").split()
    yield Flag.PARTICLE, {*word_list("particles"), "de", "da", "di", "du", "la", "le", "el", "al", "o", "st"}
    for flag, name in (
        (Flag.ORGANISATION, "organisations"),
        (Flag.COMPANY, "companies"),
        (Flag.GENERIC_PLACE, "generic"),
        (Flag.CONNECTING, "connecting"),
        (Flag.STREET, "streets"),
        (Flag.STREET_SHORT, "street_short"),
        (Flag.DIRECTION, "directions"),
        (Flag.FLAT, "flats"),
        (Flag.CITY_PART, "city_parts"),
    ):
        yield flag, places[name].split()
    yield Flag.STATE, [code.casefold() for code in places["states"].split()]
    yield Flag.STATE_NAME, [name.split()[-1] for name in state_names()]
    yield Flag.LABEL, lead["labels"].split()
    for language, forms in words["months"].items():
        if language != ROMAN:
            yield Flag.MONTH, [*forms["full"].split(), *forms["short"].split(), "sept"]


@cache
def state_names() -> frozenset[str]:
    """Names of states, in small letters."""
    return frozenset(name.strip() for name in _read("text_words.toml")["places"]["state_names"].split("|"))


@cache
def listed(section: str, name: str) -> frozenset[str]:
    """One list of ``text_words.toml``, as it is written."""
    return frozenset(_read("text_words.toml")[section][name].split())


@cache
def month_names() -> Mapping[str, tuple[int, str, str]]:
    """Name of a month in small letters to its number, language and form (``full`` or ``short``)."""
    found: dict[str, tuple[int, str, str]] = {"sept": (9, "en", "short")}
    for language, forms in _read("text_words.toml")["months"].items():
        for form, names in forms.items():
            for number, name in enumerate(names.split(), 1):
                found.setdefault(name, (number, language, form))
                found.setdefault(without_diacritics(name), (number, language, form))
    return found


@cache
def month_name(number: int, language: str, form: str) -> str:
    """The month's name in small letters."""
    names: str = _read("text_words.toml")["months"][language][form]
    return names.split()[number - 1]


@cache
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath(name).read_text(encoding="utf-8"))
