"""Patient ids and dates in their own elements."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from deid_pipeline.model import ElementChange
from deid_pipeline_tests.unit.checks.pair import PATIENT_PSEUDONYM, Pair, source_data_set


@pytest.mark.parametrize("value", ["MRN-55012", "4711", ""])
def test_another_patient_id_is_found(pair: Pair, value: str) -> None:
    found = pair.failed(lambda data: setattr(data, "PatientID", value))
    assert found["patid_consistent"] == "(0010,0020) is not the patient's pseudonym"


def test_an_absent_patient_id_passes_as_in_midi_b(pair: Pair) -> None:
    assert "patid_consistent" not in pair.failed(lambda data: data.pop("PatientID"))


def test_an_empty_patient_id_stays_empty(tmp_path: Path) -> None:
    source = source_data_set()
    source.PatientID = ""
    pair = Pair(tmp_path, source_data=source, kept=("(0010,0020)",))
    pair.data.PatientID = ""
    assert pair.failed() == {}


def test_the_same_patient_inside_a_sequence_needs_the_same_pseudonym(tmp_path: Path) -> None:
    source, item = source_data_set(), Dataset()
    item.PatientID = "MRN-55012"
    source.ReferencedPatientSequence = Sequence([item])
    pair = Pair(tmp_path, source_data=source)
    path = "(0008,1120)[0].(0010,0020)"
    for value, expected in (("4711", {"patid_consistent"}), (PATIENT_PSEUDONYM, set())):
        pair.data.ReferencedPatientSequence[0].PatientID = value
        changes = [*pair.case().element_changes, ElementChange("", "", path, "patientHashId", "", value)]
        values = dict(pair.case().expected_values) | {path: value}
        assert set(pair.failed(element_changes=changes, expected_values=values)) == expected


@pytest.mark.filterwarnings("ignore:.*:UserWarning")  # pydicom warns of what it is made to write
@pytest.mark.parametrize(
    ("keyword", "vr", "before", "after"),
    [
        ("AcquisitionDate", "DA", "20130713", "20130713"),
        ("AcquisitionDate", "DA", "2013.07.13", "20130713"),
        ("AcquisitionDateTime", "DT", "20130713101500.5+0100", "20130713"),
        ("DateOfLastCalibration", "DA", "20130713\\20130714", "20100101\\20130714"),
        ("PatientBirthDateInAlternativeCalendar", "LO", "1", "1"),
    ],
)
def test_a_day_that_stays_in_its_element_is_found(
    tmp_path: Path, keyword: str, vr: str, before: str, after: str
) -> None:
    source = source_data_set()
    setattr(source, keyword, before)
    pair = Pair(tmp_path, source_data=source, identifiers=())
    setattr(pair.data, keyword, after)
    tag = pair.data[keyword].tag
    path = f"({tag.group:04x},{tag.element:04x})"
    changes = [*pair.case().element_changes, ElementChange("", "", path, "x", "", after)]
    found = pair.failed(element_changes=changes, expected_values=dict(pair.case().expected_values) | {path: after})
    assert found == ({"date_shifted": f"{path} keeps its date"} if vr != "LO" else {})


def test_dates_may_stay_when_the_option_is_claimed(tmp_path: Path) -> None:
    pair = Pair(tmp_path, kept=("(0008,0020)",), boxes={})
    pair.data.StudyDate = "20130713"
    assert set(pair.failed()) == {"date_shifted", "text_removed"}
    pair.data.DeidentificationMethodCodeSequence[1].CodeValue = "113106"
    assert pair.failed() == {}


def test_a_shift_onto_a_placeholder_or_another_day_passes(pair: Pair) -> None:
    values = dict(pair.case().expected_values) | {"(0008,0020)": "19000101"}
    assert pair.failed(lambda data: setattr(data, "StudyDate", "19000101"), expected_values=values) == {}


def test_a_placeholder_that_stays_is_no_date(tmp_path: Path) -> None:
    source = source_data_set()
    source.PatientBirthDate = "19000101"
    pair = Pair(tmp_path, source_data=source, kept=("(0010,0030)",))
    pair.data.PatientBirthDate = "19000101"
    assert pair.failed() == {}


@pytest.mark.parametrize(("days", "told"), [(-1, ""), (0, ""), (5, "(0008,0020) lies in the future")])
def test_a_day_that_has_not_come_yet_is_found(pair: Pair, days: int, told: str) -> None:
    day = f"{datetime.date.today() + datetime.timedelta(days):%Y%m%d}"
    values = dict(pair.case().expected_values) | {"(0008,0020)": day}
    found = pair.failed(lambda data: setattr(data, "StudyDate", day), expected_values=values)
    assert found.get("date_shifted", "") == told
