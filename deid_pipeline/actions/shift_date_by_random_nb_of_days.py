"""``shiftDateByRandomNbOfDays``: dates move by the patient's offset, intervals stay."""

from __future__ import annotations

import datetime
import re

from deid_pipeline.actions.legality import AFTER_DATE
from deid_pipeline.actions.protocol import ActionDefaults, ElementValue, Rewrite, refuse_option

_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})(.*)", re.ASCII | re.DOTALL)
_DOTTED = re.compile(r"(\d{4})\.(\d{2})\.(\d{2})", re.ASCII)  # ACR-NEMA, PS3.5 6.2 note on DA


class ShiftDateByRandomNbOfDays(ActionDefaults):
    """PS3.15 C of the option Retain Longitudinal With Modified Dates.

    The offset is one whole number of days per patient, so intervals and the time of day stay true. What is not a whole
    date (PS3.5 6.2: ``YYYYMMDD``, DT also with time) is emptied.
    """

    name = "shiftDateByRandomNbOfDays"
    code = "C"
    vrs = frozenset({"DA", "DT"})
    summary = "moves dates into the past by the patient's own number of days; invalid dates are emptied"

    def bind(self, option: str, *, vr: str) -> Rewrite:  # noqa: ARG002
        """Return the rewriting that moves each date."""
        refuse_option(self.name, option)
        return _shift


def _shift(element: ElementValue) -> bytes | None:
    values = element.raw.decode("latin-1").split("\\")
    days = datetime.timedelta(days=element.pseudonyms.days_offset())
    return "\\".join(shifted_date(value.strip("\0 "), days, vr=element.vr) for value in values).encode("ascii")


def shifted_date(text: str, days: datetime.timedelta, *, vr: str) -> str:
    """One date moved by ``days``, the rest of a DT unchanged; empty when it is no whole, real date.

    What follows the date of a DT must be a time and a zone: a second date, of a range say, would stay as it was.
    """
    dotted = _DOTTED.fullmatch(text)
    match = _DATE.fullmatch("".join(dotted.groups()) if dotted else text)
    if match is None or (vr == "DA" and match[4]) or not AFTER_DATE.fullmatch(match[4]):
        return ""
    try:
        moved = datetime.date(int(match[1]), int(match[2]), int(match[3])) + days
    except (ValueError, OverflowError):
        return ""
    return f"{moved.year:04d}{moved.month:02d}{moved.day:02d}{match[4]}"
