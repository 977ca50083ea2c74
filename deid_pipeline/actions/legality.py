"""What PS3.5 allows as a value of a text VR.

What belongs here: lengths and characters by VR (PS3.5 Table 6.2-1). What does not: rewriting values (the actions).
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable

_LENGTH_LIMITS = {"AE": 16, "AS": 4, "CS": 16, "DA": 8, "DS": 16, "DT": 26, "IS": 12, "LO": 64, "LT": 10240}
_LENGTH_LIMITS |= {"PN": 64, "SH": 16, "ST": 1024, "TM": 14, "UI": 64}
_SINGLE = frozenset({"LT", "ST", "UT", "UR"})  # of one value: a backslash is text (UR: not allowed)

_TIME = r"(?:[01]\d|2[0-3])(?:[0-5]\d(?:(?:[0-5]\d|60)(?:\.\d{1,6})?)?)?"
_ZONE = r"(?:-(?:0\d|1[0-2])|\+(?:0\d|1[0-4]))[0-5]\d"
DATE_TIME = re.compile(rf"(\d{{4}})(?:(\d{{2}})(\d{{2}})?)?((?(3)(?:{_TIME})?)(?:{_ZONE})?)", re.ASCII)
"""A DT: year, month and day in groups 1 to 3, then a time of day (of a whole date only) and an offset from UTC from
-1200 to +1400 in group 4."""

_FORMS = {
    "AS": r"\d{3}[DWMY]",
    "CS": r"[A-Z0-9_ ]*",
    "DS": r" *[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)? *",
    "IS": r" *[+-]?\d+ *",
    "LT": r"[\t\n\f\r -~]*",
    "ST": r"[\t\n\f\r -~]*",
    "TM": _TIME,
    "UI": r"(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*))+",
    "UR": r"[A-Za-z0-9:/?#\[\]@!$&'()*+,;=%._~-]+",
    "UT": r"[\t\n\f\r -~]*",
}
_PATTERNS = {vr: re.compile(form, re.ASCII) for vr, form in _FORMS.items()}
_PLAIN = re.compile(r"[ -~]*", re.ASCII)  # AE, LO, PN, SH, UC: no control characters


def legal_value(vr: str, text: str) -> bool:
    """Whether ASCII ``text`` is legal for its VR, each value of a list apart by a backslash; True for unknown VRs."""
    values = [text] if vr in _SINGLE else text.split("\\")
    return all(not value or _legal_single(vr, value) for value in values)


def length_limit(vr: str) -> int | None:
    """The most characters of one value of a VR (of one component group of PN); None when there is no such limit."""
    return _LENGTH_LIMITS.get(vr)


def _legal_single(vr: str, value: str) -> bool:
    special = _SPECIAL.get(vr)
    if special is not None:
        return special(value)
    limit = _LENGTH_LIMITS.get(vr)
    return (limit is None or len(value) <= limit) and _PATTERNS.get(vr, _PLAIN).fullmatch(value) is not None


def _legal_date(value: str) -> bool:
    try:
        datetime.date(int(value[:4]), int(value[4:6]), int(value[6:]))
    except (ValueError, OverflowError):
        return False
    return re.fullmatch(r"\d{8}", value, re.ASCII) is not None


def _legal_date_time(value: str) -> bool:
    match = DATE_TIME.fullmatch(value)
    return match is not None and _legal_date(f"{match[1]}{match[2] or '01'}{match[3] or '01'}")


def _legal_integer(value: str) -> bool:
    if len(value) > _LENGTH_LIMITS["IS"] or _PATTERNS["IS"].fullmatch(value) is None:
        return False
    return -(1 << 31) <= int(value) < 1 << 31


def _legal_name(value: str) -> bool:
    groups = value.split("=")
    return (
        len(groups) <= 3  # alphabetic, ideographic, phonetic
        and all(len(group) <= _LENGTH_LIMITS["PN"] and group.count("^") <= 4 for group in groups)
        and _PLAIN.fullmatch(value) is not None
    )


_SPECIAL: dict[str, Callable[[str], bool]] = {
    "DA": _legal_date,
    "DT": _legal_date_time,
    "IS": _legal_integer,
    "PN": _legal_name,
}
