"""The gate: what fails or crashes is held, what no longer passes is withdrawn, unfinished work is done again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from deid_pipeline.model import CheckResult
from deid_pipeline.stages import open_project, validation
from deid_pipeline.store import read_shard
from deid_pipeline_tests.instances import save, small_ct
from deid_pipeline_tests.projects import STAGES, outputs, project_in, run_stages


def failing(passed: bool | None) -> object:
    def run_checks(case: object) -> list[CheckResult]:  # noqa: ARG001 - the room's signature
        return [CheckResult("k", "", "text_removed", passed, "(0010,4000)")]

    return run_checks


@pytest.mark.parametrize("passed", [False, None])
def test_a_check_that_fails_or_crashes_holds_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, passed: bool | None
) -> None:
    project = project_in(tmp_path)
    save(small_ct(), project.settings.landing / "1")
    monkeypatch.setattr(validation, "run_checks", failing(passed))
    keys = run_stages(project)
    row = outputs(project, keys)["1"]
    assert (row.status, row.reason) == ("held", "failed checks: text_removed: (0010,4000)")
    assert not list(project.settings.release.rglob("*.dcm"))
    assert [result.passed for result in read_shard(project.settings.vault, "check_results", keys[0])] == [passed]


def test_a_file_that_no_longer_passes_is_withdrawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = project_in(tmp_path)
    save(small_ct(), project.settings.landing / "1")
    released = Path(outputs(project, run_stages(project))["1"].output_path)
    assert released.is_file()
    rows = tmp_path / "stricter.csv"
    rows.write_text('Tags,VR,Name,Status,Action,Option\n"(0018,0015)",CS,Body Part,,delete,\n')
    stricter = open_project(replace(project.settings, strategy=str(rows)))
    monkeypatch.setattr(validation, "run_checks", failing(False))
    assert outputs(stricter, run_stages(stricter))["1"].status == "held"
    assert not released.exists()


def test_a_changed_strategy_makes_the_release_anew(tmp_path: Path) -> None:
    project = project_in(tmp_path)
    save(small_ct(), project.settings.landing / "1")
    first = outputs(project, run_stages(project))["1"]
    rows = tmp_path / "other.csv"
    rows.write_text('Tags,VR,Name,Status,Action,Option\n"(0008,0060)",CS,Modality,,replaceWithLiteral,OT\n')
    other = open_project(replace(project.settings, strategy=str(rows)))
    second = outputs(other, run_stages(other))["1"]
    assert second.output_path == first.output_path
    assert second.output_sha256 != first.output_sha256


def test_work_cut_off_before_the_record_is_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = project_in(tmp_path)
    save(small_ct(), project.settings.landing / "1")

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("deid_pipeline.stages.publication.write_evidence", die)
    with pytest.raises(KeyboardInterrupt):
        run_stages(project)
    monkeypatch.undo()
    keys = run_stages(project)
    assert outputs(project, keys)["1"].status == "released"


def test_stages_can_be_repeated_one_by_one(tmp_path: Path) -> None:
    project = project_in(tmp_path)
    save(small_ct(), project.settings.landing / "1")
    keys = run_stages(project)
    first = outputs(project, keys)["1"]
    for stage in STAGES:
        stage(project, keys[0])
        stage(project, keys[0])
    assert outputs(project, keys)["1"] == first
    assert Path(first.output_path).is_file()
