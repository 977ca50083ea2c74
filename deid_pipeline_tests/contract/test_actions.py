"""What holds for every member of the room ``actions`` on every VR it takes."""

from __future__ import annotations

import pytest

from deid_pipeline.actions import ACTIONS, ALL_VRS, Action, action_named
from deid_pipeline.actions.dummy_sequences import DummySequence
from deid_pipeline.dicom.encoding import pad
from deid_pipeline.errors import StrategyError
from deid_pipeline_tests.acting import carried_out, item_contents, option_for, sample_for
from deid_pipeline_tests.data_sets import pseudonyms
from deid_pipeline_tests.legality import WIDTHS, assert_legal

CANARY = b"CANARY"
BROKEN = [b"\xff" * 8, b"\0" * 8, b" " * 8, b"\\" * 4, b"\x1b$B\x1b(J", b"99999999", b"\x00", b"-1", b"\x1b$)C\xb1"]
CASES = [pytest.param(action, vr, id=f"{action.name}-{vr}") for action in ACTIONS for vr in sorted(action.vrs)]
REWRITTEN = [case for case in CASES if case.values[0].code != "K" and case.values[1] != "SQ"]
SEQUENCES = [case for case in CASES if case.values[0].code != "K" and case.values[1] == "SQ"]
CHARACTER_SETS = [("iso8859",), ("ascii",), ("UTF8",), ("shift_jis", "iso2022_jp"), ("GB18030",)]


def test_names_are_unique_in_any_case_and_found_in_any_case() -> None:
    names = [name.casefold() for action in ACTIONS for name in (action.name, *action.aliases)]
    assert len(set(names)) == len(names)
    for action in ACTIONS:
        assert all(action_named(name) is action for name in action.aliases)
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
    assert len(action.summary) <= 130


@pytest.mark.parametrize(("action", "vr"), CASES)
def test_a_member_describes_what_its_option_does(action: Action, vr: str) -> None:
    described = action.describe(option_for(action, vr))
    assert described.strip()
    assert "\n" not in described
    assert not described.endswith(".")


@pytest.mark.parametrize(("action", "vr"), CASES)
def test_a_located_option_is_as_valid_and_tells_no_path_in_the_strategys_hash(
    action: Action, vr: str, tmp_path
) -> None:
    option = action.located(option_for(action, vr), tmp_path)
    action.bind(option, vr=vr)
    assert "/" not in action.provenance(option) or action.name == "replaceWithLiteral"


@pytest.mark.parametrize(("action", "vr"), CASES)
def test_a_senseless_option_is_refused(action: Action, vr: str) -> None:
    with pytest.raises(StrategyError):
        action.bind("\N{SNOWMAN} nonsense", vr=vr)


@pytest.mark.parametrize(("action", "vr"), REWRITTEN)
def test_the_result_is_legal_for_the_vr(action: Action, vr: str) -> None:
    new = carried_out(action, vr, sample_for(action, vr))
    if new is not None:
        assert_legal(vr, pad(new, vr))


@pytest.mark.parametrize(("action", "vr"), SEQUENCES)
def test_a_sequence_becomes_nothing_or_one_item_that_is_no_bodys(action: Action, vr: str) -> None:
    new = carried_out(action, vr, sample_for(action, vr))
    contents = item_contents(new or b"")
    assert len(contents) <= 1
    assert isinstance(action, DummySequence) or not any(contents)


@pytest.mark.parametrize(("action", "vr"), CASES)
def test_nothing_of_the_value_remains_unless_it_is_kept(action: Action, vr: str) -> None:
    source = sample_for(action, vr)
    new = carried_out(action, vr, source)
    if action.code == "K":
        assert new == source
    elif new is not None:
        held = [part.strip(b"\0 ") for part in source.split(b"\\")] if vr not in WIDTHS else [source]
        assert CANARY not in new
        assert not [part for part in held if part in new]


@pytest.mark.parametrize(("action", "vr"), CASES)
def test_the_code_tells_the_kind_of_result(action: Action, vr: str) -> None:
    new = carried_out(action, vr, sample_for(action, vr))
    if action.code == "X":
        assert new is None
    elif action.code == "Z":
        assert new == b""
    elif action.name not in {"cleanTag", "cleanCode"}:  # they empty what they cannot clean
        assert new  # D, U, C and K give a value for a value


@pytest.mark.parametrize(("action", "vr"), CASES)
def test_the_result_is_the_same_every_time(action: Action, vr: str) -> None:
    assert carried_out(action, vr, sample_for(action, vr)) == carried_out(action, vr, sample_for(action, vr))


@pytest.mark.parametrize(("action", "vr"), CASES)
def test_an_empty_value_is_never_filled_but_by_the_patient_id_and_a_table(action: Action, vr: str) -> None:
    if action.name == "replaceWithMapping":
        return
    new = carried_out(action, vr, b"")
    assert (new or b"") == (pseudonyms().patient_id().encode() if action.name == "patientHashId" else b"")


@pytest.mark.parametrize("encodings", CHARACTER_SETS, ids=lambda encodings: encodings[0])
@pytest.mark.parametrize(("action", "vr"), CASES)
def test_broken_values_never_raise_nor_break_the_vr(action: Action, vr: str, encodings: tuple[str, ...]) -> None:
    for raw in BROKEN:
        new = carried_out(action, vr, raw, encodings=encodings)
        if new is not None and action.code != "K" and vr != "SQ":
            assert_legal(vr, pad(new, vr), encodings)
