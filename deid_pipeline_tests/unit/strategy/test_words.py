"""What a strategy says of itself: explanations and findings."""

from __future__ import annotations

from pathlib import Path

import pytest

from deid_pipeline.errors import StrategyError
from deid_pipeline.strategy import explain, lint, load, names


def rows(folder: Path, *lines: str) -> str:
    path = folder / "mine.csv"
    path.write_text("Tags,VR,Name,Status,Action,Option\n" + "\n".join(lines) + "\n")
    return str(path)


def test_an_explanation_names_action_reason_and_what_was_overruled(tmp_path: Path) -> None:
    mine = load(rows(tmp_path, '"(0008,103e)",LO,,,replaceWithLiteral,SERIES'))
    told = explain(mine, "SeriesDescription")
    assert "replaceWithLiteral" in told.splitlines()[0]
    assert "mine.csv:2" in told
    assert "overruled: delete" in told
    assert explain(mine, "(0008,103e)") == told


def test_an_explanation_follows_the_class_of_the_instance() -> None:
    basic = load("basic")
    needed = explain(basic, "InstitutionName", sop_class_uid="one", type_of=lambda _: "1")
    free = explain(basic, "InstitutionName", sop_class_uid="other", type_of=lambda _: "3")
    assert "replaceWithDummy" in needed.splitlines()[0]
    assert "delete" in free.splitlines()[0]


@pytest.mark.parametrize("tag", ["NoSuchKeyword", "(60xx,4000)", "keyword:*", ""])
def test_what_is_not_one_element_cannot_be_explained(tag: str) -> None:
    with pytest.raises(StrategyError):
        explain(load("basic"), tag)


@pytest.mark.parametrize("name", names())
def test_shipped_strategies_have_no_findings(name: str) -> None:
    assert lint(load(name)) == []


@pytest.mark.parametrize(
    ("lines", "finding"),
    [
        (('"(0010,4000)",LT,,,keep,', '"(0010,4000)",LT,,,delete,'), "stands in line 2 already"),
        (('"(0008,9998)",LO,,,delete,',), "not in PS3.6"),
        (('"(0008,103e)",SH,,,delete,',), "has VR LO in PS3.6, not SH"),
        (('"(0020,000d)",UI,,,delete,',), "without Study Instance UID no instance can be released"),
    ],
)
def test_what_is_probably_not_meant_is_found(tmp_path: Path, lines: tuple[str, ...], finding: str) -> None:
    assert any(finding in line for line in lint(load(rows(tmp_path, *lines))))


def test_elements_that_stay_without_a_rule_are_found(tmp_path: Path) -> None:
    path = tmp_path / "open.yaml"
    path.write_text("extends: basic\nunlisted: keep\n")
    assert lint(load(str(path))) == ["open: elements that no rule names stay"]
