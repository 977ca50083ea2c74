"""Failures of work on one file: what condemns the file, and what does not."""

from __future__ import annotations

import errno
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset

from deid_pipeline.errors import ResidualRiskError, SourceDataError
from deid_pipeline.model import Status
from deid_pipeline.stages import survey, validation
from deid_pipeline.stages.failures import status_and_reason
from deid_pipeline.stages.reconstruction import staging_folder
from deid_pipeline.store import read_shard
from deid_pipeline_tests.instances import save, small_ct
from deid_pipeline_tests.projects import STAGES, outputs, project_in, run_stages


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ResidualRiskError("risk"), Status.HELD),
        (SourceDataError("damaged"), Status.QUARANTINED),
        (PermissionError(errno.EACCES, "no", "/secret/path"), Status.QUARANTINED),
        (ValueError("Quillfeather"), Status.QUARANTINED),
    ],
)
def test_a_file_is_condemned_without_its_values(error: Exception, status: Status) -> None:
    found, reason = status_and_reason(error, "reading")
    assert found is status
    assert "Quillfeather" not in reason
    assert "secret" not in reason


def test_a_full_disk_condemns_no_file() -> None:
    with pytest.raises(OSError, match="full"):
        status_and_reason(OSError(errno.ENOSPC, "full"), "writing")


def test_a_check_that_raises_a_risk_holds_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def risky(*_: object) -> None:
        raise ResidualRiskError("a risk")

    project = project_in(tmp_path)
    save(small_ct(), project.settings.landing / "1")
    monkeypatch.setattr(validation, "run_checks", risky)
    assert outputs(project, run_stages(project))["1"].reason == "a risk"


def test_pixels_inside_a_kept_sequence_go(tmp_path: Path) -> None:
    item = Dataset()
    item.ReferencedSOPInstanceUID = "1.2.3"
    item.add_new(0x7FE00010, "OW", bytes(64))
    dataset = small_ct()
    dataset.ReferencedImageSequence = [item]
    project = project_in(tmp_path)
    save(dataset, project.settings.landing / "1")
    row = outputs(project, run_stages(project))["1"]
    assert row.status == "released"
    (inside,) = pydicom.dcmread(row.output_path).ReferencedImageSequence
    assert "PixelData" not in inside


def test_an_instance_with_pixel_data_twice_is_held(tmp_path: Path) -> None:
    dataset = small_ct()
    dataset.add_new(0x7FE00008, "OF", bytes(4096))
    project = project_in(tmp_path)
    save(dataset, project.settings.landing / "1")
    row = outputs(project, run_stages(project))["1"]
    assert (row.status, "twice" in row.reason) == ("held", True)


def test_a_file_that_changes_between_reading_and_copying_is_not_released(tmp_path: Path) -> None:
    project = project_in(tmp_path)
    path = save(small_ct(), project.settings.landing / "1")
    (key,) = survey(project).pending
    for stage in STAGES[:3]:
        stage(project, key)
    changed = small_ct()
    changed.PixelData = bytes(reversed(changed.PixelData))
    save(changed, path)
    for stage in STAGES[3:]:
        stage(project, key)
    row = outputs(project, (key,))["1"]
    assert (row.status, row.reason) == ("quarantined", "the file changed while it was worked on")
    assert not list(project.settings.release.rglob("*.dcm"))
    assert outputs(project, run_stages(project))["1"].status == "released"


def test_what_an_interrupted_run_left_in_the_place_of_a_copy_is_replaced(tmp_path: Path) -> None:
    project = project_in(tmp_path)
    save(small_ct(), project.settings.landing / "1")
    (key,) = survey(project).pending
    for stage in STAGES[:3]:
        stage(project, key)
    (source,) = read_shard(project.settings.vault, "source_files", key)
    left = staging_folder(project, key) / f"{source.source_sha256[:16]}.dcm"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half a copy")
    for stage in STAGES[3:]:
        stage(project, key)
    row = outputs(project, (key,))["1"]
    assert row.status == "released"
    assert pydicom.dcmread(row.output_path).Rows == small_ct().Rows
