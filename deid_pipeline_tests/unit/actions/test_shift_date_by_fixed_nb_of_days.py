"""All dates move by the option's days, never to a day after today."""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import replace

import pytest

from deid_pipeline.actions import action_named
from deid_pipeline.errors import StrategyError
from deid_pipeline_tests.acting import CONTEXT, element

ACTION = action_named("shiftDateByFixedNbOfDays")


def shift(raw: bytes, option: str, vr: str = "DA") -> bytes:
    return ACTION.bind(option, vr=vr)(element(raw, vr))


@pytest.mark.parametrize(
    ("option", "expected"), [("-1", b"20240229"), ("1", b"20240302"), ("+31", b"20240401"), ("-366", b"20230301")]
)
def test_dates_move_by_the_option(option: str, expected: bytes) -> None:
    assert shift(b"20240301", option) == expected


@pytest.mark.parametrize("option", ["", "0", "-0", "1.5", "5 days", "coherent", "+", "-", "1_0", "\u0661", "1234567"])
def test_what_is_no_number_of_days_is_refused(option: str) -> None:
    with pytest.raises(StrategyError):
        ACTION.bind(option, vr="DA")


def test_no_date_comes_to_lie_after_today() -> None:
    today = datetime.date.today()
    yesterday = today - datetime.timedelta(1)
    assert shift(f"{yesterday:%Y%m%d}".encode(), "1") == f"{today:%Y%m%d}".encode()
    assert shift(f"{yesterday:%Y%m%d}\\20200101".encode(), "2") == b"\\20200103"
    assert shift(b"99991231", "-30") == b""


@pytest.mark.parametrize(
    ("source", "past", "future"),
    [
        (b"2020", b"2019", b"2021"),
        (b"202003", b"202002", b"202004"),
        (b"202003+0100", b"202002+0100", b"202004+0100"),
        (b"2020-0500 ", b"2019-0500", b"2021-0500"),
        (b"20200301-20200401", b"20200229-20200331", b"20200302-20200402"),
        (b"20200301120000.5-0330", b"20200229120000.5-0330", b"20200302120000.5-0330"),
        (b"2019-2020", b"2018-2019", b"2020-2021"),
    ],
)
def test_a_part_of_a_date_keeps_its_precision_and_never_stays(source: bytes, past: bytes, future: bytes) -> None:
    assert shift(source, "-1", "DT") == past
    assert shift(source, "1", "DT") == future


@pytest.mark.parametrize(
    "source", [b"20200401-20200301", b"20200301-", b"-20200301", b"20200301-20200230", b"20200300"]
)
def test_what_is_no_range_is_emptied(source: bytes) -> None:
    assert shift(source, "-1") == b""
    assert shift(source, "-1", "DT") == b""


def test_emptied_dates_are_counted_and_empty_ones_are_not() -> None:
    counted: Counter[str] = Counter()
    context = replace(CONTEXT, emptied=counted)
    for raw in (b"20200230\\20200101\\\\never", b"", b"  "):
        ACTION.bind("-1", vr="DA")(element(raw, "DA", context=context))
    assert counted == {"invalid date": 2}


@pytest.mark.parametrize("option", ["60", "1", "3650"])
def test_the_patients_own_offset_can_be_narrowed_and_stays_in_range(option: str) -> None:
    own = action_named("shiftDateByRandomNbOfDays")
    new = own.bind(option, vr="DA")(element(b"20200101", "DA")).decode()
    moved = datetime.date(2020, 1, 1) - datetime.datetime.strptime(new, "%Y%m%d").date()
    assert 1 <= moved.days <= int(option)
    assert own.bind("coherent", vr="DA")(element(b"20200101", "DA")) == own.bind("", vr="DA")(
        element(b"20200101", "DA")
    )


@pytest.mark.parametrize("option", ["0", "-1", "3651", "x"])
def test_a_range_of_days_that_cannot_be_is_refused(option: str) -> None:
    for name in ("shiftDateByRandomNbOfDays", "shiftUnixTimeStampRandom"):
        with pytest.raises(StrategyError):
            action_named(name).bind(option, vr="DA")


def test_descriptions_tell_the_direction() -> None:
    assert "112 days into the past" in ACTION.describe("-112")
    assert "3 days into the future" in ACTION.describe("+3")
