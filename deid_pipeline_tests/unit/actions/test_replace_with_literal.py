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
        ("DA", "20230229"), ("DA", "2024"), ("DA", "+2024101"), ("DS", "many"), ("DS", "1." + "0" * 16), ("DS", "nan"),
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


def test_binary_values_have_no_literal() -> None:
    assert not ACTION.vrs & {"US", "OB", "UN", "SQ", "FD", "AT"}


def test_a_blank_value_stays_empty() -> None:
    for raw in (b"", b"  ", b"\0"):
        assert ACTION.bind("X", vr="LO")(ElementValue(0x00081030, "LO", raw, ("iso8859",), pseudonyms())) == b""
