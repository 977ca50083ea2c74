"""``shiftAgeByRandom``: the ages of a patient move by the same small number."""

from __future__ import annotations

import re

from deid_pipeline.actions.ages import OLDEST_YEARS, Age, read_age
from deid_pipeline.actions.protocol import ActionDefaults, ElementValue, Rewrite
from deid_pipeline.errors import StrategyError

_DEFAULT = 3
_OPTION = re.compile(r"[1-9]", re.ASCII)
_BUCKET = "099Y"
_LARGEST = {"Y": OLDEST_YEARS, "M": 999, "W": 999, "D": 999}


class ShiftAgeByRandom(ActionDefaults):
    """PS3.15 C: years by years, months by months; at most 3, or the option, either way, and never 0.

    Ages of 90 and more become the bucket ``099Y``, as with ``capAgeAt99IfOver90``. Where the patient's own number would
    lead below 0 or over 89 years, the age moves the other way. What is no age is emptied. An age moved so no longer
    agrees with the dates of birth and study: where those are kept or moved, cap ages instead.
    """

    name = "shiftAgeByRandom"
    code = "C"
    vrs = frozenset({"AS"})
    summary = (
        "moves ages by the patient's own number, at most 3 of their unit, never over 89 years; 90 and more: `099Y`"
    )

    def bind(self, option: str, *, vr: str) -> Rewrite:  # noqa: ARG002
        """Check the largest number and return the rewriting that moves each age.

        Raises
        ------
        StrategyError
            The option is neither empty nor a number from 1 to 9.
        """
        if option and not _OPTION.fullmatch(option):
            raise StrategyError("the option of shiftAgeByRandom is the most to move by: 1 to 9")
        largest = int(option or _DEFAULT)

        def one(element: ElementValue, value: str) -> str:
            if not value.strip("\0 "):
                return ""
            age = read_age(value)
            if age is None:
                element.context.count("invalid age")
                return ""
            return _BUCKET if age.is_over_the_limit else _moved(age, element.pseudonyms.age_offset(largest)).text

        def rewrite(element: ElementValue) -> bytes | None:
            return "\\".join(one(element, value) for value in element.text().split("\\")).encode("ascii")

        return rewrite

    def describe(self, option: str) -> str:
        """What it does under a valid option."""
        return (
            f"moves ages by the patient's own number, at most {option or _DEFAULT} of their unit, never over 89 years;"
            " 90 and more become 099Y, invalid ages are emptied"
        )


def _moved(age: Age, offset: int) -> Age:
    number = age.number + offset
    if not 0 <= number <= _LARGEST[age.unit]:
        number = age.number - offset
    return Age(number, age.unit)
