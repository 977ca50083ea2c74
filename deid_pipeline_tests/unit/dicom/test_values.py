"""Values as text: every VR, every character set, nothing told to the log."""

from __future__ import annotations

import logging
import struct
import warnings

import pytest

from deid_pipeline.dicom.values import encodings_for, text_value

PLAIN = ("iso8859",)


@pytest.mark.parametrize(
    ("raw", "vr", "expected"),
    [
        (b"Doe^Jane ", "PN", "Doe^Jane"),
        (b"20240229", "DA", "20240229"),
        (b" 1.5\\2 ", "DS", "1.5\\2"),
        (b"1.2.3\0", "UI", "1.2.3"),
        (b" lead ", "LT", " lead"),
        (struct.pack("<3H", 1, 2, 65535), "US", "1\\2\\65535"),
        (struct.pack("<h", -5), "SS", "-5"),
        (struct.pack("<l", -5), "SL", "-5"),
        (struct.pack("<L", 5), "UL", "5"),
        (struct.pack("<d", 0.5), "FD", "0.5"),
        (struct.pack("<f", 0.5), "FL", "0.5"),
        (struct.pack("<Q", 1 << 63), "UV", str(1 << 63)),
        (struct.pack("<q", -1), "SV", "-1"),
        (struct.pack("<4H", 0x10, 0x20, 8, 0x18), "AT", "(0010,0020)\\(0008,0018)"),
        (b"\1\2", "OB", ""),
        (b"anything", "UN", ""),
        (b"", "US", ""),
        (b"\1\2\3", "US", ""),
        (b"\1\2\3", "AT", ""),
        (b"\0\0" * 65, "US", ""),  # a look-up table is no value to read
    ],
)
def test_a_value_as_text(raw: bytes, vr: str, expected: str) -> None:
    assert text_value(raw, vr, PLAIN) == expected


def test_numbers_of_big_endian() -> None:
    assert text_value(b"\1\2", "US", PLAIN, big_endian=True) == "258"
    assert text_value(b"\0\x10\0\x20", "AT", PLAIN, big_endian=True) == "(0010,0020)"


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (b"", ("iso8859",)),
        (b"ISO_IR 100", ("latin_1",)),
        (b"ISO_IR 192 ", ("UTF8",)),
        (b"GB18030", ("GB18030",)),
        (b"\\ISO 2022 IR 87", ("iso8859", "iso2022_jp")),
        (b"ISO 2022 IR 100\\ISO 2022 IR 149 ", ("latin_1", "euc_kr")),
        (b"ISO-IR 100", ("latin_1",)),  # frequent misspellings
        (b"ISO IR 192", ("UTF8",)),
        (b"iso_ir 192", ("UTF8",)),
        (b"ISO_2022_IR_87", ("iso2022_jp",)),
        (b"ISO_IR 192\\ISO 2022 IR 87", ("UTF8",)),  # stands alone
        (b"\\ISO_IR 192", ("iso8859",)),
        (b"Doe^Jane", ("iso8859",)),
    ],
)
def test_terms_of_the_specific_character_set(term: bytes, expected: tuple[str, ...]) -> None:
    assert encodings_for(term) == expected


@pytest.mark.parametrize(
    "term",
    [b"hex", b"idna", b"undefined", b"rot13", b"punycode", b"utf_7", b"unicode_escape", b"IS\0O", b"\xff" * 30,
     b"\\" * 9, b"zlib", b"base64", b"mbcs", b"../x", b"ISO_IR 192\0garbage", b"x" * 5000],
)  # fmt: skip
def test_a_term_dicom_does_not_define_is_the_default_and_never_a_codec_of_python(term: bytes) -> None:
    encodings = encodings_for(term)
    assert set(encodings) == {"iso8859"}
    assert text_value(b"M\xfcller \x1b$B;3 \xff", "LO", encodings)


def test_nothing_of_a_value_is_logged_or_warned(caplog: pytest.LogCaptureFixture) -> None:
    encodings_for.cache_clear()
    with caplog.at_level(logging.DEBUG), warnings.catch_warnings():
        warnings.simplefilter("error")
        assert encodings_for(b"CANARY^Jane\\CANARY") == ("iso8859", "iso8859")
        text_value(b"CANARY \xff\xfe \x1b(Z CANARY", "PN", ("UTF8", "iso2022_jp"))
    assert "CANARY" not in caplog.text
