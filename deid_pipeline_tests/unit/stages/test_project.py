"""Opening a project: what cannot work is refused before anything is written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from deid_pipeline.errors import SettingsError, StrategyError
from deid_pipeline.stages import open_project, survey
from deid_pipeline_tests.projects import settings_in


def test_opening_a_project_writes_nothing(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    open_project(settings)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"landing": Path("nowhere")}, "landing zone is not there"),
        ({"release": Path("landing/inside")}, "release zone must not lie inside the landing zone"),
        ({"vault": Path("release/vault")}, "vault must not lie inside the release zone"),
        ({"vault": Path("release")}, "must not lie inside"),
        ({"release": Path("key.hex/release")}, "release zone cannot be written"),
        ({"key_file": Path("release/key.hex")}, "key file must not lie inside the release zone"),
    ],
)
def test_zones_that_cannot_work_are_refused(tmp_path: Path, change: dict[str, Path], message: str) -> None:
    settings = replace(settings_in(tmp_path), **{name: tmp_path / path for name, path in change.items()})
    with pytest.raises(SettingsError, match=message):
        open_project(settings)


def test_a_strategy_with_a_typo_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(StrategyError, match="unknown strategy 'basik'"):
        open_project(settings_in(tmp_path, strategy="basik"))


def test_the_stamp_changes_with_strategy_and_key_only(tmp_path: Path) -> None:
    rows = tmp_path / "mine.csv"
    rows.write_text('Tags,VR,Name,Status,Action,Option\n"(0018,0015)",CS,Body Part,,delete,\n')
    one, same = open_project(settings_in(tmp_path / "a")), open_project(settings_in(tmp_path / "a"))
    other_rules = open_project(replace(settings_in(tmp_path / "a"), strategy=str(rows)))
    other_key = open_project(settings_in(tmp_path / "b"))
    assert one.stamp == same.stamp
    assert len({one.stamp, other_rules.stamp, other_key.stamp}) == 3


def test_a_vault_takes_no_other_key_and_no_other_release_zone(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    survey(open_project(settings))
    other_key = settings_in(tmp_path / "other").key_file
    with pytest.raises(SettingsError, match="another key"):
        open_project(replace(settings, key_file=other_key))
    with pytest.raises(SettingsError, match="another release zone"):
        open_project(replace(settings, release=tmp_path / "release2"))
    assert open_project(settings).stamp
