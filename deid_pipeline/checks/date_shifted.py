"""Check: no date of the source is left in a date element, unless the output openly keeps dates.

What belongs here: DA and DT elements, compared place by place. What does not: dates in text (``text_removed``).
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator

from deid_pipeline.checks.case import RETAIN_FULL_DATES, CheckCase
from deid_pipeline.checks.protocol import Outcome, outcome

# At the start of a value or of a range's end: eight digits inside a time of day are no date.
_DAY = re.compile(r"(?:^|[-\s\\])(\d{4}[.\-/]?\d{2}[.\-/]?\d{2})")
_SEPARATORS = str.maketrans("", "", ".-/")
_DATE_VRS = ("DA", "DT")
# Days that stand for no date; as dummies they say nothing and may stay.
_PLACEHOLDERS = frozenset({"00010101", "11111111", "19000101", "19000102", "19700101", "00000000"})


class DateShifted:
    """Compares each DA and DT element of the source with the output's at the same tag path."""

    name = "date_shifted"
    summary = "no DA or DT of the source keeps its day, none lies in the future, unless Full Dates are claimed"

    def run(self, case: CheckCase) -> Outcome:
        """Count dates left by tag."""
        if RETAIN_FULL_DATES in case.claimed_codes:
            return outcome(())
        return outcome([*_left(case), *_ahead(case)])


def _left(case: CheckCase) -> Iterator[str]:
    for path, leaves in case.source_by_path.items():
        if leaves[0].vr not in _DATE_VRS:
            continue
        days = {day for leaf in leaves for day in _days(leaf.text)} - _PLACEHOLDERS
        for leaf in case.output_by_path.get(path, ()):
            if days & _days(leaf.text or bytes(leaf.raw).decode("latin-1")):
                yield f"{leaf.place} keeps its date"


def _ahead(case: CheckCase) -> Iterator[str]:
    """Days that have not come yet anywhere on earth: whoever reads them knows that dates were moved, and how far."""
    tomorrow = f"{datetime.date.today() + datetime.timedelta(days=1):%Y%m%d}"
    for leaf in case.output.leaves:
        if leaf.vr in _DATE_VRS and any(day > tomorrow for day in _days(leaf.text)):
            yield f"{leaf.place} lies in the future"


def _days(text: str) -> set[str]:
    return {matched.translate(_SEPARATORS) for matched in _DAY.findall(text)}
