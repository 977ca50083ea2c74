"""Seconds since 1970 move as the patient's dates do."""

from __future__ import annotations

import datetime
import struct
from dataclasses import replace

import pytest

from deid_pipeline.actions import action_named
from deid_pipeline_tests.acting import CONTEXT, element
from deid_pipeline_tests.data_sets import pseudonyms

ACTION = action_named("shiftUnixTimeStampRandom")
NOON = 1_600_000_000  # 2020-09-13
SECONDS = pseudonyms().days_offset() * 86_400


def shift(raw: bytes, vr: str, *, option: str = "", big_endian: bool = False) -> bytes:
    return ACTION.bind(option, vr=vr)(element(raw, vr, big_endian=big_endian))


@pytest.mark.parametrize(("vr", "code"), [("SL", "i"), ("UL", "I"), ("FD", "d"), ("SV", "q"), ("UV", "Q")])
@pytest.mark.parametrize("order", ["<", ">"])
def test_numbers_of_every_vr_and_byte_order_move_by_whole_days(vr: str, code: str, order: str) -> None:
    raw = struct.pack(f"{order}2{code}", NOON, NOON + 7)
    new = shift(raw, vr, big_endian=order == ">")
    assert struct.unpack(f"{order}2{code}", new) == (NOON + SECONDS, NOON + 7 + SECONDS)


def test_the_interval_is_that_of_the_dates() -> None:
    dates = action_named("shiftDateByRandomNbOfDays")
    for option in ("", "60"):
        day = dates.bind(option, vr="DA")(element(b"20200913", "DA")).decode()
        (stamp,) = struct.unpack("<i", shift(struct.pack("<i", NOON), "SL", option=option))
        assert f"{datetime.datetime.fromtimestamp(stamp, datetime.UTC):%Y%m%d}" == day


@pytest.mark.parametrize(("unit", "vr"), [(1_000, "SV"), (1_000_000, "SV"), (1_000, "FD"), (1_000_000, "FD")])
def test_milliseconds_and_microseconds_are_told_by_their_length(unit: int, vr: str) -> None:
    code = "q" if vr == "SV" else "d"
    (new,) = struct.unpack(f"<{code}", shift(struct.pack(f"<{code}", NOON * unit + 1), vr))
    assert new == (NOON + SECONDS) * unit + 1


def test_fractions_of_seconds_stay() -> None:
    assert struct.unpack("<d", shift(struct.pack("<d", NOON + 0.25), "FD")) == (NOON + SECONDS + 0.25,)
    assert shift(b"1600000000.25 ", "DS") == f"{NOON + SECONDS}.25".encode()


@pytest.mark.parametrize("raw", [b"\0\0\0\0", b"\xff\xff\xff\xff", b""])
def test_the_marks_of_no_time_stay(raw: bytes) -> None:
    assert shift(raw, "SL") == raw


@pytest.mark.parametrize(
    ("vr", "raw"),
    [
        ("SL", struct.pack("<i", -100)), ("SL", struct.pack("<i", 3)), ("SL", b"\1\2\3"),
        ("FD", struct.pack("<d", 1e17)), ("FD", struct.pack("<d", float("nan"))),
        ("FD", struct.pack("<d", float("inf"))), ("SL", struct.pack("<2i", NOON, 3)),
        ("DS", b"1.6e9"), ("DS", b"yesterday"), ("IS", b"1600000000.5"), ("FD", struct.pack("<d", 9.9e10)),
    ],
)  # fmt: skip
def test_what_is_no_time_or_would_lie_before_1970_is_emptied(vr: str, raw: bytes) -> None:
    assert shift(raw, vr) == b""


def test_no_time_comes_to_lie_after_the_day_that_the_instance_was_made_on() -> None:
    made_on = datetime.date(2020, 9, 13)
    end = int(datetime.datetime(2020, 9, 14, tzinfo=datetime.UTC).timestamp()) - SECONDS
    context = replace(CONTEXT, last_day=made_on.toordinal())
    for moment, stays in ((end - 1, True), (end, False)):
        new = ACTION.bind("", vr="SV")(element(struct.pack("<q", moment), "SV", context=context))
        assert bool(new) is stays
