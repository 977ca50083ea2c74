"""The survey tells files by content, groups them by study, and knows what is to be done."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from deid_pipeline.model import LandingFile
from deid_pipeline.stages import Project, survey
from deid_pipeline.store import read_shard
from deid_pipeline_tests.instances import save, small_ct
from deid_pipeline_tests.projects import outputs, project_in, run_stages


def index(project: Project) -> dict[str, LandingFile]:
    rows = read_shard(project.settings.vault, "landing_files", "landing")
    return {Path(row.source_path).name: row for row in rows}


def test_files_are_told_by_content_not_by_name(tmp_path: Path) -> None:
    project = project_in(tmp_path)
    landing = project.settings.landing
    save(small_ct(), landing / "a" / "picture.txt")
    (landing / "notes.dcm").write_text("not an image at all")
    (landing / "slide.svs").write_bytes(b"II*\0" + bytes(60))
    (landing / "empty.dcm").touch()
    (landing / "coming.dcm.part").write_bytes(b"x")
    (landing / "link.dcm").symlink_to(landing / "a" / "picture.txt")
    (landing / "circle").symlink_to(landing)
    (landing / "nowhere").symlink_to(landing / "gone")
    found = survey(project)
    assert list(found.files.values()) == [2]
    assert {name: (row.kind, row.status) for name, row in index(project).items()} == {
        "picture.txt": ("dicom", "new"),
        "notes.dcm": ("other", "ignored"),
        "slide.svs": ("slide", "quarantined"),
        "empty.dcm": ("other", "quarantined"),
        "coming.dcm.part": ("other", "ignored"),
        "link.dcm": ("dicom", "new"),
        "circle": ("other", "ignored"),
        "nowhere": ("other", "ignored"),
    }
    assert all(row.reason for row in index(project).values() if row.status != "new")


def test_a_study_key_is_a_pseudonym_and_the_same_in_any_folder(tmp_path: Path) -> None:
    project = project_in(tmp_path)
    save(small_ct(instance="1"), project.settings.landing / "monday" / "1")
    save(small_ct(instance="2"), project.settings.landing / "tuesday" / "2")
    (key,) = survey(project).partitions
    assert key.startswith("st-")
    assert len(key) == 19
    assert survey(project).files[key] == 2


def test_known_files_are_not_opened_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = project_in(tmp_path)
    save(small_ct(), project.settings.landing / "1")
    first = survey(project)

    def refuse(*_: object) -> str:
        raise AssertionError("opened")

    monkeypatch.setitem(survey.__globals__, "peek_study_uid", refuse)
    assert survey(project) == first


def test_a_study_is_pending_until_done_and_again_when_a_file_changes(tmp_path: Path) -> None:
    project = project_in(tmp_path)
    path = save(small_ct(), project.settings.landing / "1")
    keys = run_stages(project)
    assert survey(project).pending == ()
    os.utime(path, ns=(1, 1))
    assert survey(project).pending == keys
    run_stages(project)
    save(small_ct(instance="2"), project.settings.landing / "2")
    assert survey(project).pending == keys


def test_a_file_without_study_uid_belongs_to_no_study_and_says_why(tmp_path: Path) -> None:
    project = project_in(tmp_path)
    dataset = small_ct()
    del dataset.StudyInstanceUID
    save(dataset, project.settings.landing / "1")
    assert survey(project).partitions == {}
    assert "Study Instance UID" in index(project)["1"].reason


def test_a_truncated_file_still_finds_its_study_and_is_quarantined_there(tmp_path: Path) -> None:
    project = project_in(tmp_path)
    whole = save(small_ct(instance="1"), project.settings.landing / "whole")
    cut = project.settings.landing / "cut"
    save(small_ct(instance="2"), cut)
    cut.write_bytes(cut.read_bytes()[:-500])
    keys = run_stages(project)
    rows = outputs(project, keys)
    assert len(keys) == 1
    assert rows[whole.name].status == "released"
    assert rows["cut"].status == "quarantined"
    assert "end inside" in rows["cut"].reason


def test_a_folder_that_cannot_be_read_is_told_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = project_in(tmp_path)
    save(small_ct(), project.settings.landing / "good" / "1")
    (project.settings.landing / "secret").mkdir()
    scan = os.scandir

    def refuse(folder: Path) -> object:
        if Path(folder).name == "secret":
            raise PermissionError(13, "Permission denied")
        return scan(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    assert list(survey(project).files.values()) == [1]
    assert (index(project)["secret"].status, index(project)["secret"].reason) == (
        "quarantined",
        "the folder cannot be read",
    )


def test_a_study_whose_released_files_are_gone_is_made_again(tmp_path: Path) -> None:
    project = project_in(tmp_path)
    save(small_ct(), project.settings.landing / "1")
    keys = run_stages(project)
    released = Path(outputs(project, keys)["1"].output_path)
    released.unlink()
    assert survey(project, look_at_release=False).pending == ()
    assert run_stages(project) == keys
    assert released.is_file()
