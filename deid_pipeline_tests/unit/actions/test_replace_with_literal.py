"""A fixed value, checked against its VR when the strategy is read."""

from __future__ import annotations

import pytest

from deid_pipeline.actions import ElementValue, action_named
from deid_pipeline.errors import StrategyError
from deid_pipeline_tests.data_sets import pseudonyms

ACTION = action_named("replaceWithLiteral")
assert ACTION is not None


@pytest.mark.parametrize(
    ("vr", "option"),
    [
        ("AE", "STATION_1"), ("AS", "045Y"), ("CS", "A_1 B\\C"), ("DA", "20240229"), ("DA", "20000101\\20000102"),
        ("DS", "-1.5e-3"), ("DS", ".5"), ("DT", "20240229235960.123456+1400"), ("IS", "-2147483648"), ("LO", "x" * 64),
        ("LO", "a\\b"), ("LT", "two\r\nlines \\ and more"), ("PN", "Doe^Jane^A^Dr^III=x=y"), ("SH", "x" * 16),
        ("ST", "x" * 1024), ("TM", "2359"), ("TM", "235960.1"), ("UC", "x" * 1000), ("UI", "2.25.0"),
        ("UI", "1.2\\1.3"), ("UR", "https://example.org/a?b=c"), ("UT", "x" * 20000),
    ],
)  # fmt: skip
def test_a_legal_option_is_taken_and_written(vr: str, option: str) -> None:
    new = ACTION.bind(option, vr=vr)(ElementValue(0x00081030, vr, b"value ", ("iso8859",), pseudonyms()))
    assert new == option.encode()


@pytest.mark.parametrize(
    ("vr", "option"),
    [
        ("AE", "x" * 17), ("AS", "REMOVED"), ("AS", "45Y"), ("CS", "lower"), ("CS", "X" * 17), ("DA", "REMOVED"),
        ("DA", "20230229"), ("DA", "2024"), ("DA", "+2024101"),
        ("DA", "0000002200000000"), ("DS", "many"), ("DS", "1." + "0" * 16), ("DS", "nan"),
        ("DT", "20240101-20240102"), ("DT", "2024010125"), ("IS", "1.5"), ("IS", "2147483648"),
        ("IS", "1_0"), ("LO", "x" * 65), ("LO", "tab\there"), ("LO", "\x7f"), ("LT", "x" * 10241), ("LT", "\x1b$B"),
        ("PN", "a=b=c=d"), ("PN", "x" * 65), ("PN", "1^2^3^4^5^6"), ("SH", "x" * 17), ("ST", "x" * 1025),
        ("TM", "24"), ("TM", "12:00"), ("TM", "1260"), ("UI", "REMOVED"), ("UI", "1.02"), ("UI", "1"),
        ("UI", "1." * 40), ("UR", "two words"), ("UR", "a\\b"), ("UT", "\0"), ("SH", ""), ("LO", "Müller"), ("IS", "٣"),
    ],
)  # fmt: skip
def test_an_option_that_is_illegal_for_the_vr_is_refused(vr: str, option: str) -> None:
    with pytest.raises(StrategyError, match="replaceWithLiteral"):
        ACTION.bind(option, vr=vr)


def test_bulk_values_and_sequences_have_no_literal() -> None:
    assert not ACTION.vrs & {"OB", "OW", "OF", "UN", "SQ", "AT"}


@pytest.mark.parametrize(
    ("vr", "option", "little", "big"),
    [
        ("US", "7", b"\7\0", b"\0\7"), ("SS", "-1\\2", b"\xff\xff\2\0", b"\xff\xff\0\2"),
        ("FL", "0.5", b"\0\0\0?", b"?\0\0\0"), ("UV", "18446744073709551615", b"\xff" * 8, b"\xff" * 8),
    ],
)  # fmt: skip
def test_numbers_are_written_in_the_byte_order_of_the_file(vr: str, option: str, little: bytes, big: bytes) -> None:
    rewrite = ACTION.bind(option, vr=vr)
    for big_endian, expected in ((False, little), (True, big)):
        value = ElementValue(0x00280010, vr, b"\0" * 8, ("iso8859",), pseudonyms(), big_endian=big_endian)
        assert rewrite(value) == expected


@pytest.mark.parametrize(
    ("vr", "option"),
    [
        ("US", "65536"),
        ("US", "-1"),
        ("US", "1.5"),
        ("US", "x"),
        ("SL", "1_0"),
        ("FL", "1e39"),
        ("FD", "nan"),
        ("UL", ""),
    ],
)
def test_what_is_no_number_of_the_vr_is_refused(vr: str, option: str) -> None:
    with pytest.raises(StrategyError):
        ACTION.bind(option, vr=vr)


def test_a_blank_value_stays_empty() -> None:
    for raw in (b"", b"  ", b"\0"):
        assert ACTION.bind("X", vr="LO")(ElementValue(0x00081030, "LO", raw, ("iso8859",), pseudonyms())) == b""
