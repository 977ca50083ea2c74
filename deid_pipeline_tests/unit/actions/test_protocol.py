"""An element as an action sees it: text under its character set."""

from __future__ import annotations

import warnings

import pytest

from deid_pipeline.actions import ALL_VRS, ElementValue
from deid_pipeline.actions.protocol import BINARY_VRS, CODED_VRS, TEXT_VRS, decode_text
from deid_pipeline_tests.data_sets import pseudonyms


def text(raw: bytes, vr: str, encodings: tuple[str, ...]) -> str:
    return ElementValue(0x00100010, vr, raw, encodings, pseudonyms()).text()


@pytest.mark.parametrize(
    ("raw", "encodings", "expected"),
    [
        ("Müller^Jörg ".encode("latin-1"), ("latin_1",), "Müller^Jörg"),
        ("Müller^Jörg".encode(), ("UTF8",), "Müller^Jörg"),
        ("王^小东".encode("GB18030"), ("GB18030",), "王^小东"),
        (b"Yamada=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B", ("iso8859", "iso2022_jp"), "Yamada=山田^太郎"),
        (b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7", ("iso8859", "euc_kr"), "Hong^Gildong=洪^吉洞"),
        (b"\x1b-L\xb8\xd2\xd0\xdd^\xe9", ("latin_1", "iso_ir_144"), "Иван^é"),  # the delimiter ends the extension
        (b"broken \xff", ("UTF8",), "broken \ufffd"),
        (b"\0plain\0 ", ("iso8859",), "plain"),
    ],
)
def test_text_is_decoded_by_its_character_set(raw: bytes, encodings: tuple[str, ...], expected: str) -> None:
    assert text(raw, "PN", encodings) == decode_text(raw, encodings).strip("\0 ") == expected


def test_values_outside_the_character_set_rule_are_never_decoded_by_it() -> None:
    assert text("é".encode(), "CS", ("UTF8",)) == "Ã©"


def test_no_warning_carries_a_value() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert "Doe" in text(b"\x1b(Zunknown Doe \xff", "PN", ("UTF8", "iso2022_jp"))


def test_the_kinds_of_vr_do_not_overlap_and_make_all_of_ps3_5() -> None:
    assert not TEXT_VRS & BINARY_VRS
    assert CODED_VRS < TEXT_VRS
    assert len(ALL_VRS) == 34
