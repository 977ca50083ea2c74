"""``shiftUnixTimeStampRandom``: seconds since 1970 move by the patient's offset of days."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable

from deid_pipeline.actions.dates import last_day, patients_days
from deid_pipeline.actions.numeric import NUMERIC_VRS, Number, packed, unpacked
from deid_pipeline.actions.protocol import ActionDefaults, ElementValue, Rewrite

_DAY = 86_400  # seconds
_FIRST_DAY = datetime.date(1970, 1, 1).toordinal()
_TEXT = re.compile(r"([+-]?\d{1,18})(\.\d*)?", re.ASCII)
_UNITS = ((100_000_000_000, 1), (100_000_000_000_000, 1_000), (100_000_000_000_000_000, 1_000_000))
_LENGTHS = {"DS": 16, "IS": 12}


class ShiftUnixTimeStampRandom(ActionDefaults):
    """PS3.15 C: the same offset as of the patient's dates, so that both tell the same interval.

    Numbers of twelve digits and more count as milliseconds, of fifteen and more as microseconds. 0 and -1, the marks of
    no time at all, stay; other times before 1970, after the day on which the instance was made, or longer than
    microseconds would be are emptied.
    """

    name = "shiftUnixTimeStampRandom"
    code = "C"
    vrs = frozenset({"DS", "FD", "IS", "SL", "SV", "UL", "UV"})
    summary = "moves Unix times into the past by the patient's own number of days; 0 stays, invalid times are emptied"

    def bind(self, option: str, *, vr: str) -> Rewrite:
        """Check the range and return the rewriting for a VR.

        Raises
        ------
        StrategyError
            The option is neither empty, ``coherent`` nor a number of days from 1 to 3650.
        """
        days = patients_days(self.name, option)
        return _binary(days) if vr in NUMERIC_VRS else _text(days)


def _binary(days: Callable[[ElementValue], int]) -> Rewrite:
    def rewrite(element: ElementValue) -> bytes | None:
        numbers = unpacked(element.raw, element.vr, big_endian=element.big_endian)
        moved = [_moved(number, days(element), last_day(element)) for number in numbers or ()]
        whole = [number for number in moved if number is not None]
        if numbers is None or len(whole) != len(moved):  # numbers have no empty value among others
            element.context.count("invalid time stamp")
            return b""
        return packed(whole, element.vr, big_endian=element.big_endian)

    return rewrite


def _text(days: Callable[[ElementValue], int]) -> Rewrite:
    def rewrite(element: ElementValue) -> bytes | None:
        values = (value.strip() for value in element.text().split("\\"))
        return "\\".join(one(element, value) if value else "" for value in values).encode("ascii")

    def one(element: ElementValue, value: str) -> str:
        match = _TEXT.fullmatch(value)
        sound = match and not (element.vr == "IS" and match[2])
        moved = _moved(int(match[1]), days(element), last_day(element)) if match and sound else None
        new = "" if match is None or moved is None else f"{moved}{match[2] or ''}"[: _LENGTHS[element.vr]]
        if not new:
            element.context.count("invalid time stamp")
        return new

    return rewrite


def _moved(number: Number, days: int, latest: int) -> Number | None:
    """A Unix time moved by whole days, in its own unit; None when it is none, or would lie after the day ``latest``."""
    if number in (0, -1):
        return number
    unit = next((unit for limit, unit in _UNITS if 0 < number < limit), None)
    if unit is None:
        return None
    moved = number + days * _DAY * unit
    return moved if 0 < moved < (latest - _FIRST_DAY + 1) * _DAY * unit else None
