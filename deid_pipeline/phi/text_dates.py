"""Dates in a text, in all spellings, and the same spelling of another day.

What belongs here: shapes of dates, which parts they have, rewriting them shifted. What does not: which patient's offset
(``cleaning``), a header's dates as identifiers (``identifiers``).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from deid_pipeline.phi.text_tokens import Tokens, fold
from deid_pipeline.phi.text_words import ROMAN, Flag, month_name, month_names

_YEAR = r"(?P<y>(?:18|19|20)\d\d)"
_TIME = r"(?:T\d\d:?\d\d(?::?\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?"
_NUMERIC = (
    rf"(?<!\d)(?<!\d[.,]){_YEAR}(?P<s>[-/.:_ ])(?P<m>\d\d)(?P=s)(?P<d>\d\d)(?!\d){_TIME}",
    rf"(?<!\d)(?<!\d[.,]){_YEAR}(?P<s>[-/.])(?P<m>\d\d?)(?P=s)(?P<d>\d\d?)(?!\d)",
    rf"(?<![\d])(?<!\d[.,/-])(?P<a>\d\d?)(?P<s>[-/._])(?P<b>\d\d?)(?P=s){_YEAR}(?!\d)",
    rf"(?<![\d])(?<!\d[.,/-])(?P<a>\d\d)(?P<s> )(?P<b>\d\d)(?P=s){_YEAR}(?!\d)",
    r"(?<![\d])(?<!\d[.,/-])(?P<a>\d\d?)(?P<s>[-/.])(?P<b>\d\d?)(?P=s)(?P<yy>\d\d)(?![\d/-]|\.\d)",
    rf"(?<![\d.])(?<!\d[./-])(?P<m>0?[1-9]|1[0-2])[/]{_YEAR}(?![\d/])",
    rf"(?<![\d.])(?<!\d[./-]){_YEAR}-(?P<m>0[1-9]|1[0-2])(?![\d-])",
    rf"(?<!\d)(?P<d>\d\d?)(?P<s>[. /-]) ?(?P<mon>I{{1,3}}|I?V|VI{{1,3}}|I?X|XI{{1,2}})(?P=s) ?{_YEAR}(?!\d)",
    rf"(?<!\d){_YEAR}年(?P<m>\d\d?)月(?:(?P<d>\d\d?)日)?",
)
_COMPACT = (
    rf"(?<!\d)(?<!\d\.){_YEAR}(?P<m>\d\d)(?P<d>\d\d)(?:T?(?:[01]\d|2[0-3])(?:[0-5]\d){{1,2}}(?:\.\d{{1,6}})?(?:[+-]\d{{4}})?)?(?!\d)",
    rf"(?<!\d)(?<!\d\.)(?P<a>\d\d)(?P<b>\d\d){_YEAR}(?!\d)",
    r"(?<!\d)(?<!\d\.)(?P<a>\d\d)(?P<b>\d\d)(?P<yy>\d\d)(?!\d)",
    r"(?<!\d)(?<!\d\.)(?P<yy>\d\d)(?P<m>\d\d)(?P<d>\d\d)(?!\d)",
)
_BORN = (
    rf"(?<![^\W_])(?:born|dob|d\.o\.b\.?|birth(?:[ -]?date)?|birthday|geboren|née?)\W{{0,3}}(?:in )?{_YEAR}(?![\d-])"
)
_SAID = r"(?<![^\W_])(?:on|dated?|dob|born|since|exam|scan)[ :]{1,2}(?P<a>\d\d?)/(?P<b>\d\d?)(?![\d/]| ?(?:mm|cm|ml))"
_OTHER_WORDS = frozenset({"set", "mag", "gen", "ago", "lug", "ott", "dic", "mai", "mars"})
_OTHER_CAPITALS = frozenset({"mar", "oct"})  # metal artifact reduction, optical coherence tomography

Said = tuple[tuple[int, ...], int | None, int | None]
"""Years that are possible, none where it says no year, a month and a day, None where it says none."""


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date in a text: its range, its parts as they stand (range and role), and the day it means if it is one.

    Roles: ``y`` and ``yy`` years, ``m`` a month's number, ``d`` a day, ``mon`` a month's name. What the text leaves
    open of ``day`` is the middle of what it says.
    """

    start: int
    end: int
    parts: tuple[tuple[int, int, str], ...]
    day: date | None


@cache
def _shapes() -> dict[str, tuple[re.Pattern[str], ...]]:
    names = [re.escape(word) for word, (_, language, _) in month_names().items() if language != ROMAN]
    name = "(?P<mon>" + "|".join(sorted(names, key=len, reverse=True)) + ")"
    mon, day, th = rf"(?<![^\W\d_]){name}(?![^\W\d_])", r"(?P<d>[0-3]?\d)", r"(?:st|nd|rd|th|\.|º|er)?"
    of = r"(?:of |de |di )?"
    named = (
        rf"(?<!\d){day}{th}[ \-/.]*{of}{name}(?![^\W\d_])\.?,?[ \-/]*(?:de |del )?(?:{_YEAR}|'?(?P<yy>\d\d))(?!\d)",
        rf"{mon}\.?[ \-/]*{day}(?!\d){th},?[ \-/]*(?:{_YEAR}|'(?P<yy>\d\d))(?!\d)",
        rf"(?<![^\W\d_]){name}(?P<d>\d\d){_YEAR}(?!\d)",
        rf"{mon}-{day}-(?P<yy>\d\d)(?!\d)",
        rf"(?<!\d){_YEAR}[ \-/.]*{name}[ \-/.]*{day}(?!\d)",
        rf"{mon}[ \-/.,'’]*(?:de |del )?{_YEAR}(?!\d)",
        rf"{mon}(?:-|'|’| '){day}(?!\d)",
        rf"{mon}\.? ?{day}(?!\d){th}(?![^\W_])",
        rf"(?<!\d)(?<!\d[./]){day}{th} ?{of}{name}(?![^\W_])",
    )
    return {
        "numeric": tuple(map(re.compile, _NUMERIC)),
        "compact": tuple(map(re.compile, _COMPACT)),
        "said": tuple(re.compile(shape, re.IGNORECASE) for shape in (_BORN, _SAID)),
        "named": tuple(re.compile(shape, re.IGNORECASE) for shape in named),
    }


_PIVOT = 40  # years written with two digits below it are of this century
_PUNCTUATED = re.compile(
    r"\d[-/._: ]\d\d?[-/._: ]\d\d|\d/(?:18|19|20)\d\d|(?:18|19|20)\d\d[-/.]\d|\d年|\d[-. /] ?[IVX]"
)
_SIX = re.compile(r"\d{6}")
_TECHNICAL = re.compile(r"(?<![^\W_])([a-z]+)[ :=]{0,2}$", re.IGNORECASE)
_LASTS = re.compile(
    r" ?(?:months?|weeks?|days?|hours?|hrs?|minutes?|min|sec|mm|cm|ml|ms|mos?|wks?)(?![^\W_])", re.IGNORECASE
)
_VERSION = re.compile(
    r"(?:(?<![^\W_])(?:v|ver|version|rev|release|software|sw|ip)[ .:]{0,2}|[A-Za-z]:?)$", re.IGNORECASE
)


def find_dates(tokens: Tokens, known: Collection[date]) -> Iterator[FoundDate]:
    """All dates; shapes that may be something else count when they are a day of the header."""
    for shape, sure in _shapes_for(tokens):
        yield from _accepted(shape, tokens, known, sure=sure)


def said_days(tokens: Tokens) -> Iterator[Said]:
    """What everything shaped like a date says: no day of a header is found where it is none of these."""
    for shape, _ in _shapes_for(tokens):
        for matched in shape.finditer(tokens.text):
            for names in _orders(matched, ()):
                yield _said(tokens.text, tuple((*matched.span(group), role) for group, role in names))


def is_said(day: date, said: Said) -> bool:
    """Whether a day may be meant."""
    years, month, number = said
    return month in (None, day.month) and number in (None, day.day) and (not years or day.year in years)


def _shapes_for(tokens: Tokens) -> Iterator[tuple[re.Pattern[str], bool]]:
    """The shapes that a text may have, and whether they are dates also where the header does not know the day."""
    if not tokens.has_digits:
        return
    text, shapes = tokens.text, _shapes()
    if tokens.any & Flag.MONTH:
        yield from ((shape, number < 6) for number, shape in enumerate(shapes["named"]))
    if _PUNCTUATED.search(text):
        yield from ((shape, True) for shape in shapes["numeric"])
    if _SIX.search(text):
        yield from ((shape, number < 2) for number, shape in enumerate(shapes["compact"]))
    if tokens.any & Flag.LABEL:
        yield shapes["said"][0], True
    if "/" in text:
        yield shapes["said"][1], True


def _accepted(shape: re.Pattern[str], tokens: Tokens, known: Collection[date], *, sure: bool) -> Iterator[FoundDate]:
    for matched in shape.finditer(tokens.text):
        said = shape in _shapes()["said"]
        for names in _orders(matched, known):
            parts = tuple(sorted((*matched.span(group), role) for group, role in names))
            start, end = (parts[0][0], parts[-1][1]) if said else matched.span()
            day = _day_of(tokens.text, parts, known)
            if _is_date(tokens, parts, day, known, sure=sure, named="mon" in matched.re.groupindex):
                yield FoundDate(start, end, parts, day)
                break


def _orders(matched: re.Match[str], known: Collection[date]) -> list[list[tuple[str, str]]]:
    """Groups and what they mean; of two orders the one that gives a day of the header, else month first."""
    groups = matched.groupdict()
    fixed = [(name, name) for name in ("y", "yy", "m", "d", "mon") if groups.get(name)]
    if not groups.get("a"):
        return [fixed]
    orders = [[*fixed, ("a", "m"), ("b", "d")], [*fixed, ("a", "d"), ("b", "m")]]
    if groups.get("s") == ".":
        orders.reverse()
    days = [_day_of(matched.string, tuple((*matched.span(g), role) for g, role in order), known) for order in orders]
    ranked = sorted(range(2), key=lambda at: (days[at] not in known, days[at] is None))
    return [orders[at] for at in ranked]


def _values(text: str, parts: tuple[tuple[int, int, str], ...]) -> dict[str, int]:
    values = {}
    for start, end, role in parts:
        piece = text[start:end]
        values[role] = month_names()[_month_key(piece)][0] if role == "mon" else int(piece)
    return values


def _said(text: str, parts: tuple[tuple[int, int, str], ...]) -> Said:
    values = _values(text, parts)
    years: tuple[int, ...] = (values["y"],) if "y" in values else ()
    if "yy" in values:
        years = 1900 + values["yy"], 2000 + values["yy"]
    return years, values.get("m", values.get("mon")), values.get("d")


def _month_key(piece: str) -> str:
    lower = piece.casefold()
    return lower if lower in month_names() else fold(piece)


def _day_of(text: str, parts: tuple[tuple[int, int, str], ...], known: Collection[date]) -> date | None:
    """The day that parts mean, None when there is none such, or when they are only a day and month of no known year."""
    said = years, month, day = _said(text, parts)
    for one in sorted(known, reverse=True):
        if is_said(one, said):
            return one
    if not years:
        return None
    year = years[-1] if len(years) == 1 or years[0] % 100 < _PIVOT else years[0]
    try:
        return date(year, month or 7, day or (15 if month else 1))
    except ValueError:
        return None


def _is_date(
    tokens: Tokens,
    parts: tuple[tuple[int, int, str], ...],
    day: date | None,
    known: Collection[date],
    *,
    sure: bool,
    named: bool,
) -> bool:
    text, roles = tokens.text, {role for _, _, role in parts}
    start = parts[0][0]
    if day is not None and day in known:
        return True
    if named:
        return _is_named_date(tokens, parts, sure=sure)
    if not sure:
        return False
    if roles == {"y", "m", "d"}:
        return True  # a day that does not exist is still no number that measures
    if _technical_before(text, start):
        return False
    values = _values(text, parts)
    if roles == {"m", "d"}:
        return 1 <= values["m"] <= 12 and 1 <= values["d"] <= 31
    if "yy" in roles:
        tight = "." in text[parts[0][1] : parts[1][0]] or "-" in text[parts[0][1] : parts[1][0]]
        if _LASTS.match(text, parts[-1][1]):
            return False
        padded = all(right - left == 2 for left, right, _ in parts)
        return day is not None and (padded or not tight) and not _VERSION.search(text, max(0, start - 12), start)
    return day is not None


def _is_named_date(tokens: Tokens, parts: tuple[tuple[int, int, str], ...], *, sure: bool) -> bool:
    """Whether a month's name makes a date: with a year always; else not when it is another word, or abbreviates one."""
    text, values = tokens.text, _values(tokens.text, parts)
    if "d" in values and not 1 <= values["d"] <= 31:
        return False
    if sure:
        return True
    left, right = next((left, right) for left, right, role in parts if role == "mon")
    name = text[left:right]
    if name.islower():
        return len(name) > 4 and name != "march"
    if name.casefold() in _OTHER_WORDS:
        return False
    return name.casefold() not in _OTHER_CAPITALS or not name.isupper()


def _technical_before(text: str, start: int) -> bool:
    from deid_pipeline.phi.text_words import flags

    matched = _TECHNICAL.search(text, max(0, start - 24), start)
    return (
        matched is not None
        and bool(flags().get(matched.group(1).lower(), 0) & Flag.TECHNICAL)
        and matched.group(1).lower() not in ("scan", "st")
    )


def shifted(text: str, found: FoundDate, days: int) -> str | None:
    """The found date moved by whole days in its own spelling; None when it is no day."""
    if found.day is None:
        return None
    try:
        day = found.day + timedelta(days=days)
    except OverflowError:
        return None
    pieces, at = [], found.start
    padded = _is_padded(text, found)
    for start, end, role in found.parts:
        pieces += [text[at:start], _rewritten(text[start:end], role, day, padded=padded)]
        at = end
    return "".join([*pieces, text[at : found.end]])


def _is_padded(text: str, found: FoundDate) -> bool:
    """Whether days and months are written with two digits: not where one digit stands, nor a day between blanks."""
    numbers = [text[start:end] for start, end, role in found.parts if role in ("d", "m")]
    if any(len(number) == 1 for number in numbers):
        return False
    if any(number.startswith("0") for number in numbers) or all(role != "mon" for _, _, role in found.parts):
        return True
    return " " not in text[found.start : found.end]


def _rewritten(piece: str, role: str, day: date, *, padded: bool) -> str:
    if role == "mon":
        _, language, form = month_names()[_month_key(piece)]
        name = month_name(day.month, language, form)
        if piece.isupper():
            return name.upper()
        return name if piece.islower() else name.capitalize()
    number = {"y": day.year, "yy": day.year % 100, "m": day.month, "d": day.day}[role]
    width = {"y": 4, "yy": 2}.get(role, 2 if padded else 1)
    return f"{number:0{width}d}"
