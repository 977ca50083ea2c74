"""What actions may ask of an instance."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from deid_pipeline.dicom import instance_context, open_dicom
from deid_pipeline_tests.instances import save, small_ct


def context_of(dataset: Dataset, folder: Path) -> dict[str, object]:
    """What the context of a saved file says while the file is open."""
    with open_dicom(save(dataset, folder / "1")) as file:
        context = instance_context(file, source_path="/landing/1", study_instance_uid="1.2")
        names = "source_path sop_instance_uid study_instance_uid patient_id patient_name last_day emptied".split()
        return {name: getattr(context, name) for name in names}


def test_it_holds_first_values_of_the_source_in_its_character_set(tmp_path: Path) -> None:
    dataset = small_ct()
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.PatientName = "Müller^Jürgen"
    dataset.PatientID = ["QF 1 ", "QF 2"]
    said = context_of(dataset, tmp_path)
    assert (said["patient_name"], said["patient_id"]) == ("Müller^Jürgen", "QF 1")
    assert said["sop_instance_uid"] == dataset.SOPInstanceUID
    assert (said["source_path"], said["study_instance_uid"]) == ("/landing/1", "1.2")
    assert said["emptied"] is None


@pytest.mark.parametrize(
    ("dates", "latest"),
    [
        ({"StudyDate": "20200101", "ContentDate": "20200103", "SeriesDate": "20200102"}, datetime.date(2020, 1, 3)),
        ({"StudyDate": "20200101", "AcquisitionDateTime": "20210203040506.7"}, datetime.date(2021, 2, 3)),
        ({"StudyDate": "20201399"}, None),
        ({}, None),
    ],
)
def test_the_last_day_is_the_latest_on_which_it_says_that_it_was_made(
    tmp_path: Path, dates: dict[str, str], latest: datetime.date | None
) -> None:
    dataset = small_ct()
    for element in [one for one in dataset if one.VR in ("DA", "DT")]:
        del dataset[element.tag]
    for keyword, value in dates.items():
        setattr(dataset, keyword, value)
    assert context_of(dataset, tmp_path)["last_day"] == (latest and latest.toordinal())


def test_what_is_absent_is_empty(tmp_path: Path) -> None:
    dataset = small_ct()
    del dataset.PatientName, dataset.PatientID
    said = context_of(dataset, tmp_path)
    assert (said["patient_name"], said["patient_id"]) == ("", "")
