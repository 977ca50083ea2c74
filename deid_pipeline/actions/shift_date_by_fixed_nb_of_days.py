"""``shiftDateByFixedNbOfDays``: all dates of all patients move by the same number of days."""

from __future__ import annotations

import re

from deid_pipeline.actions.dates import moved_dates
from deid_pipeline.actions.protocol import ActionDefaults, ElementValue, Rewrite
from deid_pipeline.errors import StrategyError

_DAYS = re.compile(r"[+-]?[1-9]\d{0,5}", re.ASCII)


class ShiftDateByFixedNbOfDays(ActionDefaults):
    """PS3.15 C, weakly: who knows one true date knows them all, so a patient's own offset is the better choice.

    No date comes to lie after today: it is emptied instead, as what is no real date, and counted.
    """

    name = "shiftDateByFixedNbOfDays"
    code = "C"
    vrs = frozenset({"DA", "DT"})
    summary = "moves dates by the option's whole number of days, negative into the past; invalid dates are emptied"

    def bind(self, option: str, *, vr: str) -> Rewrite:  # noqa: ARG002
        """Read the number of days and return the rewriting that moves each date.

        Raises
        ------
        StrategyError
            The option is no whole number of days, or 0, which would leave all dates as they are.
        """
        if not _DAYS.fullmatch(option):
            raise StrategyError("shiftDateByFixedNbOfDays needs a whole number of days, not 0, as its option")
        days = int(option)

        def rewrite(element: ElementValue) -> bytes | None:
            return moved_dates(element, days)

        return rewrite

    def describe(self, option: str) -> str:
        """What it does under a valid option."""
        days = int(option)
        return f"moves dates {abs(days)} days into the {'future' if days > 0 else 'past'}; invalid dates are emptied"
