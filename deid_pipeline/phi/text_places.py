"""Places in a text that no header names: hospitals, companies, streets, cities with their state.

What belongs here: the nouns that places are recognised by, and how far their names reach. What does not: places of the
header (``header_words``), the lists (``text_words.toml``).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from deid_pipeline.model import IdentifierKind
from deid_pipeline.phi.text_tokens import Found, Tokens
from deid_pipeline.phi.text_words import KNOWN, NAMELIKE, Flag, listed, state_names

_PLACE = IdentifierKind.PLACE
_INTERESTING = (
    Flag.ORGANISATION
    | Flag.COMPANY
    | Flag.STREET
    | Flag.STREET_SHORT
    | Flag.STATE
    | Flag.STATE_NAME
    | Flag.GENERIC_PLACE
)
_PARTS = Flag.STREET | Flag.STREET_SHORT | Flag.DIRECTION | Flag.FLAT | Flag.CITY_PART
_LEADS = Flag.PERSON | Flag.WEAK_LEAD | Flag.TITLE
_BOX = re.compile(
    r"(?<![^\W_])(?:P\.? ?O\.? ?Box|Postfach|PSC|HC|RR|Unit|Box)[ #]*(\d{2,6})(?:,? Box \d+)?", re.IGNORECASE
)
_BOX_GATE = re.compile(r"box|postfach|psc", re.IGNORECASE)
# Streets whose type is the end of their name, house and code behind it: Lindenweg 17, 69120 Heidelberg.
_HOUSE_TYPES = r"(?:weg|stra(?:ß|ss)e|str\.|gasse|platz|allee|chaussee|damm|ufer)"
_HOUSE_BEHIND = re.compile(
    r"(?<![^\W_])[A-ZÄÖÜ][^\W\d_]{2,}(?:-[A-ZÄÖÜ][^\W\d_]+)*"
    rf"(?i:-?{_HOUSE_TYPES}) \d{{1,3}}(?: ?[a-z](?![^\W_]))?(?![\d.])"
    r"(?:,? (?:[A-Z]{1,2}-)?\d{4,5} [A-ZÄÖÜ][^\W\d_]+)?"
)
_HOUSE_GATE = re.compile(rf"{_HOUSE_TYPES} \d", re.IGNORECASE)
_NAMED_BY_LETTERS = re.compile(
    r"(?<![^\W_])(?:VA (?:Medical (?:Center|Centre)|Hospital|Clinic)|Mass\.? General(?: Hospital)?)(?![^\W_])",
    re.IGNORECASE,
)
_ZIP = re.compile(r",?[ ]+\d{5}(?:-\d{4})?(?![\d.]| ?(?:mm|ms|cm|ml)\b)")
_ORDINAL = re.compile(r"\d{1,3}(?:st|nd|rd|th)$", re.IGNORECASE)
_DEPARTMENTS = frozenset({"radiology", "imaging", "children", "childrens", "healthcare", "health"})
_SENDING = frozenset({"at", "from", "to"})
_LIVING = frozenset({"from", "in", "at", "of", "near", "to", "address", "resides", "lives"})


def find_places(tokens: Tokens) -> Iterator[Found]:
    """Organisations, street addresses, post boxes, cities."""
    if tokens.has_digits and _HOUSE_GATE.search(tokens.text):
        for matched in _HOUSE_BEHIND.finditer(tokens.text):
            yield Found(*matched.span(), _PLACE)
    if not tokens.any & _INTERESTING:
        return
    if tokens.any & (Flag.ORGANISATION | Flag.GENERIC_PLACE):
        for matched in _NAMED_BY_LETTERS.finditer(tokens.text):
            yield Found(*matched.span(), _PLACE)
    for at, known in enumerate(tokens.flags):
        if not known & _INTERESTING:
            continue
        if known & (Flag.ORGANISATION | Flag.GENERIC_PLACE) and _is_organisation(tokens, at):
            yield from _organisation(tokens, at)
        if known & Flag.COMPANY:
            yield from _company(tokens, at)
        if tokens.has_digits and known & (Flag.STREET | Flag.STREET_SHORT):
            yield from _street(tokens, at)
        if known & (Flag.STATE | Flag.STATE_NAME):
            yield from _city(tokens, at)
    if tokens.has_digits and _BOX_GATE.search(tokens.text):
        for matched in _BOX.finditer(tokens.text):
            if not matched.group().lower().startswith(("box", "unit", "hc", "rr")):
                yield Found(matched.start(), _to_the_right(tokens, matched.end()), _PLACE)
    yield from _partners(tokens)


def _is_organisation(tokens: Tokens, at: int) -> bool:
    if tokens.flags[at] & Flag.ORGANISATION:
        return True
    if tokens.words[at] in _DEPARTMENTS and at > 1 and tokens.gap(at - 1) == " ":
        return tokens.words[at - 2] in _SENDING and not tokens.upper and _distinctive(tokens, at - 1)
    pair = at > 0 and f"{tokens.words[at - 1]}|{tokens.words[at]}" in listed("places", "organisation_pairs")
    return pair and tokens.gap(at - 1) == " "


def _distinctive(tokens: Tokens, at: int) -> bool:
    """Whether a word names a place rather than saying what it is."""
    known = tokens.flags[at]
    if not tokens.is_word(at) or not tokens.capitalised(at) or known & (Flag.ANATOMY | Flag.UNIT):
        return False
    return not known & (KNOWN | Flag.GENERIC_PLACE) or bool(known & NAMELIKE and not known & Flag.ANATOMY)


def _is_city(tokens: Tokens, first: int, behind: int) -> bool:
    """Whether tokens are the name of a large city."""
    return "-".join(tokens.words[first:behind]) in listed("places", "cities")


def _organisation(tokens: Tokens, at: int) -> Iterator[Found]:
    first = at
    named = False
    while first > 0 and at - first < 7 and tokens.near(first - 1) and "," not in tokens.gap(first - 1):
        known, look = tokens.flags[first - 1], first - 1
        if known & Flag.CONNECTING and look and tokens.gap(look - 1) in ("'", "’"):  # the s of Children's
            if not tokens.flags[look - 1] & Flag.GENERIC_PLACE:
                break
        elif _distinctive(tokens, look):
            named = True
        elif not known & Flag.GENERIC_PLACE or not (
            tokens.words[look] == "of" or (tokens.capitalised(look) and not known & Flag.WEAK_LEAD)
        ):
            break
        first -= 1
    last = at
    if at + 2 < len(tokens) and tokens.words[at + 1] in ("of", "at") and tokens.gap(at) in (" ", ". "):
        look = at + 2
        while look < len(tokens) and look - at < 6 and tokens.near(look - 1) and "," not in tokens.gap(look - 1):
            if _distinctive(tokens, look) or (named and tokens.flags[look] & Flag.ORGANISATION):
                named, last = True, look
            elif not tokens.flags[look] & (Flag.CONNECTING | Flag.GENERIC_PLACE | Flag.CITY_PART):
                break
            look += 1
    while first < at and tokens.words[first] in ("of", "the", "at", "in", "from", "to", "and", "with", "by", "for"):
        first += 1
    if named:
        yield Found(tokens.starts[first], tokens.ends[last], _PLACE)


def _company(tokens: Tokens, at: int) -> Iterator[Found]:
    if at == 0 or not tokens.capitalised(at) or (tokens.upper and len(tokens.words[at]) == 2):
        return
    if tokens.text[tokens.ends[at] : tokens.ends[at] + 2].rstrip().startswith("-") and at + 1 < len(tokens):
        return  # Co-occurrence
    first = at
    while (
        first > 0 and at - first < 4 and tokens.gap(first - 1) in (" ", ", ", "-", " & ") and tokens.is_word(first - 1)
    ):
        known = tokens.flags[first - 1]
        if (
            not tokens.capitalised(first - 1)
            or known & _LEADS
            or (known & KNOWN and tokens.original(first - 1).isupper())
        ):
            break
        first -= 1
    if any(_distinctive(tokens, look) for look in range(first, at)):
        yield Found(
            tokens.starts[first], tokens.ends[at] + (tokens.text[tokens.ends[at] : tokens.ends[at] + 1] == "."), _PLACE
        )


def _partners(tokens: Tokens) -> Iterator[Found]:
    """``Sanchez, Brown and Lee``; ``Hill-Davis`` needs more than itself to be anything."""
    for at, word in enumerate(tokens.words):
        if word == "and" and 1 < at < len(tokens) - 1 and tokens.gap(at - 2) == ", ":
            three = (at - 2, at - 1, at + 1)
            if all(tokens.flags[look] & Flag.SURNAME and tokens.capitalised(look) for look in three) and not any(
                tokens.flags[look] & Flag.ANATOMY for look in three
            ):
                yield Found(tokens.starts[at - 2], tokens.ends[at + 1], _PLACE)


def _street(tokens: Tokens, at: int) -> Iterator[Found]:
    """From the number of a house over its street to what follows: flat, city, state, code."""
    first = at - 1
    short = (not tokens.flags[at] & Flag.STREET or tokens.upper) and not _city_behind(tokens, tokens.ends[at])
    while first >= 0 and at - first <= 5 and tokens.near(first) and "," not in tokens.gap(first):
        if not tokens.is_word(first):
            ordinal = _ORDINAL.match(tokens.text[tokens.starts[first] : tokens.ends[first] + 2])
            if not ordinal or first == 0 or tokens.is_word(first - 1):
                break
        elif _no_street_word(tokens, first, short=short):
            return
        first -= 1
    if (
        first < 0
        or tokens.is_word(first)
        or first >= at - 1
        or len(tokens.words[first]) > 6
        or not tokens.capitalised(at)
    ):
        return
    if not _stands_before_street(tokens, first, at):
        return
    if all(tokens.flags[look] & Flag.ANATOMY for look in range(first + 1, at)):
        return
    if (
        first > 0
        and tokens.flags[first - 1] & Flag.TECHNICAL
        and tokens.near(first - 1)
        and tokens.words[first - 1] != "at"
    ):
        return
    yield Found(_flat_before(tokens, first), _to_the_right(tokens, tokens.ends[at]), _PLACE)


def _stands_before_street(tokens: Tokens, first: int, at: int) -> bool:
    """Whether a blank parts the number of a house, which may have a letter (``221B``), from its street."""
    if tokens.gap(first) == "" and len(tokens.words[first + 1]) == 1 and first + 2 < at:
        first += 1
    return tokens.gap(first) == " "


def _no_street_word(tokens: Tokens, at: int, *, short: bool) -> bool:
    """Whether a word cannot stand in a street's name; behind a short type, or all in capitals, no safe word can."""
    known = tokens.flags[at]
    if not tokens.capitalised(at):
        return _ORDINAL.match(tokens.text[tokens.starts[at - 1] : tokens.ends[at]]) is None
    return bool(short and known & KNOWN and not known & (NAMELIKE | Flag.DIRECTION | Flag.CITY_PART))


def _flat_before(tokens: Tokens, first: int) -> int:
    """Where an address starts that has its flat before its house: ``Apt 4B, 17 Elm St``."""
    for back in (2, 3):
        at = first - back
        if at >= 0 and tokens.flags[at] & Flag.FLAT and not tokens.is_word(at + 1) and tokens.near(first - 1):
            return tokens.starts[at]
    return tokens.starts[first]


_FLAT = r"(?:(?:Apt|Suite|Ste|Unit|Floor|Fl|Rm|Room)(?![^\W\d_])\.?[ ]*#?|#[ ]*)[A-Z]?\d*[A-Z]?(?![^\W_])"
_AFTER_STREET = re.compile(rf"\.?(?: (?:N|S|E|W|NE|NW|SE|SW)(?![^\W_])\.?)?(?:,?[ ]*{_FLAT})?", re.IGNORECASE)
_STATE = r"(?:(?P<code>[A-Z]{2})|(?P<name>[A-Z][a-z]+(?: [A-Z][a-z]+)?))(?![^\W_])"
_CITY_SHAPE = re.compile(rf",?[ \n]+(?:[A-Z][^\W\d_]*[.'’-]?[ ]?){{1,4}}?,?[ ]+{_STATE}(?:,?[ ]+\d{{5}}(?:-\d{{4}})?)?")
_CITY_ALONE = re.compile(r"(?P<comma>,)?[ ]*(?P<city>[A-Z][^\W\d_]+(?:[ -][A-Z][^\W\d_]+)?)(?=$|[.;)\n]|, )")


def _to_the_right(tokens: Tokens, end: int) -> int:
    """The end of an address whose street ends at ``end``."""
    text = tokens.text
    matched = _AFTER_STREET.match(text, end)
    if matched is not None and matched.group() != ".":
        end = matched.end()
    city = _CITY_SHAPE.match(text, end)
    if city is not None and _is_state(city["code"] or city["name"]):
        return city.end()
    alone = _CITY_ALONE.match(text, end)
    if alone is not None and not tokens.upper:
        if alone["comma"] and not _known(tokens, *alone.span("city")):
            return alone.end("city")
        if alone["city"].casefold().replace(" ", "-") in listed("places", "cities"):
            return alone.end("city")
    return end


def _city_behind(tokens: Tokens, end: int) -> bool:
    """Whether a city with its state follows what ends at ``end``."""
    matched = _AFTER_STREET.match(tokens.text, end)
    city = _CITY_SHAPE.match(tokens.text, matched.end() if matched else end)
    return city is not None and _is_state(city["code"] or city["name"])


def _known(tokens: Tokens, start: int, end: int) -> bool:
    first, last = bisect_left(tokens.starts, start), bisect_left(tokens.starts, end)
    return any(flag & KNOWN and not flag & Flag.CITY_PART for flag in tokens.flags[first:last])


def _is_state(name: str) -> bool:
    if len(name) == 2:
        return name in listed("places", "states") or name in listed("places", "military_states")
    return name.casefold() in state_names()


def _city(tokens: Tokens, at: int) -> Iterator[Found]:
    """``Springfield, IL`` with a code behind it, or where people live: backwards over the city and the street."""
    written = tokens.original(at)
    first = at
    if tokens.flags[at] & Flag.STATE_NAME and at > 0 and f"{tokens.words[at - 1]} {tokens.words[at]}" in state_names():
        first = at - 1
    if not _is_state(written if len(written) == 2 else tokens.text[tokens.starts[first] : tokens.ends[at]]):
        return
    code = _ZIP.match(tokens.text, tokens.ends[at])
    if first == 0 or tokens.gap(first - 1) not in (", ", ",", " ", "\n"):
        return
    comma = "," in tokens.gap(first - 1)
    look = first - 1
    while look >= 0 and first - look <= 14:
        known = tokens.flags[look]
        word = tokens.is_word(look)
        gap = tokens.gap(look)
        if len(gap.strip()) > 1 or gap.strip() not in ("", ",", ".", "-", "'", "#", "/"):
            break
        if look < first - 1 and not code and ("," in gap or not word):
            break
        if word and not _distinctive(tokens, look):
            part = known & _PARTS or len(tokens.words[look]) == 1
            if not (part and tokens.capitalised(look)):
                break
        look -= 1
    look += 1
    while look < first and not tokens.flags[look] & Flag.FLAT and tokens.is_word(look) and len(tokens.words[look]) == 1:
        look += 1
    if look >= first or not any(_distinctive(tokens, part) for part in range(look, first)):
        return
    lives = look > 0 and tokens.words[look - 1] in _LIVING
    if code or (comma and (lives or not tokens.upper)) or (len(written) == 2 and _is_city(tokens, look, first)):
        yield Found(tokens.starts[look], code.end() if code else tokens.ends[at], _PLACE)
