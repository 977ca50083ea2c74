"""Spellings: the forms under which one identifying value may be written elsewhere.

What belongs here: spellings of names, dates, ids, phone numbers, places and ages, case-folded. What does not: which
elements identify (``identifiers``), comparing with text read from pixels (``header_match``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import permutations

from deid_pipeline.model import is_wide
from deid_pipeline.phi.words import months, word_list

SHORTEST_NAME_PART = 3
SHORTEST_NUMBER = 4

_DIGIT_RUN = re.compile(r"\d+")
_SEPARATORS = re.compile(r"[^0-9a-z]+")
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "æ": "ae", "å": "aa", "œ": "oe"})
_PLAIN = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})


def name_spellings(value: str) -> tuple[str, ...]:
    """Spellings of one person name (PS3.5 6.2.1), all component groups together.

    Parts in both orders with ``^``, blanks and commas or run together, and each part of three letters or more (two in
    scripts without word spaces); prefixes, suffixes and initials are none.
    """
    found: dict[str, None] = {}
    for group in value.casefold().split("="):
        parts = _parts_of_name(group)
        for form in [*_whole_names(parts, group), *_single_names(parts)]:
            for spelling in (form, *_transcriptions(form)):
                found[spelling] = None
    return tuple(found)


def is_spelled(name: str) -> bool:
    """Whether a person name has any spelling; an initial or two have none."""
    for group in name.casefold().split("="):
        parts = _parts_of_name(group)
        several = len(parts) > 1 and sum(map(str.isalnum, group)) >= SHORTEST_NAME_PART
        if several or (len(parts) == 1 and " " in parts[0]) or _single_names(parts):
            return True
    return False


def _parts_of_name(group: str) -> list[str]:
    """Family, given and middle name of a component group, or all words of one without ``^``, as far as they are any."""
    components = [" ".join(part.split()) for part in group.split("^")][:3]
    if "^" not in group:
        components = _unmarked_parts(components[0])
    return [part for part in components if any(map(str.isalpha, part))]


def _unmarked_parts(name: str) -> list[str]:
    """Parts of a name that was entered without ``^``: ``DOE, JOHN`` or ``John Doe``."""
    return [part.strip() for part in name.split(",")] if "," in name else name.split()


def _whole_names(parts: list[str], group: str) -> list[str]:
    if len(parts) < 2:
        return [parts[0]] if parts and " " in parts[0] else []
    forms = [group.strip("^ "), "^".join(parts)]
    for order in permutations(parts) if len(parts) == 3 else (parts, parts[::-1]):
        forms += ["^".join(order), " ".join(order), ",".join(order), ", ".join(order)]
    family, given = parts[0], parts[1]
    for first, second in ((family, given), (given, family)):
        forms += [f"{first}{sign}{second}" for sign in ("^", " ", ",", ", ", "_", "-", ".", "")]
    if len(parts) == 3:
        forms += [f"{family}, {given} {parts[2]}", f"{family},{given} {parts[2]}", f"{family}^{given} {parts[2]}"]
    return [form for form in forms if sum(map(str.isalnum, form)) >= SHORTEST_NAME_PART]


def _single_names(parts: list[str]) -> list[str]:
    words = {word for part in parts for word in (part, *re.split(r"[\s'’.-]+", part)) if " " not in word}
    no_names = word_list("particles") | word_list("placeholders")
    return sorted(
        word for word in words - no_names if sum(map(str.isalpha, word)) >= (2 if is_wide(word) else SHORTEST_NAME_PART)
    )


def _transcriptions(form: str) -> Iterable[str]:
    """The form in plain Latin letters: without diacritics, and with umlauts written out."""
    if form.isascii() or is_wide(form):
        return ()
    return (without_diacritics(form), without_diacritics(form.translate(UMLAUTS)))


def without_diacritics(text: str) -> str:
    """``text`` with Latin letters stripped of their marks."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_PLAIN))
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def date_spellings(year: int, month: int, day: int) -> tuple[str, ...]:
    """Spellings of one day: ISO, American, European, with month names, with two-digit years."""
    y, yy, m, d, mm, dd = f"{year:04d}", f"{year % 100:02d}", str(month), str(day), f"{month:02d}", f"{day:02d}"
    forms = [f"{y}{mm}{dd}", f"{dd}{mm}{y}", f"{mm}{dd}{y}"]
    for sign in "-/.: ":
        forms += [f"{y}{sign}{mm}{sign}{dd}", f"{y}{sign}{m}{sign}{d}"]
    for sign in "-/. ":
        forms += [f"{a}{sign}{b}{sign}{y}" for a, b in ((mm, dd), (m, d), (dd, mm), (d, m))]
    for sign in "-/.":
        forms += [f"{a}{sign}{b}{sign}{yy}" for a, b in ((mm, dd), (m, d), (dd, mm), (d, m))]
    full = months()[month - 1]
    for name in dict.fromkeys((full[:3], full, *(["sept"] if month == 9 else []))):
        for day_text in dict.fromkeys((d, dd)):
            forms += [f"{name} {day_text}, {y}", f"{name} {day_text} {y}", f"{name} {day_text},{y}"]
            forms += [f"{y} {name} {day_text}", f"{y}-{name}-{day_text}", f"{y}{name}{day_text}"]
            forms += [
                f"{day_text} {name} {y}",
                f"{day_text}-{name}-{y}",
                f"{day_text}{name}{y}",
                f"{day_text}. {name} {y}",
            ]
            forms += [f"{day_text}-{name}-{yy}", f"{day_text} {name} {yy}"]
    return tuple(dict.fromkeys(forms))


def id_spellings(value: str) -> tuple[str, ...]:
    """Spellings of an identifier: as it is, without separators, without leading zeros."""
    folded = " ".join(value.casefold().split())
    joined = _SEPARATORS.sub("", folded)
    forms = [folded]
    if len(joined) >= SHORTEST_NUMBER:
        forms.append(joined)
    for form in (folded, joined):
        bare = form.lstrip("0")
        if len(bare) >= SHORTEST_NUMBER and any(map(str.isdigit, bare)):
            forms.append(bare)
    return tuple(dict.fromkeys(form for form in forms if form))


def contact_spellings(value: str) -> tuple[str, ...]:
    """Spellings of a phone number, e-mail or other contact: as it is, and a number's digits run together or grouped."""
    folded = " ".join(value.casefold().split())
    forms = [folded]
    digits = "".join(_DIGIT_RUN.findall(folded))
    if len(digits) >= 7 and not any(map(str.isalpha, folded)):
        forms += [digits, digits.lstrip("0")]
        if len(digits) in (10, 11):
            area, exchange, line = digits[-10:-7], digits[-7:-4], digits[-4:]
            forms += [f"{area}{sign}{exchange}{sign}{line}" for sign in ("-", ".", " ")]
            forms += [f"({area}) {exchange}-{line}", f"({area}){exchange}-{line}", f"{area}{exchange}{line}"]
    return tuple(dict.fromkeys(forms))


def place_spellings(value: str) -> tuple[str, ...]:
    """Spellings of an institution, department or address: whole, its lines, and segments of two words or more."""
    folded = value.casefold()
    forms = [" ".join(folded.split()), " ".join(_SEPARATORS.sub(" ", without_diacritics(folded)).split())]
    for segment in re.split(r"[\r\n\f,;^]+", folded):
        words = segment.split()
        if len(words) >= 2 and sum(map(len, words)) >= 6:
            forms.append(" ".join(words))
    return tuple(dict.fromkeys(form for form in forms if form))


def age_spellings(value: str) -> tuple[str, ...]:
    """Spellings of an age string (PS3.5 AS): ``037Y``, ``37Y``, ``37 y``, ``37 years``."""
    matched = re.fullmatch(r"0*(\d{1,3})([dwmy])", value.casefold().strip())
    if matched is None:
        return ()
    number, unit = matched.groups()
    word = {"d": "day", "w": "week", "m": "month", "y": "year"}[unit]
    plain = [f"{number}{unit}", f"{number} {unit}", f"{number}{unit}o", f"{number} {unit}o", f"{number} {word}s"]
    return tuple(dict.fromkeys([f"{int(number):03d}{unit}", *plain, f"{number}{word}s", f"{number} {word}"]))
