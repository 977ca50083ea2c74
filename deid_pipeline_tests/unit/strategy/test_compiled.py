"""One rule for each element: precedence, defaults, hashes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from deid_pipeline.actions import Effect, ElementValue, action_named
from deid_pipeline.strategy import CompiledStrategy, load
from deid_pipeline.strategy.pixel_rules import PixelRules
from deid_pipeline.strategy.rows import RuleRow
from deid_pipeline_tests.data_sets import pseudonyms


def row(pattern: str, name: str, *, vr: str = "LO", option: str = "", origin: str = "test:1") -> RuleRow:
    action = action_named(name)
    assert action is not None
    return RuleRow(pattern, vr, action, option, origin)


def strategy(*rows: RuleRow, unlisted: str = "delete", **changes: object) -> CompiledStrategy:
    parts = {
        "name": "test", "description": "", "options": (), "codes": (("113100", "Basic"),),
        "temporal_information": "REMOVED", "rows": rows, "unlisted": unlisted, "private": "delete",
        "pixels": PixelRules(),
    }  # fmt: skip
    return CompiledStrategy(**(parts | changes))  # type: ignore[arg-type]


def test_a_tag_beats_its_repeating_group_whatever_the_order() -> None:
    for rows in (
        (row("60xx4000", "delete"), row("60024000", "keep")),
        (row("60024000", "keep"), row("60xx4000", "delete")),
    ):
        assert strategy(*rows).rule(0x60024000, "LT").action == "keep"
        assert strategy(*rows).rule(0x60044000, "LT").action == "delete"


def test_the_more_specific_pattern_wins_whatever_the_order() -> None:
    for rows in (
        (row("60xx4000", "keep"), row("60xxxxxx", "delete")),
        (row("60xxxxxx", "delete"), row("60xx4000", "keep")),
    ):
        assert strategy(*rows).rule(0x60024000, "LT").action == "keep"
        assert strategy(*rows).rule(0x60023000, "OW").action == "delete"


@pytest.mark.parametrize("pattern", ["00080050", "60xx4000"])
def test_of_two_rows_for_the_same_the_later_wins(pattern: str) -> None:
    tag = int(pattern.replace("x", "0"), 16)
    assert strategy(row(pattern, "delete"), row(pattern, "keep")).rule(tag, "LO").action == "keep"
    assert strategy(row(pattern, "keep"), row(pattern, "delete")).rule(tag, "LO").action == "delete"


@pytest.mark.parametrize("unlisted", ["delete", "keep"])
def test_an_element_that_nobody_knows_follows_the_choice_for_unlisted_ones(unlisted: str) -> None:
    compiled = strategy(unlisted=unlisted)
    for tag in (0x00089999, 0x00000002, 0x00041511, 0x7777_0001 & ~0x10000):
        assert compiled.rule(tag, "LO").action == unlisted
    assert compiled.rule(0x00280010, "US").action == "keep"  # PS3.6 has it


@pytest.mark.parametrize("unlisted", ["delete", "keep"])
@pytest.mark.parametrize("tag", [0x00090010, 0x00091001, 0x00111001, 0xFFFF0001, 0x50011001, 0x60011001])
def test_private_elements_go_and_no_row_brings_them_back(unlisted: str, tag: int) -> None:
    rows = (row(f"{tag:08x}", "keep"), row("xxxxxxxx", "keep"))
    assert strategy(*rows, unlisted=unlisted).rule(tag, "LO").effect is Effect.DELETE


@pytest.mark.parametrize(
    ("tag", "vr"), [(0x60000022, "LO"), (0x60001500, "LO"), (0x60003000, "OW"), (0x50003000, "OW"), (0x50000040, "SH")]
)
def test_basic_keeps_no_text_of_overlays_and_curves(tag: int, vr: str) -> None:
    assert load("basic").rule(tag, vr).effect is not Effect.KEEP


@pytest.mark.parametrize("tag", [0xFFFCFFFC, 0x00080110 & 0, 0x04000561, 0x04000550, 0x00880200])
def test_basic_deletes_padding_original_attributes_and_icons(tag: int) -> None:
    assert load("basic").rule(tag, "SQ").effect is Effect.DELETE


def test_a_rule_on_a_vr_that_its_action_cannot_take_deletes() -> None:
    compiled = strategy(row("00080050", "hashId", vr="SH"), row("00080020", "shiftDateByRandomNbOfDays", vr="DA"))
    for tag, vr in ((0x00080050, "OB"), (0x00080050, "SQ"), (0x00080020, "LO"), (0x00080020, "UN")):
        assert compiled.rule(tag, vr).effect is Effect.DELETE


def test_a_literal_that_is_illegal_for_the_vr_that_came_deletes() -> None:
    compiled = strategy(row("00080080", "replaceWithLiteral", option="A hospital of some length"))
    assert compiled.rule(0x00080080, "LO").effect is Effect.REWRITE
    for vr in ("SH", "DA", "UI"):
        assert compiled.rule(0x00080080, vr).effect is Effect.DELETE


def test_a_rewriting_rule_carries_its_action_option_and_origin() -> None:
    rule = strategy(row("00080080", "replaceWithLiteral", option="X", origin="mine.csv:7")).rule(0x00080080, "LO")
    assert (rule.effect, rule.action, rule.origin) == (Effect.REWRITE, "replaceWithLiteral", "mine.csv:7")
    assert rule.rewrite(ElementValue(0x00080080, "LO", b"Y ", ("ascii",), pseudonyms())) == b"X"


def test_the_same_question_gets_the_same_rule() -> None:
    compiled = load("basic")
    assert compiled.rule(0x00100010, "PN") is compiled.rule(0x00100010, "PN")


@pytest.mark.parametrize(
    "other",
    [
        lambda: strategy(row("00080050", "remove")),
        lambda: strategy(row("00080051", "delete")),
        lambda: strategy(row("00080050", "replaceWithLiteral", option="A")),
        lambda: strategy(row("00080050", "delete"), row("00080051", "delete")),
        lambda: strategy(row("00080050", "delete"), unlisted="keep"),
        lambda: strategy(row("00080050", "delete"), codes=()),
        lambda: strategy(row("00080050", "delete"), temporal_information="MODIFIED"),
        lambda: strategy(row("00080050", "delete"), pixels=PixelRules(text="nothing")),
        lambda: strategy(row("00080050", "delete"), private="keep"),
    ],
)
def test_the_hash_changes_with_whatever_decides_a_result(other: Callable[[], CompiledStrategy]) -> None:
    assert other().hash != strategy(row("00080050", "delete")).hash


def test_the_hash_does_not_change_with_words() -> None:
    plain = strategy(row("00080050", "delete"))
    assert strategy(row("00080050", "delete", origin="elsewhere:99"), name="x", description="y").hash == plain.hash
    assert len(bytes.fromhex(plain.hash)) == 32


def test_the_hash_of_a_file_changes_with_a_row_and_not_with_a_comment(tmp_path: Path) -> None:
    csv, yaml = tmp_path / "rows.csv", tmp_path / "mine.yaml"
    hashes = []
    for name, action, comment in (("A", "delete", ""), ("B", "delete", "# why\n"), ("B", "remove", "")):
        csv.write_text(f"Tags,VR,Name,Status,Action,Option\n00080050,SH,{name},,{action},\n")
        yaml.write_text(comment + "extends: basic\nrules: [rows.csv]\n")
        hashes.append(load(str(yaml)).hash)
    assert hashes[0] == hashes[1] != hashes[2]
    assert load("basic").hash == load("basic").hash not in hashes


def test_the_description_shows_every_effective_row_once() -> None:
    text = strategy(row("00080050", "delete"), row("00080050", "remove", origin="mine.csv:7")).describe()
    assert "(0008,0050) LO remove  [mine.csv:7]" in text
    assert "delete  [" not in text
    assert strategy().hash in strategy().describe()


def test_retired_repeating_groups_are_listed_by_no_one() -> None:
    for tag in (0x7F100020, 0x00203102, 0x10100020, 0x00280412):  # within a pattern of PS3.6, and nobody's element
        assert load("basic").rule(tag, "LO").action == "delete"
