"""``shiftDateByRandomNbOfDays``: dates move by the patient's offset, intervals stay."""

from __future__ import annotations

from deid_pipeline.actions.dates import moved_dates, patients_days, shifted_date
from deid_pipeline.actions.protocol import ActionDefaults, ElementValue, Rewrite

__all__ = ["ShiftDateByRandomNbOfDays", "shifted_date"]


class ShiftDateByRandomNbOfDays(ActionDefaults):
    """PS3.15 C of the option Retain Longitudinal With Modified Dates.

    The offset is one whole number of days per patient, so intervals and the time of day stay true. Precision, time and
    zone of a DT stay; ACR-NEMA dates take today's form; a range ``a-b`` moves at both ends. What is no real date is
    emptied and counted. The option narrows the offset to at most so many days: all dates of a strategy must then have
    the same option.
    """

    name = "shiftDateByRandomNbOfDays"
    code = "C"
    vrs = frozenset({"DA", "DT"})
    summary = "moves dates into the past by the patient's own number of days; invalid dates are emptied"

    def bind(self, option: str, *, vr: str) -> Rewrite:  # noqa: ARG002
        """Check the range and return the rewriting that moves each date.

        Raises
        ------
        StrategyError
            The option is neither empty, ``coherent`` nor a number of days from 1 to 3650.
        """
        days = patients_days(self.name, option)

        def rewrite(element: ElementValue) -> bytes | None:
            return moved_dates(element, days(element))

        return rewrite

    def describe(self, option: str) -> str:
        """What it does under a valid option."""
        most = option if option.isdigit() else "3650"
        return f"moves dates into the past by the patient's own number of days, 1 to {most}; invalid dates are emptied"
