"""Strategy files: composition, and telling the author where the mistake is."""

from __future__ import annotations

from pathlib import Path

import pytest

from deid_pipeline.errors import StrategyError
from deid_pipeline.strategy import CompiledStrategy, load, names
from deid_pipeline.strategy.pixel_rules import PixelRules

HEAD = "Tags,VR,Name,Status,Action,Option\n"


def write(folder: Path, text: str, name: str = "mine.yaml") -> str:
    (folder / name).write_text(text, encoding="utf-8")
    return str(folder / name)


def loaded(folder: Path, text: str) -> CompiledStrategy:
    return load(write(folder, text))


def refused(name: str) -> StrategyError:
    with pytest.raises(StrategyError) as caught:
        load(name)
    return caught.value


def action_of(strategy: CompiledStrategy, tag: int, vr: str) -> str:
    return strategy.rule(tag, vr).action


def test_basic_is_shipped_and_every_shipped_strategy_loads() -> None:
    assert "basic" in names()
    assert list(names()) == sorted(names())
    for name in names():
        strategy = load(name)
        assert strategy.name == name
        assert strategy.description
        assert strategy.private == "delete"


@pytest.mark.parametrize("name", ["", "Basic", "basik", "../basic", "tables/../basic", "basic.yml", "/nowhere/x.csv"])
def test_an_unknown_strategy_is_refused(name: str) -> None:
    assert refused(name)


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("profile: basic\nunlistet: keep\n", 2, "unknown key 'unlistet'"),
        ("profile: basic\nprofile: basic\n", 2, "stands twice"),
        ("profile: advanced\n", 1, "is none of basic"),
        ("profile: basic\n\nunlisted: keeep\n", 3, "is none of delete, keep"),
        ("private: hold\n", 1, "is none of delete, keep"),
        ("pixels: [redact_all_text]\n", 1, "one word"),
        ("description: a\npixels: keep\n", 2, "neither redact_all_text nor a mapping"),
        ("pixels:\n  tex: redact_all\n", 2, "unknown key 'tex' of pixels"),
        ("pixels:\n  text: redact_all\n  text: redact_all\n", 3, "stands twice"),
        ("pixels:\n  text: keep\n", 2, "none of redact_all"),
        ("pixels:\n  text: [redact_all]\n", 2, "none of redact_all"),
        ("description:\n  a: b\n", 2, "one word"),
        ("profile: basic\noptions: retain_uids\n", 2, "list of names"),
        ("profile: basic\noptions:\n  - retain_uids\n  - retain_everything\n", 4, "unknown option 'retain_everything'"),
        ("profile: basic\noptions: [clean_everything]\n", 2, "unknown option"),
        ("profile: basic\noptions: [retain_uids, retain_uids]\n", 2, "stands twice"),
        ("rules:\n  - mine.csv\n", 2, "no rule file"),
        ("rules:\n  - [a]\n", 2, "list of names"),
        ("description: x\nextends: nobody\n", 2, "unknown strategy 'nobody'"),
        ("description: [unclosed\n", 2, "not valid YAML"),
        ("- a list\n", 1, "mapping"),
        ("just text\n", 1, "mapping"),
        ("", 1, "mapping"),
        ("? [a, b]\n: c\n", 1, "unknown key"),
        (
            "profile: basic\noptions: [retain_longitudinal_full_dates, retain_longitudinal_modified_dates]\n",
            2,
            "contradict",
        ),
    ],
)
def test_a_mistake_is_told_with_file_and_line(tmp_path: Path, text: str, line: int, told: str) -> None:
    error = refused(write(tmp_path, text))
    assert str(error).startswith(f"mine.yaml:{line}: ")
    assert told in str(error)
    assert error.line == line


@pytest.mark.parametrize("content", [b"description: \x07\n", b"description: \xff\n", b"\x00", b"a: !!python/none x\n"])
def test_a_file_that_is_no_yaml_text_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes(content)
    assert str(refused(str(path))).startswith("mine.yaml")


def test_a_yaml_tag_constructs_nothing(tmp_path: Path) -> None:
    strategy = loaded(tmp_path, "description: !!python/name:os.getcwd here\n")
    assert strategy.description == "here"
    assert "one word" in str(refused(write(tmp_path, "description: !!python/object/apply:os.getcwd []\n")))


def test_options_without_a_profile_are_refused(tmp_path: Path) -> None:
    assert str(refused(write(tmp_path, "options: [retain_uids]\n"))) == (
        "mine.yaml: options change a profile, and there is none"
    )


def test_an_unreadable_file_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "rules: [rows.csv]\n")
    (tmp_path / "rows.csv").symlink_to("/proc/self/mem")  # a file that exists and cannot be read
    assert refused(str(tmp_path / "mine.yaml"))


def test_a_mistake_in_a_rule_file_is_told_with_that_file_and_line(tmp_path: Path) -> None:
    write(tmp_path, HEAD + "00080050,SH,,,obliterate,\n", "rows.csv")
    assert str(refused(write(tmp_path, "rules: [rows.csv]\n"))).startswith("rows.csv:2: unknown action")


def test_a_csv_alone_overrules_basic(tmp_path: Path) -> None:
    write(tmp_path, HEAD + "00080050,SH,,,remove,\n00081030,LO,,,keep,\n", "rows.csv")
    strategy, basic = load(str(tmp_path / "rows.csv")), load("basic")
    assert action_of(basic, 0x00080050, "SH") == "hashId"
    assert action_of(basic, 0x00081030, "LO") == "delete"
    assert action_of(strategy, 0x00080050, "SH") == "remove"
    assert action_of(strategy, 0x00081030, "LO") == "keep"
    assert action_of(strategy, 0x00100010, "PN") == action_of(basic, 0x00100010, "PN")
    assert strategy.codes == basic.codes


def test_extending_keeps_what_is_not_overruled(tmp_path: Path) -> None:
    write(tmp_path, HEAD + "00080050,SH,,,remove,\n", "rows.csv")
    strategy, basic = loaded(tmp_path, "extends: basic\nunlisted: keep\nrules: [rows.csv]\n"), load("basic")
    assert (basic.unlisted, strategy.unlisted) == ("delete", "keep")
    assert action_of(strategy, 0x00080050, "SH") == "remove"
    assert action_of(strategy, 0x00100020, "LO") == "patientHashId"
    assert strategy.description == basic.description


def test_a_strategy_may_extend_a_neighbour_by_name_or_file(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    write(tmp_path, "extends: basic\nunlisted: keep\n", "base.yaml")
    write(tmp_path, "extends: basic\nunlisted: keep\n", "inner/other.yaml")
    assert loaded(tmp_path, "extends: base\n").unlisted == "keep"
    assert loaded(tmp_path, "extends: base.yaml\n").unlisted == "keep"
    assert loaded(tmp_path, "extends: inner/other.yaml\n").unlisted == "keep"


def test_the_last_of_a_chain_wins(tmp_path: Path) -> None:
    write(tmp_path, HEAD + "00080050,SH,,,remove,\n", "first.csv")
    write(tmp_path, HEAD + "00080050,SH,,,delete,\n", "second.csv")
    write(tmp_path, "extends: basic\nrules: [first.csv]\n", "base.yaml")
    assert action_of(loaded(tmp_path, "extends: base\n"), 0x00080050, "SH") == "remove"
    assert action_of(loaded(tmp_path, "extends: base\nrules: [second.csv]\n"), 0x00080050, "SH") == "delete"
    assert action_of(loaded(tmp_path, "rules: [second.csv, first.csv]\n"), 0x00080050, "SH") == "remove"


def test_a_circle_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "extends: mine\n", "other.yaml")
    assert "circle" in str(refused(write(tmp_path, "extends: other\n")))


def test_options_of_an_extending_strategy_replace_those_of_the_base(tmp_path: Path) -> None:
    write(tmp_path, "extends: basic\noptions: [retain_uids]\n", "base.yaml")
    assert loaded(tmp_path, "extends: base\n").options == ("retain_uids",)
    assert loaded(tmp_path, "extends: base\noptions: [retain_device_identity]\n").options == ("retain_device_identity",)


@pytest.mark.parametrize(
    ("options", "temporal", "codes"),
    [
        ("", "REMOVED", ["113100"]),
        ("retain_uids", "REMOVED", ["113100", "113110"]),
        ("retain_longitudinal_full_dates", "UNMODIFIED", ["113100", "113106"]),
        ("retain_longitudinal_modified_dates", "MODIFIED", ["113100", "113107"]),
        ("retain_device_identity, retain_patient_characteristics", "REMOVED", ["113100", "113109", "113108"]),
        ("retain_institution_identity", "REMOVED", ["113100", "113112"]),
    ],
)
def test_markers_name_what_was_applied(tmp_path: Path, options: str, temporal: str, codes: list[str]) -> None:
    strategy = loaded(tmp_path, f"profile: basic\noptions: [{options}]\n")
    assert strategy.temporal_information == temporal
    assert [code for code, _ in strategy.codes] == codes


def test_without_a_profile_no_profile_is_claimed(tmp_path: Path) -> None:
    assert loaded(tmp_path, "unlisted: delete\n").codes == ()


def test_without_any_rule_the_defaults_are_the_safe_ones(tmp_path: Path) -> None:
    strategy = loaded(tmp_path, "description: nothing\n")
    assert (strategy.unlisted, strategy.private, strategy.pixels) == ("delete", "delete", PixelRules())


def test_pixels_may_be_one_word_or_a_mapping(tmp_path: Path) -> None:
    assert loaded(tmp_path, "pixels: redact_all_text\n").pixels == PixelRules(text="redact_all")
    assert loaded(tmp_path, "pixels:\n  text: redact_all\n").pixels == PixelRules(text="redact_all")
    assert "text redact_all" in loaded(tmp_path, "pixels: redact_all_text\n").describe()
