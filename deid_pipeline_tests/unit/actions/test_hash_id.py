"""UIDs and other identifiers become pseudonyms."""

from __future__ import annotations

import pytest

from deid_pipeline.actions import ElementValue, action_named
from deid_pipeline_tests.data_sets import pseudonyms


def hashed(raw: bytes, vr: str, *, tag: int = 0x00080050, encodings: tuple[str, ...] = ("iso8859",)) -> bytes:
    action = action_named("hashId")
    assert action is not None
    new = action.bind("", vr=vr)(ElementValue(tag, vr, raw, encodings, pseudonyms()))
    assert new is not None
    return new


@pytest.mark.parametrize(
    "uid",
    [
        "1.2.840.10008.5.1.4.1.1.2",  # CT Image Storage
        "1.2.840.10008.1.2.1",  # a transfer syntax
        "1.2.840.10008.1.4.1.1",  # a well-known frame of reference
    ],
)
def test_registered_uids_stay(uid: str) -> None:
    assert hashed(uid.encode() + b"\0", "UI") == uid.encode()


def test_a_uid_below_dicoms_own_root_that_is_not_registered_is_replaced() -> None:
    assert hashed(b"1.2.840.10008.99.1234", "UI").startswith(b"2.25.")


def test_a_uid_is_the_same_in_every_element_and_with_any_padding() -> None:
    expected = pseudonyms().uid("1.2.3").encode()
    for raw in (b"1.2.3\0", b"1.2.3 ", b" 1.2.3", b"1.2.3"):
        assert hashed(raw, "UI", tag=0x00080018) == hashed(raw, "UI", tag=0x00081155) == expected


def test_lists_keep_their_number_of_values() -> None:
    new = hashed(b"1.2.3\\\\1.2.840.10008.1.2\\1.2.4", "UI").split(b"\\")
    assert new == [pseudonyms().uid("1.2.3").encode(), b"", b"1.2.840.10008.1.2", pseudonyms().uid("1.2.4").encode()]


def test_an_identifier_becomes_16_digits_that_fit_sh() -> None:
    new = hashed(b"ACC-4711", "SH")
    assert len(new) == 16
    assert new.isdigit()


def test_identifiers_are_the_same_with_any_padding_and_differ_by_element() -> None:
    assert hashed(b"ACC-4711 ", "SH") == hashed(b" ACC-4711", "SH") == hashed(b"ACC-4711", "LO")
    assert hashed(b"ACC-4711", "SH", tag=0x00200010) != hashed(b"ACC-4711", "SH", tag=0x00080050)


def test_an_identifier_is_one_in_every_character_set() -> None:
    assert hashed("Straße 7".encode(), "LO", encodings=("UTF8",)) == hashed(
        "Straße 7".encode("latin-1"), "LO", encodings=("latin_1",)
    )


def test_empty_identifiers_stay_empty() -> None:
    assert hashed(b"  ", "SH") == b""
    assert hashed(b"a\\\\b ", "SH").split(b"\\")[1] == b""


def test_visual_nlps_word_changes_nothing() -> None:
    action = action_named("hashId")
    for vr, raw in (("UI", b"1.2.3"), ("SH", b"ACC-4711")):
        value = ElementValue(0x00080050, vr, raw, ("iso8859",), pseudonyms())
        assert action.bind("coherent", vr=vr)(value) == action.bind("", vr=vr)(value)
    assert action_named("hashUID") is action
    assert action_named("hash_id") is action
