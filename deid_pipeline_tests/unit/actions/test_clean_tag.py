"""Only identifiers go; in doubt everything goes."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from deid_pipeline.actions import CleaningMode, InstanceContext, Untouched, action_named
from deid_pipeline.errors import StrategyError
from deid_pipeline_tests.acting import element

ACTION = action_named("cleanTag")


class Finding:
    """A cleaner that knows one person."""

    def __init__(self, *, remembers: bool = False) -> None:
        self.remembers = remembers
        self.modes: list[str] = []
        self.texts: list[str] = []
        self.known: Untouched = {}

    def untouched(self, mode: CleaningMode) -> Untouched | None:  # noqa: ARG002 - the protocol's
        return self.known if self.remembers else None

    def clean(self, text: str, mode: CleaningMode) -> str:
        self.modes.append(mode)
        self.texts.append(text)
        new = {"remove": "", "deid": "<NAME>", "mask": "****", "surrogate": "Kobalo\\X"}[mode]
        return re.sub("M\u00fcller|Doe|4711", lambda _: new, text, flags=re.IGNORECASE).strip()


def clean(
    raw: bytes, vr: str = "LO", *, option: str = "", encodings: tuple[str, ...] = ("iso8859",),
    cleaner: Finding | None = None, counted: Counter[str] | None = None, big_endian: bool = False,
) -> bytes:  # fmt: skip
    context = InstanceContext(cleaner=cleaner or Finding(), emptied=counted)
    value = element(raw, vr, encodings=encodings, context=context)._replace(big_endian=big_endian)
    return ACTION.bind(option, vr=vr)(value)


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ("", b"BREAST for <NAME>"), ("deid", b"BREAST for <NAME>"), ("DEID", b"BREAST for <NAME>"),
        ("remove", b"BREAST for"), ("mask", b"BREAST for ****"), ("surrogate", b"BREAST for Kobalo X"),
    ],
)  # fmt: skip
def test_the_option_says_what_takes_the_place_of_an_identifier(option: str, expected: bytes) -> None:
    assert clean(b"BREAST for Doe ", option=option) == expected


@pytest.mark.parametrize("option", ["nothing", "re move", "deid,mask"])
def test_other_modes_are_refused(option: str) -> None:
    with pytest.raises(StrategyError):
        ACTION.bind(option, vr="LO")


@pytest.mark.parametrize("vr", sorted(ACTION.vrs))
def test_without_a_cleaner_nothing_stays(vr: str) -> None:
    value = element(b"PRONE BREAST", vr, context=InstanceContext())
    assert ACTION.bind("", vr=vr)(value) == b""


@pytest.mark.parametrize("raw", [b"PRONE BREAST", b"PRONE\\BREAST ", b"a b\0", b" x "])
@pytest.mark.parametrize("vr", ["LO", "UC", "SH", "PN"])
def test_where_nothing_is_found_the_bytes_stay(vr: str, raw: bytes) -> None:
    assert clean(raw, vr) == raw


@pytest.mark.parametrize(
    ("vr", "raw", "expected"),
    [
        ("LO", b"a\\Doe\\b ", b"a\\<NAME>\\b"), ("LT", b"a\\Doe\\b ", b"a\\<NAME>\\b"),
        ("CS", b"DOE\\HEAD", b"NAME\\HEAD"),
        ("SH", b"Doe Doe Doe Doe", b"<NAME> <NAME> <N"), ("UI", b"1.4711.2", b""), ("IS", b"4711\\5", b"\\5"),
        ("UN", b"for Doe", b"for <NAME>"), ("OB", b"for Doe\0", b"for <NAME>"), ("PN", b"Doe^Jane", b"<NAME>^Jane"),
        ("DA", b"20204711", b""), ("AS", b"047Y", b"047Y"),
    ],
)  # fmt: skip
def test_the_result_fits_the_vr(vr: str, raw: bytes, expected: bytes) -> None:
    assert clean(raw, vr) == expected


@pytest.mark.parametrize("big_endian", [False, True])
def test_numbers_are_read_in_the_files_byte_order_and_kept_or_emptied(big_endian: bool) -> None:
    order = "big" if big_endian else "little"
    assert clean((4711).to_bytes(2, order), "US", big_endian=big_endian) == b""
    kept = (4712).to_bytes(2, order)
    assert clean(kept, "US", big_endian=big_endian) == kept


@pytest.mark.parametrize(
    ("encodings", "codec"),
    [(("latin_1",), "latin_1"), (("UTF8",), "utf-8"), (("GB18030",), "gb18030"), (("iso8859",), "latin_1"),
     (("iso8859",), "utf-8"), (("ascii",), "utf-8"), (("iso_ir_144",), "utf-8")],
)  # fmt: skip
def test_a_name_is_found_in_every_character_set_also_when_none_or_a_wrong_one_is_declared(
    encodings: tuple[str, ...], codec: str
) -> None:
    cleaner = Finding()
    text = "\u00e0 M\u00fcller \u00e9"
    if encodings == ("iso_ir_144",):  # every byte is some letter there: read as declared, and nothing is found
        assert clean(text.encode(codec), encodings=encodings, cleaner=cleaner) == text.encode(codec)
        return
    new = clean(text.encode(codec), encodings=encodings, cleaner=cleaner)
    assert new.decode(codec) == "\u00e0 <NAME> \u00e9"


def test_iso_2022_text_is_cleaned_and_written_back() -> None:
    raw = "\u5c71\u7530".encode("iso2022_jp")
    new = clean(raw + b" Doe " + raw, encodings=("iso8859", "iso2022_jp"))
    assert new == raw + b" <NAME> " + raw


@pytest.mark.parametrize(
    ("vr", "raw"), [("LO", b"\xff\xfe Doe"), ("UN", b"\x00\x01Doe"), ("OB", b"\xff"), ("DS", b"\xb2")]
)
def test_what_cannot_be_read_is_emptied_and_counted(vr: str, raw: bytes) -> None:
    counted: Counter[str] = Counter()
    assert clean(raw, vr, encodings=("UTF8",), counted=counted) == b""
    assert counted == {"unreadable text": 1}


def test_a_cleaner_sees_text_without_padding_and_no_empty_values() -> None:
    cleaner = Finding()
    clean(b"a \\\\ b", cleaner=cleaner, option="mask")
    assert cleaner.texts == ["a", "b"]
    assert set(cleaner.modes) == {"mask"}


def test_a_value_too_long_to_be_text_is_emptied() -> None:
    assert clean(b"x" * ((1 << 20) + 1), "UT") == b""


def test_a_value_that_stays_is_looked_at_once() -> None:
    cleaner = Finding(remembers=True)
    for _ in range(2):
        assert clean(b"CHEST ", option="remove", cleaner=cleaner) == b"CHEST "
        assert clean(b"CHEST Doe ", option="remove", cleaner=cleaner) == b"CHEST"
        assert clean(b"\xc4RZTE ", option="remove", cleaner=cleaner) == b"\xc4RZTE "
    assert cleaner.known == {("remove", "LO"): {b"CHEST "}}
    assert cleaner.texts.count("CHEST") == 1
    assert cleaner.texts.count("CHEST Doe") == cleaner.texts.count("\u00c4RZTE") == 2
    assert clean(b"CHEST ", "SH", option="remove", cleaner=cleaner) == b"CHEST "
    assert cleaner.texts.count("CHEST") == 2
