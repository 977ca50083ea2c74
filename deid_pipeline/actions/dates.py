"""Dates in the forms of DA and DT, moved by whole days.

What belongs here: reading and moving one date or range, and by how many days an option says. What does not: any action.
"""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Callable
from functools import lru_cache

from deid_pipeline.actions.legality import DATE_TIME
from deid_pipeline.actions.protocol import ElementValue
from deid_pipeline.errors import StrategyError

_LAST_DAY = datetime.date.max.toordinal()
_END = datetime.date(2100, 1, 1).toordinal()  # later ones, 99991231 say, are no dates of anybody
MAXIMUM_RANGE = 3650  # the most days that a patient's own offset reaches
_LONGEST_REMEMBERED = 64  # bytes
_OPTION = re.compile(r"[1-9]\d{0,3}", re.ASCII)
_DOTTED = re.compile(r"(\d{4})\.(\d{2})\.(\d{2})", re.ASCII)  # ACR-NEMA, PS3.5 6.2 note on DA
_DA = re.compile(r"(\d{4})(\d{2})(\d{2})()", re.ASCII)


def patients_days(action: str, option: str) -> Callable[[ElementValue], int]:
    """By how many days dates move under an option: the patient's own offset, or that within a smaller range.

    ``coherent`` says what is so anyway: a patient has one offset.

    Raises
    ------
    StrategyError
        The option is neither empty, ``coherent`` nor a whole number from 1 to 3650.
    """
    if option in ("", "coherent"):
        return lambda element: element.pseudonyms.days_offset()
    if not _OPTION.fullmatch(option) or int(option) > MAXIMUM_RANGE:
        raise StrategyError(f"the option of {action} is the most days to move by: 1 to {MAXIMUM_RANGE}")
    most = int(option)
    return lambda element: -1 - (-1 - element.pseudonyms.days_offset()) % most


def moved_dates(element: ElementValue, days: int) -> bytes:
    """All dates of a DA or DT value moved; what is none is emptied and counted.

    No date comes to lie after the day on which the instance was made, as far as it says, so none after today. Only a
    shift into the future, which is past that day at once, is measured by the clock.
    """
    raw, latest = element.raw, datetime.date.today().toordinal() if days > 0 else last_day(element)
    move = _all_moved if len(raw) <= _LONGEST_REMEMBERED else _all_moved.__wrapped__
    new, invalid = move(raw, days, element.vr, latest)
    for _ in range(invalid):
        element.context.count("invalid date")
    return new


def last_day(element: ElementValue) -> int:
    """The last day, as an ordinal, that a moved date of an instance may lie on: when it was made, or the year 2100."""
    return min(element.context.last_day or _END, _END)


def shifted_date(text: str, days: datetime.timedelta, *, vr: str) -> str:
    """One date or range ``a-b`` moved by ``days``, in its own precision, time and zone unchanged.

    A date of a DT that is a year or a month only moves as its first day does (as its last day, into the future), so
    that it never stays. Empty when the text is no real date, or would come to lie outside the years 1 to 9999.
    """
    return _moved(text, days.days, vr, _LAST_DAY)


@lru_cache(maxsize=4096)  # the elements and instances of a study have few dates
def _all_moved(raw: bytes, days: int, vr: str, latest: int) -> tuple[bytes, int]:
    """All dates of a value moved, and how many of them are none."""
    texts = [value.strip("\0 ") for value in raw.decode("latin-1").split("\\")]
    moved = [_moved(text, days, vr, latest) if text else "" for text in texts]
    invalid = sum(bool(text) and not new for text, new in zip(texts, moved, strict=True))
    return "\\".join(moved).encode("ascii"), invalid


def _moved(text: str, days: int, vr: str, latest: int) -> str:
    single = _moved_single(text, days, vr, latest)
    if single is not None:
        return single[1]
    for position in (found.start() for found in re.finditer("-", text)):
        first = _moved_single(text[:position], days, vr, latest)
        last = _moved_single(text[position + 1 :], days, vr, latest)
        if first and last and first[0] <= last[0]:
            return f"{first[1]}-{last[1]}" if first[1] and last[1] else ""
    return ""


def _moved_single(text: str, days: int, vr: str, latest: int) -> tuple[int, str] | None:
    """The day (as ordinal) that a date stands for, and its text when moved; None when the text is no date."""
    dotted = _DOTTED.fullmatch(text) if "." in text else None
    match = (DATE_TIME if vr == "DT" else _DA).fullmatch("".join(dotted.groups()) if dotted else text)
    if match is None:
        return None
    year, month, day, rest = match.groups()
    try:
        held = _stands_for(year, month, day, last=days > 0).toordinal()
    except ValueError:
        return None
    moved = held + days
    if not 1 <= moved <= latest:
        return held, ""
    new = datetime.date.fromordinal(moved)
    precise = f"{new.year:04d}{new.month:02d}{new.day:02d}"
    return held, precise[: 8 if day else 6 if month else 4] + rest


def _stands_for(year: str, month: str | None, day: str | None, *, last: bool) -> datetime.date:
    """A date, or the first or last day of a month or year where the rest is missing.

    Raises
    ------
    ValueError
        There is no such day.
    """
    number = int(year)
    months = int(month or (12 if last else 1))
    if day:
        return datetime.date(number, months, int(day))
    return datetime.date(number, months, calendar.monthrange(number, months)[1] if last else 1)
