"""Edited headers: free text keeps its harmless words, what the IOD asks for is there, nameless patients have an id."""

from __future__ import annotations

from pathlib import Path

import pydicom
import pytest
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

from deid_pipeline_tests.instances import save, small_ct
from deid_pipeline_tests.projects import outputs, project_in, run_stages

pytestmark = pytest.mark.usefixtures("both_forms")


def released(folder: Path, dataset: Dataset, strategy: str) -> Dataset:
    project = project_in(folder, strategy=strategy)
    save(dataset, project.settings.landing / "1")
    row = outputs(project, run_stages(project))["1"]
    assert (row.status, row.reason) == ("released", "")
    return pydicom.dcmread(row.output_path)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("PRONE BREAST for QF-0042917", "PRONE BREAST"),
        ("XR CHEST AP PORTABLE for Ottoline Quillfeather", "XR CHEST AP PORTABLE"),
        ("CT ABDOMEN 3.0 mm B30f", "CT ABDOMEN 3.0 mm B30f"),
    ],
)
def test_descriptors_lose_identifiers_and_keep_the_rest(tmp_path: Path, text: str, kept: str) -> None:
    dataset = small_ct()
    dataset.SeriesDescription = text
    assert released(tmp_path, dataset, "midi_b").SeriesDescription == kept


def test_what_the_iod_asks_for_is_put_in(tmp_path: Path) -> None:
    result = released(tmp_path, small_ct(), "midi_b")
    assert result.ReferringPhysicianName == ""
    assert "KVP" in result
    assert result.ImageType


def test_a_patient_without_id_gets_one_of_the_study(tmp_path: Path) -> None:
    one, other = small_ct(study="1"), small_ct(study="2")
    del one.PatientID
    other.PatientID = "UNKNOWN"
    ids = {released(tmp_path / name, dataset, "basic").PatientID for name, dataset in (("a", one), ("b", other))}
    assert len(ids) == 2
    assert all(found.isdigit() for found in ids)


def test_a_known_element_written_as_un_gets_its_pseudonym_and_no_empty_one_in_its_place(tmp_path: Path) -> None:
    dataset = small_ct()
    dataset[0x00100010] = DataElement(0x00100010, "UN", b"Quillfeather^Ottoline ")
    dataset[0x00200010] = DataElement(0x00200010, "UN", b"QF-0042917")
    result = released(tmp_path, dataset, "basic")
    assert "^" in str(result.PatientName)
    assert str(result.StudyID).isdigit()


def test_a_row_that_ensures_an_element_makes_it(tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text('Tags,VR,Name,Status,Action,Option\n"(0018,0015)",CS,Body Part,,ensureTagExists,CHEST\n')
    assert released(tmp_path, small_ct(), str(rows)).BodyPartExamined == "CHEST"
