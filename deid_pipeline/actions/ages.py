"""Ages in the form of AS.

What belongs here: reading an age, and the age from which HIPAA asks for one bucket. What does not: any action.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

OLDEST_YEARS = 89  # 45 CFR 164.514(b)(2)(i)(C): ages over 89 go into one category
_AGE = re.compile(r"(\d{1,4})([DWMY])", re.ASCII)
_PER_YEAR = {"Y": 1.0, "M": 12.0, "W": 365.25 / 7, "D": 365.25}


@dataclass(frozen=True, slots=True)
class Age:
    """A number of days, weeks, months or years, as ``unit`` D, W, M or Y."""

    number: int
    unit: str

    @property
    def years(self) -> float:
        """The age in years."""
        return self.number / _PER_YEAR[self.unit]

    @property
    def is_over_the_limit(self) -> bool:
        """Whether the age is 90 or more: over 89 in completed years."""
        return self.years >= OLDEST_YEARS + 1

    @property
    def text(self) -> str:
        """The legal AS value (PS3.5 6.2): three digits and the unit, whole years where three digits are too few."""
        return f"{self.number:03d}{self.unit}" if self.number <= 999 else f"{int(self.years):03d}Y"


def read_age(text: str) -> Age | None:
    """An age of one to four digits and a unit in any case; None for anything else."""
    match = _AGE.fullmatch(text.strip("\0 ").upper())
    return Age(int(match[1]), match[2]) if match else None
