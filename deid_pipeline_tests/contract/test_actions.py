"""What holds for every member of the room ``actions`` on every VR it takes."""

from __future__ import annotations

import pytest

from deid_pipeline.actions import ACTIONS, ALL_VRS, Action, ElementValue, action_named
from deid_pipeline.dicom.encoding import pad
from deid_pipeline.errors import StrategyError
from deid_pipeline_tests.data_sets import pseudonyms
from deid_pipeline_tests.legality import WIDTHS, assert_legal

CANARY = b"CANARY"
SAMPLES = {
    "AE": b"CANARY_AE ", "AS": b"047Y", "CS": b"CANARY\\CANARY2 ", "DA": b"20240229", "DS": b"-3.25\\7.5e2 ",
    "DT": b"20240229235959.999999+0100", "IS": b"4711\\-12", "LO": b"CANARY\\CANARY ", "LT": b"CANARY\r\nCANARY",
    "PN": b"CANARY^Jane\\CANARY^Joe ", "SH": b"CANARY", "ST": b"CANARY \\ text ", "TM": b"235959.999999 ",
    "UC": b"CANARY\\CANARY ", "UI": b"1.2.840.113619.2.55.3\0", "UR": b"https://CANARY.example/", "UT": b"CANARY",
    "SQ": b"\xfe\xff\x00\xe0\x0e\x00\x00\x00\x10\x00\x10\x00PN\x06\x00CANARY",
} | {vr: b"\x01\x02\x03\x04CANARY\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e"[: 24 // width * width]
     for vr, width in WIDTHS.items()}  # fmt: skip
LITERALS = {
    "AE": "REMOVED", "AS": "030Y", "CS": "REMOVED", "DA": "20000101", "DS": "0.5", "DT": "20000101120000", "IS": "7",
    "TM": "120000", "UI": "2.25.7", "UR": "about:blank",
}  # fmt: skip
BROKEN = [b"\xff" * 8, b"\0" * 8, b" " * 8, b"\\" * 4, b"\x1b$B\x1b(J", b"99999999", b"\x00", b"-1", b"\x1b$)C\xb1"]
CASES = [pytest.param(action, vr, id=f"{action.name}-{vr}") for action in ACTIONS for vr in sorted(action.vrs)]
REWRITTEN = [case for case in CASES if case.values[0].code != "K" and case.values[1] != "SQ"]
SEQUENCES = [case for case in CASES if case.values[0].code != "K" and case.values[1] == "SQ"]
CHARACTER_SETS = [("iso8859",), ("ascii",), ("UTF8",), ("shift_jis", "iso2022_jp"), ("GB18030",)]


def option(action: Action, vr: str) -> str:
    return LITERALS.get(vr, "REMOVED") if action.name == "replaceWithLiteral" else ""


def carried_out(
    action: Action, vr: str, raw: bytes, *, tag: int = 0x00081030, encodings: tuple[str, ...] = ("iso8859",)
) -> bytes | None:
    rewrite = action.bind(option(action, vr), vr=vr)
    return rewrite(ElementValue(tag, vr, raw, encodings, pseudonyms()))


def test_names_are_unique_in_any_case_and_found_in_any_case() -> None:
    assert len({action.name.casefold() for action in ACTIONS}) == len(ACTIONS)
    for action in ACTIONS:
        assert action_named(action.name) is action_named(f" {action.name.upper()} ") is action
    assert action_named("obliterate") is None


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
def test_a_member_describes_itself(action: Action) -> None:
    assert action.code in {"D", "Z", "X", "K", "C", "U"}
    assert action.vrs
    assert action.vrs <= ALL_VRS
    assert action.summary.strip()
    assert "\n" not in action.summary
    assert "|" not in action.summary  # it is a cell of a table


@pytest.mark.parametrize(("action", "vr"), CASES)
def test_a_senseless_option_is_refused(action: Action, vr: str) -> None:
    with pytest.raises(StrategyError):
        action.bind("\N{SNOWMAN} nonsense", vr=vr)


@pytest.mark.parametrize(("action", "vr"), REWRITTEN)
def test_the_result_is_legal_for_the_vr(action: Action, vr: str) -> None:
    new = carried_out(action, vr, SAMPLES[vr])
    if new is not None:
        assert_legal(vr, pad(new, vr))


@pytest.mark.parametrize(("action", "vr"), SEQUENCES)
def test_a_sequence_becomes_nothing_or_an_item_of_nothing(action: Action, vr: str) -> None:
    assert carried_out(action, vr, SAMPLES[vr]) in (None, b"", b"\xfe\xff\x00\xe0\0\0\0\0")


@pytest.mark.parametrize(("action", "vr"), CASES)
def test_nothing_of_the_value_remains_unless_it_is_kept(action: Action, vr: str) -> None:
    source = SAMPLES[vr]
    new = carried_out(action, vr, source)
    if action.code == "K":
        assert new == source
    elif new is not None:
        held = [part.strip(b"\0 ") for part in source.split(b"\\")] if vr not in WIDTHS else [source]
        assert CANARY not in new
        assert not [part for part in held if part in new]


@pytest.mark.parametrize(("action", "vr"), CASES)
def test_the_code_tells_the_kind_of_result(action: Action, vr: str) -> None:
    new = carried_out(action, vr, SAMPLES[vr])
    if action.code == "X":
        assert new is None
    elif action.code == "Z":
        assert new == b""
    else:
        assert new  # D, U, C and K give a value for a value


@pytest.mark.parametrize(("action", "vr"), CASES)
def test_the_result_is_the_same_every_time(action: Action, vr: str) -> None:
    assert carried_out(action, vr, SAMPLES[vr]) == carried_out(action, vr, SAMPLES[vr])


@pytest.mark.parametrize(("action", "vr"), CASES)
def test_an_empty_value_is_never_filled_but_by_the_patient_id(action: Action, vr: str) -> None:
    new = carried_out(action, vr, b"")
    assert (new or b"") == (pseudonyms().patient_id().encode() if action.name == "patientHashId" else b"")


@pytest.mark.parametrize("encodings", CHARACTER_SETS, ids=lambda encodings: encodings[0])
@pytest.mark.parametrize(("action", "vr"), CASES)
def test_broken_values_never_raise_nor_break_the_vr(action: Action, vr: str, encodings: tuple[str, ...]) -> None:
    for raw in BROKEN:
        new = carried_out(action, vr, raw, encodings=encodings)
        if new is not None and action.code != "K" and vr != "SQ":
            assert_legal(vr, pad(new, vr))
