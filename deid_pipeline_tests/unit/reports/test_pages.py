"""How numbers are written on pages."""

from __future__ import annotations

import pytest

from deid_pipeline.reports.pages import count, duration, megabytes, share


@pytest.mark.parametrize(
    ("seconds", "written"), [(0, "0.0 s"), (99.94, "99.9 s"), (245, "4 min 05 s"), (11520, "3 h 12 min")]
)
def test_durations_are_written_in_the_unit_that_people_think_in(seconds: float, written: str) -> None:
    assert duration(seconds) == written


def test_large_numbers_are_grouped_by_thousands() -> None:
    assert count(1234567) == "1\u202f234\u202f567"
    assert megabytes(4_200_000_000) == "4\u202f200"
    assert megabytes(4_200_000) == "4.2"


def test_a_share_of_nothing_is_zero() -> None:
    assert share(0, 0) == "0"
    assert share(1, 3) == "33.3"
