"""``shiftTimeByRandom``: the times of a study move by the same seconds, their order stays."""

from __future__ import annotations

import re

from deid_pipeline.actions.protocol import ActionDefaults, ElementValue, Rewrite
from deid_pipeline.actions.times import LONGEST_SHIFT, shifted_time
from deid_pipeline.errors import StrategyError

_DEFAULT_SECONDS = 3600
_OPTION = re.compile(r"[1-9]\d{0,4}", re.ASCII)
_WORDS = ("", "fractional", "coherent")  # Visual NLP's; what they ask for is so anyway


class ShiftTimeByRandom(ActionDefaults):
    """PS3.15 C: one number of seconds per study, never 0, at most an hour or the option either way.

    The order of all times of a study stays, and so do the intervals, but for times near the end of the day that they
    move to, which move by less (see ``times.shifted_time``). That asks for no look at the rest of the study, so files
    that arrive later fit in. A precision of hours or minutes stays, fractions stay.
    """

    name = "shiftTimeByRandom"
    aliases: tuple[str, ...] = ("shiftTimeByRandomNbOfSecs",)
    code = "C"
    vrs = frozenset({"TM"})
    summary = "moves the times of a study by the same number of seconds, at most an hour; invalid times are emptied"

    def bind(self, option: str, *, vr: str) -> Rewrite:  # noqa: ARG002
        """Check the largest number of seconds and return the rewriting that moves each time.

        Raises
        ------
        StrategyError
            The option is no number of seconds from 1 to 43200, nor one of Visual NLP's words.
        """
        if option not in _WORDS and not (_OPTION.fullmatch(option) and int(option) <= LONGEST_SHIFT):
            raise StrategyError(f"the option of shiftTimeByRandom is the most seconds to move by: 1 to {LONGEST_SHIFT}")
        most = _DEFAULT_SECONDS if option in _WORDS else int(option)

        def rewrite(element: ElementValue) -> bytes | None:
            seconds = _seconds(element, most)
            return "\\".join(_one(element, value, seconds) for value in element.text().split("\\")).encode("ascii")

        return rewrite

    def describe(self, option: str) -> str:
        """What it does under a valid option."""
        most = option if option.isdigit() else str(_DEFAULT_SECONDS)
        return f"moves the times of a study by the same number of seconds, at most {most}; invalid times are emptied"


def _one(element: ElementValue, value: str, seconds: int) -> str:
    text = value.strip("\0 ")
    new = shifted_time(text, seconds) if text else ""
    if text and not new:
        element.context.count("invalid time")
    return new


def _seconds(element: ElementValue, most: int) -> int:
    return element.pseudonyms.seconds_offset(element.context.study_instance_uid, lowest=-most, highest=most)
