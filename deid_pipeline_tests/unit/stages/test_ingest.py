"""Ingest judges the files of a study: duplicates, later drops, files that went away."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from deid_pipeline.stages import Project, ingest_study, open_project, survey
from deid_pipeline.store import read_shard
from deid_pipeline_tests.instances import save, small_ct
from deid_pipeline_tests.projects import outputs, project_in, run_stages


def ingested(project: Project) -> dict[str, tuple[str, str]]:
    (key,) = survey(project).partitions
    ingest_study(project, key)
    rows = read_shard(project.settings.vault, "source_files", key)
    return {Path(row.source_path).name: (row.status, row.reason) for row in rows}


def test_copies_and_rivals_of_an_instance_are_duplicates_with_their_own_reasons(tmp_path: Path) -> None:
    project = project_in(tmp_path)
    first = save(small_ct(), project.settings.landing / "a")
    shutil.copyfile(first, project.settings.landing / "b")
    rival = small_ct()
    rival.StudyDate = "20190413"
    save(rival, project.settings.landing / "c")
    assert ingested(project) == {
        "a": ("new", ""),
        "b": ("duplicate", "the same bytes as another file"),
        "c": ("duplicate", "the SOP Instance UID of another file, with other bytes"),
    }


def test_the_first_file_stays_the_one_that_counts_when_an_earlier_name_arrives_later(tmp_path: Path) -> None:
    project = project_in(tmp_path)
    first = save(small_ct(), project.settings.landing / "m")
    assert ingested(project)["m"][0] == "new"
    shutil.copyfile(first, project.settings.landing / "a")
    found = ingested(project)
    assert (found["m"][0], found["a"][0]) == ("new", "duplicate")


def test_a_second_drop_joins_the_study_and_only_its_file_is_new_work(tmp_path: Path) -> None:
    project = project_in(tmp_path)
    save(small_ct(instance="1"), project.settings.landing / "one")
    keys = run_stages(project)
    before = outputs(project, keys)["one"]
    written = Path(before.output_path).stat().st_mtime_ns
    save(small_ct(instance="2"), project.settings.landing / "two")
    assert run_stages(project) == keys
    after = outputs(project, keys)
    assert after["one"] == before
    assert after["two"].status == "released"
    assert Path(before.output_path).stat().st_mtime_ns == written
    assert Path(after["one"].output_path).parent == Path(after["two"].output_path).parent


def test_a_file_that_left_the_landing_zone_stays_released(tmp_path: Path) -> None:
    project = project_in(tmp_path)
    first = save(small_ct(instance="1"), project.settings.landing / "one")
    keys = run_stages(project)
    first.unlink()
    save(small_ct(instance="2"), project.settings.landing / "two")
    run_stages(project)
    rows = outputs(project, keys)
    assert {name: row.status for name, row in rows.items()} == {"one": "released", "two": "released"}
    assert Path(rows["one"].output_path).is_file()


def test_an_instance_without_series_is_quarantined_and_the_others_go_on(tmp_path: Path) -> None:
    project = project_in(tmp_path)
    broken = small_ct(instance="2")
    del broken.SeriesInstanceUID
    save(small_ct(instance="1"), project.settings.landing / "good")
    save(broken, project.settings.landing / "bad")
    rows = outputs(project, run_stages(project))
    assert rows["good"].status == "released"
    assert (rows["bad"].status, rows["bad"].reason) == ("quarantined", "the instance has no Series Instance UID")


def test_two_landing_zones_in_turn_lose_nothing(tmp_path: Path) -> None:
    first = project_in(tmp_path)
    save(small_ct(instance="1"), first.settings.landing / "one")
    (tmp_path / "other").mkdir()
    second = open_project(replace(first.settings, landing=tmp_path / "other"))
    shutil.copyfile(first.settings.landing / "one", second.settings.landing / "copy")
    save(small_ct(instance="2"), second.settings.landing / "two")
    for project in (first, second, first, second, first):
        run_stages(project)
        files = list(first.settings.release.rglob("*.dcm"))
    assert len(files) == 2
