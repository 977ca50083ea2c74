"""Ages over 89 become one; other ages stay, or move by the patient's own number."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from deid_pipeline.actions import action_named
from deid_pipeline.errors import StrategyError
from deid_pipeline_tests.acting import CONTEXT, element
from deid_pipeline_tests.data_sets import pseudonyms

CAP = action_named("capAgeAt99IfOver90")
SHIFT = action_named("shiftAgeByRandom")


def cap(raw: bytes, option: str = "") -> bytes:
    return CAP.bind(option, vr="AS")(element(raw, "AS"))


def shift(raw: bytes, option: str = "", patient: str = "P1") -> bytes:
    return SHIFT.bind(option, vr="AS")(element(raw, "AS", source=pseudonyms(patient_id=patient)))


@pytest.mark.parametrize("age", [b"090Y", b"091Y", b"099Y", b"100Y", b"120Y", b"999Y", b"1092M", b"4750W", b"090y"])
def test_ages_over_89_are_one(age: bytes) -> None:
    assert cap(age) == b"099Y"
    assert cap(age, "090Y") == b"090Y"


@pytest.mark.parametrize("age", [b"089Y", b"000Y", b"047Y", b"999M", b"999W", b"999D", b"006M", b"003W", b"000D"])
def test_other_ages_stay(age: bytes) -> None:
    assert cap(age) == cap(age, "090Y") == cap(age, "visual-nlp") == age


@pytest.mark.parametrize(
    ("age", "expected"), [(b"090Y", b"090Y"), (b"091Y", b"099Y"), (b"120Y", b"099Y"), (b"not yet", b"")]
)
def test_the_old_behaviour_is_an_option(age: bytes, expected: bytes) -> None:
    assert cap(age, "visual-nlp") == cap(age, "Visual-NLP") == expected


@pytest.mark.parametrize(
    ("age", "expected"), [(b"47Y ", b"047Y"), (b"5m", b"005M"), (b"1001M", b"083Y"), (b"\\047Y", b"\\047Y")]
)
def test_a_readable_age_is_made_legal(age: bytes, expected: bytes) -> None:
    assert cap(age) == expected


@pytest.mark.parametrize("age", [b"47", b"Y", b"047X", b"forty", b"-47Y", b"04.5Y", b"04 7Y", b"00047Y", b"\xb2\xb24Y"])
def test_what_is_no_age_is_emptied(age: bytes) -> None:
    assert cap(age) == shift(age) == b""


def test_emptied_ages_are_counted() -> None:
    counted: Counter[str] = Counter()
    for action in (CAP, SHIFT):
        action.bind("", vr="AS")(element(b"old\\047Y\\", "AS", context=replace(CONTEXT, emptied=counted)))
    assert counted == {"invalid age": 2}


@pytest.mark.parametrize("option", ["99", "089Y", "visual nlp", "x"])
def test_other_buckets_are_refused(option: str) -> None:
    with pytest.raises(StrategyError):
        CAP.bind(option, vr="AS")


def test_ages_of_a_patient_move_together_and_in_their_unit() -> None:
    offsets = set()
    for number in range(60):
        new = shift(b"047Y\\010M\\020W\\030D", patient=f"P{number}").decode().split("\\")
        assert [value[3] for value in new] == list("YMWD")
        moved = {int(value[:3]) - old for value, old in zip(new, (47, 10, 20, 30), strict=True)}
        assert len(moved) == 1
        offsets |= moved
    assert offsets == {-3, -2, -1, 1, 2, 3}


def test_an_age_never_passes_the_limit_nor_falls_below_0_nor_stays() -> None:
    for number in range(60):
        for years in (*range(4), *range(86, 90)):
            new = shift(f"{years:03d}Y".encode(), patient=f"P{number}").decode()
            assert 0 <= int(new[:3]) <= 89
            assert int(new[:3]) != years
        assert shift(b"090Y\\120Y", patient=f"P{number}") == b"099Y\\099Y"
        assert shift(b"999M", patient=f"P{number}")[3:] == b"M"


@pytest.mark.parametrize("option", ["0", "10", "-1", "x"])
def test_other_distances_are_refused(option: str) -> None:
    with pytest.raises(StrategyError):
        SHIFT.bind(option, vr="AS")
    assert {abs(int(shift(b"047Y", "1", f"P{n}")[:3]) - 47) for n in range(20)} == {1}
