"""What a check is: a question about one output file, answered yes or no.

What belongs here: the protocol and the answer. What does not: any check, what it looks at (``case``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from deid_pipeline.checks.case import CheckCase

_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer. ``detail`` holds no PHI: tags, counts and frame numbers (1-based) only."""

    passed: bool
    detail: str


class Check(Protocol):
    """A member of the room: one file, one line in ``CHECKS``."""

    name: str  # MIDI-B's where there is one
    summary: str  # one line for the generated tables

    def run(self, case: CheckCase) -> Outcome:
        """Answer for one output file; whatever it raises holds the file back."""


def outcome(problems: Iterable[str]) -> Outcome:
    """Passed when there are no problems; else the detail lists them, equal ones counted.

    Parameters
    ----------
    problems
        Short phrases without PHI.
    """
    counted = Counter(problems)
    shown = [problem if count == 1 else f"{problem} ({count} times)" for problem, count in counted.most_common(_SHOWN)]
    if len(counted) > _SHOWN:
        shown.append(f"{len(counted) - _SHOWN} more")
    return Outcome(not counted, "; ".join(shown))
