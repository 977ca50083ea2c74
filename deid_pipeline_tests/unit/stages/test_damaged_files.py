"""Damaged files taken through the whole pipeline: held back with a reason, or released with no trace of the patient."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from deid_pipeline.model import Kind, LandingFile, Status
from deid_pipeline.stages.detection import read_instance
from deid_pipeline.stages.ingest import inspect
from deid_pipeline.stages.project import Project
from deid_pipeline.stages.reconstruction import Plan, rebuild_instance, staging_folder
from deid_pipeline.stages.validation import Candidate, judge
from deid_pipeline.store import make_folder
from deid_pipeline_tests.instances import save, small_ct
from deid_pipeline_tests.projects import project_in
from deid_pipeline_tests.unit.dicom.test_damage import mutant, put

MUTANTS_OF_EACH = 60
KEY = "st-0123456789abcdef"


def whole(folder: Path) -> bytes:
    dataset = small_ct(name="CANARYNAME^Ann", size=8)
    dataset.PatientID = "CANARY7701"
    dataset.StudyDescription = "CT for Ann CANARYNAME"
    item = Dataset()
    item.PatientName, item.ReferencedSOPInstanceUID = "CANARYNAME^Ann", "1.2.3.4.5"
    dataset.ReferencedImageSequence = [item]
    block = dataset.private_block(0x0019, "SIEMENS MR HEADER", create=True)
    block.add_new(0x0C, "IS", "1000")
    block.add_new(0x99, "LO", "CANARYNAME")
    return save(dataset, folder / "whole.dcm").read_bytes()


def taken_through(project: Project, path: Path) -> tuple[Status, str, bytes]:
    """Status, reason and, of a released file, its bytes."""
    stat = path.stat()
    row = inspect(project, LandingFile(str(path), stat.st_size, stat.st_mtime_ns, Kind.DICOM, KEY, Status.NEW, ""))
    if row.status != Status.NEW:
        return row.status, row.reason, b""
    read = read_instance(project, row)
    rebuilt = rebuild_instance(project, Plan(row, read.detection, read.regions))
    judged = judge(project, Candidate(rebuilt.file, rebuilt.changes, read.regions, read.detection))
    output = judged.output
    content = Path(rebuilt.file.staged_path).read_bytes() if output.status == Status.RELEASED else b""
    return output.status, output.reason, content


@pytest.mark.parametrize("strategy", ["basic", "midi_b"])
def test_a_damaged_file_leaves_with_no_trace_of_the_patient_or_not_at_all(tmp_path: Path, strategy: str) -> None:
    project = project_in(tmp_path, strategy=strategy)
    make_folder(staging_folder(project, KEY))
    chance, sound, path = random.Random(strategy), whole(tmp_path), tmp_path / "landing" / "a.dcm"
    statuses = set()
    for _ in range(MUTANTS_OF_EACH):
        status, reason, content = taken_through(project, put(path, mutant(sound, chance)))
        statuses.add(status)
        assert (status == Status.RELEASED) != bool(reason)
        assert "CANARY" not in reason
        assert b"CANARY" not in content.upper()
    assert statuses >= {Status.RELEASED, Status.QUARANTINED}
