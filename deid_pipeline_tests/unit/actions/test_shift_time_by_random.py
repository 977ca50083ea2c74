"""The times of a study move together."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from deid_pipeline.actions import action_named
from deid_pipeline.actions.times import shifted_time
from deid_pipeline.errors import StrategyError
from deid_pipeline_tests.acting import CONTEXT, element

ACTION = action_named("shiftTimeByRandom")


def shift(raw: bytes, *, option: str = "", study: str = "1.2.3") -> bytes:
    context = replace(CONTEXT, study_instance_uid=study)
    return ACTION.bind(option, vr="TM")(element(raw, "TM", context=context))


def seconds(raw: bytes) -> int:
    return int(raw[:2]) * 3600 + int(raw[2:4]) * 60 + int(raw[4:6])


@pytest.mark.parametrize(
    ("text", "by", "expected"),
    [
        ("120000", -1, "115959"), ("120000.500", -1, "115959.500"), ("1200", -1, "1159"), ("12", -1, "11"),
        ("12", 3600, "13"), ("12:30:00", 60, "123100"), ("12:30", 60, "1231"), ("12:30:00.25", 1, "123001.25"),
        ("000010", -60, "000005"), ("000010.5", -60, "000005.2"), ("000200", -60, "000100"), ("000159", -60, "000059"),
        ("235950", 60, "235955"), ("235950.25", 60, "235955.12"), ("235800", 60, "235900"), ("235802", 60, "235901"),
        ("235960", 1, "235959"), ("000000", -1, "000000"), ("235959.9", 3600, "235959.9"),
        ("120000-130000", 1, "120001-130001"),
        ("130000-120000", 1, ""), ("24", 1, ""), ("1260", 1, ""), ("120061", 1, ""), ("noon", 1, ""), ("1", 1, ""),
        ("120000.1234567", 1, ""), ("120000-", 1, ""), ("\u0661\u0662", 1, ""),
    ],
)  # fmt: skip
def test_a_time_moves_in_its_own_precision_and_never_leaves_the_day(text: str, by: int, expected: str) -> None:
    assert shifted_time(text, by) == expected


def test_all_times_of_a_study_move_by_the_same_seconds_and_studies_apart() -> None:
    moved = {seconds(shift(f"{hour:02d}0000".encode())) - hour * 3600 for hour in range(1, 23)}
    assert len(moved) == 1
    assert 0 < abs(moved.pop()) <= 3600
    assert len({shift(b"120000", study=f"1.2.{number}") for number in range(50)}) > 40


def test_the_option_is_the_most_seconds() -> None:
    for number in range(100):
        assert 0 < abs(seconds(shift(b"120000", option="5", study=f"1.{number}")) - 43_200) <= 5


def test_lists_keep_their_number_and_invalid_times_are_counted() -> None:
    counted: Counter[str] = Counter()
    value = element(b"120000\\\\never\\130000 ", "TM", context=replace(CONTEXT, emptied=counted))
    new = ACTION.bind("", vr="TM")(value).split(b"\\")
    assert [bool(part) for part in new] == [True, False, False, True]
    assert counted == {"invalid time": 1}


@pytest.mark.parametrize("option", ["0", "-5", "43201", "1.5", "an hour"])
def test_what_is_no_number_of_seconds_is_refused(option: str) -> None:
    with pytest.raises(StrategyError):
        ACTION.bind(option, vr="TM")


def test_visual_nlps_words_and_name_are_taken() -> None:
    assert shift(b"120000", option="fractional") == shift(b"120000", option="coherent") == shift(b"120000")
    assert action_named("ShiftTimeByRandomNbOfSecs") is ACTION
