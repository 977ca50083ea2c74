"""Dummies are legal, say nothing, and never repeat the date they replace."""

from __future__ import annotations

import pytest

from deid_pipeline.actions import ElementValue, action_named
from deid_pipeline_tests.data_sets import pseudonyms


def dummy(raw: bytes, vr: str) -> bytes | None:
    action = action_named("replaceWithDummy")
    assert action is not None
    return action.bind("", vr=vr)(ElementValue(0x00081030, vr, raw, ("iso8859",), pseudonyms()))


@pytest.mark.parametrize(
    ("vr", "expected"),
    [
        ("LO", b"REMOVED"), ("PN", b"REMOVED"), ("CS", b"REMOVED"), ("UT", b"REMOVED"), ("AS", b"000Y"), ("DS", b"0"),
        ("IS", b"0"), ("UI", b"2.25.0"), ("UR", b"about:blank"), ("DA", b"19000101"), ("DT", b"19000101000000"),
        ("TM", b"000000"),
    ],
)  # fmt: skip
def test_text_gets_one_dummy_for_each_vr(vr: str, expected: bytes) -> None:
    assert dummy(b"7\\8\\9 ", vr) == expected


@pytest.mark.parametrize(
    ("vr", "width"),
    [("US", 2), ("SS", 2), ("UL", 4), ("SL", 4), ("FL", 4), ("FD", 8), ("AT", 4), ("UV", 8), ("SV", 8), ("OB", 2),
     ("OW", 2), ("OF", 4), ("OL", 4), ("OD", 8), ("OV", 8), ("UN", 2)],
)  # fmt: skip
def test_numbers_become_one_zero_of_their_width(vr: str, width: int) -> None:
    assert dummy(b"\1" * 16, vr) == b"\0" * width


def test_a_number_that_happens_to_be_blanks_is_no_empty_value() -> None:
    assert dummy(b"  ", "US") == b"\0\0"


@pytest.mark.parametrize("vr", ["LO", "DA", "UI", "US", "OB", "SQ"])
def test_empty_stays_empty(vr: str) -> None:
    assert dummy(b"", vr) == b""


@pytest.mark.parametrize(("vr", "source"), [("DA", b"19000101"), ("DT", b"19000101000000 "), ("TM", b"000000")])
def test_a_date_equal_to_its_dummy_gets_another(vr: str, source: bytes) -> None:
    assert dummy(source, vr) not in (source.strip(), b"", None)


def test_a_sequence_becomes_one_empty_item() -> None:
    assert dummy(b"\xfe\xff\x00\xe0\x02\x00\x00\x00ab", "SQ") == b"\xfe\xff\x00\xe0\x00\x00\x00\x00"
