"""Check: the output says that it was de-identified, how, and what became of its dates.

What belongs here: the attributes of PS3.15 E.1.1 and C.7.1.1. What does not: whether the claims are true (the
other checks).
"""

from __future__ import annotations

from collections.abc import Iterator

from deid_pipeline.checks.case import CheckCase
from deid_pipeline.checks.protocol import Outcome, outcome

_BASIC_PROFILE, _CLEAN_PIXEL_DATA = "113100", "113101"
_BURNED_IN = 0x00280301
_TEMPORAL = frozenset({"REMOVED", "MODIFIED", "UNMODIFIED"})


class Markers:
    """Looks at the markers of the data set."""

    name = "markers"
    summary = "(0012,0062) is YES, (0012,0063) and (0012,0064) name the method, (0028,0303) says what became of dates"

    def run(self, case: CheckCase) -> Outcome:
        """Name the markers that are missing or wrong."""
        return outcome(_wrong(case))


def _wrong(case: CheckCase) -> Iterator[str]:
    output = case.output
    if output.top_text(0x00120062) != "YES":
        yield "(0012,0062) is not YES"
    if not output.top_text(0x00120063):
        yield "(0012,0063) is missing"
    if _BASIC_PROFILE not in case.claimed_codes:
        yield f"(0012,0064) lacks {_BASIC_PROFILE}"
    if any(case.boxes_by_frame.values()):
        yield from _wrong_about_pixels(case)
    for leaf in output.leaves:
        if leaf.path.startswith("(0012,0064)[") and leaf.tag == 0x00080102 and leaf.text != "DCM":
            yield "(0012,0064) has a code of another scheme"
    if output.top_text(0x00280303) not in _TEMPORAL:
        yield "(0028,0303) is missing or has no defined value"


def _wrong_about_pixels(case: CheckCase) -> Iterator[str]:
    """Boxes were filled: the output says so, unless the fill leaves too much for that."""
    claimed = _CLEAN_PIXEL_DATA in case.claimed_codes
    if case.claims_clean_pixels != claimed:
        yield f"(0012,0064) {'claims' if claimed else 'lacks'} {_CLEAN_PIXEL_DATA}"
    before, after = case.source.top_text(_BURNED_IN), case.output.top_text(_BURNED_IN)
    if case.claims_clean_pixels and after != "NO":
        yield "(0028,0301) is not NO"
    if not case.claims_clean_pixels and after == "NO" != before:
        yield "(0028,0301) is NO"
