"""Selectors: what the column Tags may hold, and which of several rows wins."""

from __future__ import annotations

from pathlib import Path

import pytest

from deid_pipeline.actions import Effect, Rule
from deid_pipeline.errors import StrategyError
from deid_pipeline.strategy import CompiledStrategy, load
from deid_pipeline.strategy.explaining import explain
from deid_pipeline.strategy.selectors import Specificity, as_written, canonical, specificity


@pytest.mark.parametrize(
    ("tags", "vr", "expected", "kind"),
    [
        ("(0010,0010)", "PN", "00100010", Specificity.TAG),
        ("0010,0010", "", "00100010", Specificity.TAG),
        ("(60XX,4000)", "", "60xx4000", Specificity.REPEATING),
        ('(0019,"Siemens MR Header",0C)', "", '0019"SIEMENS MR HEADER"0c', Specificity.TAG),
        ('(0019,"HOLOGIC, Inc.",0C)', "", '0019"HOLOGIC, INC."0c', Specificity.TAG),
        ("(0040,0275)[0].(0032,1060)", "", "00400275.00321060", Specificity.PATH),
        ("(0040,0275)[*].(0032,1060)", "", "00400275.00321060", Specificity.PATH),
        ("keyword:*Comments", "", "keyword:*Comments", Specificity.KEYWORD),
        ("001", "GROUP", "group:001", Specificity.GROUP),
        ("*", "PN", "vr:PN", Specificity.VR),
    ],
)
def test_each_form_has_one_canonical_text(tags: str, vr: str, expected: str, kind: Specificity) -> None:
    assert canonical(tags, vr) == expected
    assert specificity(expected) is kind
    if ":" not in expected:
        assert canonical(as_written(expected), vr) == expected


@pytest.mark.parametrize(("tags", "vr"), [("", ""), ("*", ""), ("00100", ""), ("0010", "GROUP"), ("keyword:", "")])
def test_other_forms_are_refused(tags: str, vr: str) -> None:
    with pytest.raises(StrategyError):
        canonical(tags, vr)


def strategy(folder: Path, *rows: str) -> CompiledStrategy:
    (folder / "rows.csv").write_text("Tags,VR,Name,Status,Action,Option\n" + "\n".join(rows) + "\n")
    (folder / "mine.yaml").write_text("rules: [rows.csv]\n")
    return load(str(folder / "mine.yaml"))


def action(rule: Rule) -> str:
    return rule.action


def test_the_narrower_selector_wins_whatever_the_order(tmp_path: Path) -> None:
    narrow_first = (
        "(0040;0275).(0032;1060),LO,,,keep,".replace(";", ","),
        '"(0032,1060)",LO,,,remove,',
        "keyword:RequestedProcedureD*,,,,replaceWithDummy,",
        "003,GROUP,,,delete,",
        "*,LO,,,cleanTag,mask",
    )
    rows = ('"(0040,0275).(0032,1060)",LO,,,keep,', *narrow_first[1:])
    for order in (rows, rows[::-1]):
        rules = strategy(tmp_path, *order)
        assert action(rules.rule(0x00321060, "LO", "", (0x00400275,))) == "keep"
        assert action(rules.rule(0x00321060, "LO", "", (0x00081140,))) == "remove"
        assert action(rules.rule(0x00321060, "LO")) == "remove"
        assert action(rules.rule(0x00321070, "LO")) == "delete"
        assert action(rules.rule(0x00081090, "LO")) == "cleanTag"
    without_tag = strategy(tmp_path, *rows[2:])
    assert action(without_tag.rule(0x00321060, "LO")) == "replaceWithDummy"


def test_a_private_row_holds_for_its_creator_only_and_gives_un_its_vr(tmp_path: Path) -> None:
    rules = strategy(tmp_path, '"(0019,""ACME 1.0"",0c)",IS,,,keep,')
    kept = rules.rule(0x0019100C, "UN", "Acme 1.0")
    assert (kept.effect, kept.vr) == (Effect.KEEP, "IS")
    assert rules.rule(0x0019110C, "IS", "ACME 1.0").effect is Effect.KEEP
    assert rules.rule(0x0019100C, "IS", "OTHER").effect is Effect.DELETE
    assert rules.rule(0x0019100C, "IS").effect is Effect.DELETE


def test_a_compound_code_follows_the_type_of_the_attribute() -> None:
    basic = load("basic")
    types = {0x00080080: "1", 0x00081010: "2"}
    rules = basic.rules_for("some class", types.get)
    assert action(rules.rule(0x00080080, "LO")) == "replaceWithDummy"  # X/Z/D
    assert action(rules.rule(0x00081010, "SH")) in {"remove", "replaceWithDummy"}  # X/Z/D, Type 2
    assert action(rules.rule(0x00080012, "DA")) == "delete"  # X/D, not in the IOD
    assert action(basic.rule(0x00080012, "DA")) == "replaceWithDummy"  # IOD not known


def test_safe_private_elements_stay_under_their_option(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("extends: basic\noptions: [retain_safe_private]\n")
    rules = load(str(tmp_path / "mine.yaml"))
    assert rules.rule(0x70531000, "DS", "Philips PET Private Group").effect is Effect.KEEP
    assert rules.rule(0x70531001, "DS", "Philips PET Private Group").effect is Effect.DELETE
    assert ("113111", "Retain Safe Private Option") in rules.codes


def test_visual_nlps_own_spellings_are_read(tmp_path: Path) -> None:
    (tmp_path / "theirs.csv").write_text(
        'Tags,VR,Name,Status,Action,Options\n"(0010, 0010)",PN,Name,,replaceWithLiteral,A^B\n"(60,)",GROUP,,,delete,\n'
    )
    rules = load(str(tmp_path / "theirs.csv"))
    assert action(rules.rule(0x00100010, "PN")) == "replaceWithLiteral"
    assert canonical("(60,)", "GROUP") == "group:60"


def yaml(folder: Path, text: str) -> CompiledStrategy:
    (folder / "switched.yaml").write_text(text)
    return load(str(folder / "switched.yaml"))


def test_visual_nlps_switches(tmp_path: Path) -> None:
    kept = yaml(tmp_path, "extends: midi_b\n")
    removed = yaml(tmp_path, "extends: midi_b\nremove_private_tags: true\nregenerate_series_number: true\n")
    tag, creator = 0x0019100C, "SIEMENS MR HEADER"
    assert kept.rule(tag, "IS", creator).effect is Effect.KEEP
    assert removed.rule(tag, "IS", creator).effect is Effect.DELETE
    assert action(kept.rule(0x00200011, "IS")) == "keep"
    assert action(removed.rule(0x00200011, "IS")) == "regenerateSeriesNumber"
    strict = yaml(tmp_path, "extends: basic\nignore_vr: false\n")
    assert action(strict.rule(0x00100010, "PN")) == "replaceWithRandomName"
    assert strict.rule(0x00100010, "LO").effect is Effect.DELETE
    assert len({kept.hash, removed.hash, strict.hash, load("basic").hash}) == 4


def test_a_retired_row_without_action_deletes(tmp_path: Path) -> None:
    rules = strategy(tmp_path, '"(0008,0001)",UL,,Retired,,', '"(0008,0005)",CS,,,keep,')
    assert rules.rule(0x00080001, "UL").effect is Effect.DELETE


def test_a_private_row_with_a_vr_holds_where_it_is_written(tmp_path: Path) -> None:
    for rows in (
        ('"(2001,""ACME 1.0"",0b)",CS,,,delete,', '"(2001,""ACME 1.0"",0b,CS)",CS,,,keep,'),
        ('"(2001,""ACME 1.0"",0b,CS)",CS,,,keep,', '"(2001,""ACME 1.0"",0b)",CS,,,delete,'),
    ):
        rules = strategy(tmp_path, *rows)
        assert rules.rule(0x2001100B, "CS", "Acme 1.0").effect is Effect.KEEP
        assert rules.rule(0x2001100B, "UN", "ACME 1.0").effect is Effect.DELETE
        assert rules.rule(0x2001100B, "LO", "ACME 1.0").effect is Effect.DELETE
    assert as_written(canonical('(2001,"Acme 1.0",0b,cs)', "")) == '(2001,"ACME 1.0",0b,CS)'
    assert "keep" in explain(rules, '(2001,"ACME 1.0",0b,CS)').splitlines()[0]
    assert "delete" in explain(rules, '(2001,"ACME 1.0",0b)').splitlines()[0]
