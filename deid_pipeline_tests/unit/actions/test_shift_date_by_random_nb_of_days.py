"""Dates move by the patient's offset; what is no whole, real date goes."""

from __future__ import annotations

import datetime

import pytest

from deid_pipeline.actions import NO_CONTEXT, ElementValue, InstanceContext, action_named
from deid_pipeline.actions.shift_date_by_random_nb_of_days import shifted_date
from deid_pipeline_tests.data_sets import pseudonyms


class Fixed:
    """A source of one offset."""

    def __init__(self, days: int) -> None:
        self.days = days

    def days_offset(self) -> int:
        return self.days


def shift(raw: bytes, vr: str, days: int = -1) -> bytes:
    action = action_named("shiftDateByRandomNbOfDays")
    assert action is not None
    new = action.bind("", vr=vr)(ElementValue(0x00080020, vr, raw, ("ascii",), Fixed(days)))  # type: ignore[arg-type]
    assert new is not None
    return new


@pytest.mark.parametrize(
    ("source", "days", "expected"),
    [
        (b"20240301", -1, b"20240229"),  # leap day
        (b"20230301", -1, b"20230228"),
        (b"20240229", -366, b"20230228"),
        (b"20240101", -1, b"20231231"),
        (b"19000301", -1, b"19000228"),  # 1900 was no leap year
        (b"18700615", -10, b"18700605"),
        (b"20240301 ", -1, b"20240229"),
        (b"2024.03.01", -1, b"20240229"),  # ACR-NEMA
        (b"20240301\\20240302", -1, b"20240229\\20240301"),
        (b"20240301\\\\20240302", -1, b"20240229\\\\20240301"),
        (b"", -1, b""),
    ],
)
def test_a_date_moves_by_whole_days(source: bytes, days: int, expected: bytes) -> None:
    assert shift(source, "DA", days) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (b"20240301", b"20240229"),
        (b"20240301000000", b"20240229000000"),  # midnight
        (b"20240301235959.999999", b"20240229235959.999999"),
        (b"20240301235960", b"20240229235960"),  # leap second
        (b"2024030112", b"2024022912"),
        (b"202403011230+0530", b"202402291230+0530"),
        (b"20240301-1200", b"20240229-1200"),
        (b"20240301120000.5-0330 ", b"20240229120000.5-0330"),
    ],
)
def test_a_date_time_keeps_its_time_fraction_and_zone(source: bytes, expected: bytes) -> None:
    assert shift(source, "DT") == expected


@pytest.mark.parametrize("vr", ["DA", "DT"])
@pytest.mark.parametrize(
    "source",
    [
        b"20230229", b"20240230", b"20241301", b"20240001", b"20240100", b"20240000", b"99999999", b"00000000",
        b"2024-03-01", b"01.03.2024", b"today", b"2024030", b"\xb2\xb0240301", b"2024.0301", b"0", b"20240301 120000",
    ],
)  # fmt: skip
def test_what_is_no_real_date_is_emptied(source: bytes, vr: str) -> None:
    assert shift(source, vr) == b""


@pytest.mark.parametrize("source", [b"2024", b"202403", b"202403011", b"20240301120000"])
def test_a_da_that_is_no_whole_date_is_emptied(source: bytes) -> None:
    assert shift(source, "DA") == b""


@pytest.mark.parametrize(
    "source",
    [
        b"2024030124", b"202403011260", b"20240301120061", b"20240301120000.1234567", b"20240301.5", b"20240301+1500",
        b"20240301+", b"20240301--", b"2024030112000020240401", b"20240301120000 20240401",
    ],
)  # fmt: skip
def test_a_date_time_with_anything_else_behind_its_date_is_emptied(source: bytes) -> None:
    assert shift(source, "DT") == b""


@pytest.mark.parametrize(
    "source",
    [
        b"20240301-20240401", b"20240301-20240401120000", b"20240301120000-20240401", b"20240301-2025", b"20240301-",
        b"-20240301", b"2024", b"202403", b"20240301-20240401-20240501",
    ],
)  # fmt: skip
def test_of_ranges_and_parts_of_dates_nothing_stays(source: bytes) -> None:
    new = shift(source, "DT")
    assert not [part for part in source.split(b"-") if part and part in new.split(b"-")]


def test_one_bad_date_of_a_list_leaves_the_others() -> None:
    assert shift(b"20240301\\99999999\\20240302", "DA") == b"20240229\\\\20240301"


def test_a_date_that_would_lie_before_the_calendar_is_emptied() -> None:
    assert shift(b"00010101", "DA") == b""
    assert shift(b"00010102", "DA") == b"00010101"


def test_a_real_offset_never_gives_a_later_date() -> None:
    for number in range(50):
        days = datetime.timedelta(days=pseudonyms(patient_id=f"P{number}").days_offset())
        assert "" < shifted_date("20240229", days, vr="DA") < "20240229"


def test_no_date_comes_to_lie_after_the_day_that_the_instance_was_made_on_whatever_the_clock_says() -> None:
    bound = action_named("shiftDateByRandomNbOfDays").bind("", vr="DA")
    made_on = datetime.date(2020, 1, 31)
    context = InstanceContext(last_day=made_on.toordinal())

    def moved(raw: bytes, context: InstanceContext) -> bytes:
        return bound(ElementValue(0x00080020, "DA", raw, ("ascii",), Fixed(-10), context=context))

    assert moved(b"20200210", context) == b"20200131"
    assert moved(b"20200211", context) == b""
    assert moved(b"20800101", NO_CONTEXT) == b"20791222"  # of an instance that does not say when
    assert moved(b"99991231", NO_CONTEXT) == b""
