"""Damaged files taken through the whole pipeline: held back with a reason, or released with no trace of the patient."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from deid_pipeline.model import Status
from deid_pipeline_tests.instances import save, small_ct
from deid_pipeline_tests.releasing import shared_project, taken_through
from deid_pipeline_tests.unit.dicom.test_damage import mutant, put

MUTANTS_OF_EACH = 100


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


@pytest.mark.parametrize("strategy", ["basic", "midi_b"])
def test_a_damaged_file_leaves_with_no_trace_of_the_patient_or_not_at_all(tmp_path: Path, strategy: str) -> None:
    project = shared_project(strategy)
    chance, sound, path = random.Random(strategy), whole(tmp_path), tmp_path / "a.dcm"
    statuses = set()
    for _ in range(MUTANTS_OF_EACH):
        result = taken_through(project, put(path, mutant(sound, chance)))
        statuses.add(result.status)
        assert (result.status == Status.RELEASED) != bool(result.reason)
        assert "CANARY" not in result.reason
        assert b"CANARY" not in result.content.upper()
    assert statuses >= {Status.RELEASED, Status.QUARANTINED}
