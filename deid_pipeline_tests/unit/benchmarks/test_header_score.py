"""The answer key asks of a header what the standards ask, and tampered outputs fail just the checks they should."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from benchmarks.header_key import Check, answer_key
from benchmarks.header_rules import Standards, read_standards
from benchmarks.header_score import Maps, Verdict, report, score_instance

STANDARDS = Standards(
    codes={
        "00100010": ("Z", "BASIC"),
        "00100020": ("Z", "BASIC"),
        "00100030": ("Z", "BASIC"),
        "00101010": ("K", "PAT"),
        "00080050": ("Z", "BASIC"),
        "00080080": ("X/Z/D", "BASIC"),
        "00081030": ("C", "DESC"),
        "00081110": ("X/Z", "BASIC"),
        "00080020": ("C", "MOD"),
    },
    private={
        ("0019", "SIEMENS MR HEADER", "0b"): {"DS": "k", "UN": "k"},
        ("0019", "SIEMENS MR HEADER", "0c"): {"IS": "d"},
        ("0019", "SIEMENS MR HEADER", "0d"): {"CS": "k", "UN": "d"},
    },
)
RETIRED = "1.2.840.10008.5.1.4.1.1.6"  # a class whose attribute types no table has
NEW = "2.25.7"
MAPS = Maps({"1.2.3": NEW, "1.2.4": "2.25.8", "1.2.5": "2.25.9", "1.2.6": "2.25.10"}, {"4711": "9321"})


def source() -> Dataset:
    dataset = Dataset()
    dataset.SOPClassUID = RETIRED
    dataset.SOPInstanceUID, dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "1.2.3", "1.2.4", "1.2.5"
    dataset.StudyDate, dataset.PatientBirthDate = "20130713", "19760616"
    dataset.StudyTime = "085957"
    dataset.AccessionNumber, dataset.PatientID, dataset.PatientName = "E864535", "4711", "DAVIDSON^DOUGLAS"
    dataset.PatientAge = "037Y"
    dataset.InstitutionName = "Scott Community Hospital"
    dataset.StudyDescription = "XR CHEST AP PORTABLE for Douglas Davidson Sep1999"
    dataset.Manufacturer = "FUJIFILM"
    dataset.KVP = "120.0"
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = "1.2.840.10008.5.1.4.1.1.2", "1.2.6"
    dataset.ReferencedImageSequence = [item]
    study = Dataset()
    study.ReferencedSOPInstanceUID, study.RetrieveAETitle = "1.2.4", "STORE"
    dataset.ReferencedStudySequence = [study]
    block = dataset.private_block(0x0019, "SIEMENS MR HEADER", create=True)
    block.add_new(0x0B, "DS", "420765")
    block.add_new(0x0C, "IS", "12")
    block.add_new(0x0F, "LO", "who knows")
    return dataset


def faithful() -> Dataset:
    """What the key asks for."""
    dataset = copy.deepcopy(source())
    dataset.SOPInstanceUID, dataset.StudyInstanceUID, dataset.SeriesInstanceUID = NEW, "2.25.8", "2.25.9"
    dataset.StudyDate, dataset.PatientBirthDate = "20120713", ""
    dataset.AccessionNumber, dataset.PatientID, dataset.PatientName = "", "9321", "Nobody^Nowhere"
    dataset.InstitutionName = ""
    dataset.StudyDescription = "XR CHEST AP PORTABLE"
    dataset.ReferencedImageSequence[0].ReferencedSOPInstanceUID = "2.25.10"
    dataset.ReferencedStudySequence[0].ReferencedSOPInstanceUID = "2.25.8"
    del dataset.ReferencedStudySequence[0].RetrieveAETitle
    del dataset[0x0019100C], dataset[0x0019100F]
    return dataset


def verdicts(output: Dataset | None, maps: Maps = MAPS) -> list[Verdict]:
    return score_instance(answer_key(source(), STANDARDS), "series", output, maps)


def failed(output: Dataset | None, maps: Maps = MAPS) -> set[tuple[str, str]]:
    return {(verdict.check.action, verdict.check.place) for verdict in verdicts(output, maps) if not verdict.passed}


def asked(place: str) -> set[tuple[str, str]]:
    key = answer_key(source(), STANDARDS)
    return {
        (check.action, check.text) for check in key.checks if check.place == place and not check.reason.startswith("T")
    }


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("<(0008,0018)>", {("uid_changed", "1.2.3"), ("uid_consistent", "1.2.3")}),
        ("<(0008,0016)>", {("text_retained", RETIRED)}),
        ("<(0008,0020)>", {("date_shifted", "20130713")}),
        ("<(0008,0030)>", set()),
        ("<(0010,0030)>", {("text_removed", "19760616")}),
        ("<(0010,0020)>", {("text_removed", "4711"), ("patid_consistent", "4711")}),
        ("<(0010,1010)>", {("text_retained", "037Y")}),
        ("<(0010,0010)>", {("text_removed", "DAVIDSON^DOUGLAS")}),
        ("<(0008,0080)>", {("text_removed", "Scott Community Hospital")}),
        ("<(0008,0070)>", {("text_retained", "FUJIFILM")}),
        ("<(0018,0060)>", {("text_retained", "120.0")}),
        (
            "<(0008,1030)>",
            {("text_removed", "Sep1999 Douglas Davidson"), ("text_retained", "XR CHEST AP PORTABLE for")},
        ),
        ("<(0008,1140)>[<0000>]<(0008,1155)>", {("uid_changed", "1.2.6"), ("uid_consistent", "1.2.6")}),
        ("<(0008,1140)>[<0000>]<(0008,1150)>", {("text_retained", "1.2.840.10008.5.1.4.1.1.2")}),
        ("<(0008,1110)>[<0000>]<(0008,0054)>", set()),  # its sequence may go
        ('<(0019,"SIEMENS MR HEADER",0b)>', {("text_retained", "420765")}),
        ('<(0019,"SIEMENS MR HEADER",0c)>', {("text_removed", "12")}),
        ('<(0019,"SIEMENS MR HEADER",0f)>', {("text_removed", "who knows")}),
    ],
)
def test_each_element_is_asked_for_what_the_standards_say(place: str, expected: set[tuple[str, str]]) -> None:
    assert asked(place) == expected


def test_an_output_as_the_key_asks_passes_every_check() -> None:
    assert failed(faithful()) == set()


def test_names_and_ages_that_identify_go() -> None:
    dataset = source()
    dataset.PatientAge = "090Y"
    checks = answer_key(dataset, STANDARDS).checks
    assert Check("<(0010,1010)>", 0x00101010, "text_removed", "090Y", "age above 89") in checks


def test_contradicting_rows_are_left_out_and_counted() -> None:
    dataset = source()
    dataset.private_block(0x0019, "SIEMENS MR HEADER").add_new(0x0D, "LO", "NO")
    key = answer_key(dataset, STANDARDS)
    assert key.left_out["private element with contradictory rows"] == 1
    assert all(check.tag != 0x0019100D for check in key.checks)


@pytest.mark.parametrize(
    ("tamper", "expected"),
    [
        (lambda d: setattr(d, "StudyDate", "20130713"), ("date_shifted", "<(0008,0020)>")),
        (lambda d: setattr(d, "StudyInstanceUID", "2.25.99"), ("uid_consistent", "<(0020,000d)>")),
        (lambda d: setattr(d, "PatientID", "1"), ("patid_consistent", "<(0010,0020)>")),
        (lambda d: setattr(d, "PatientBirthDate", "19760616"), ("text_removed", "<(0010,0030)>")),
        (lambda d: setattr(d, "StudyDescription", "XR CHEST AP PORTABLE Davidson"), ("text_removed", "<(0008,1030)>")),
        (lambda d: setattr(d, "StudyDescription", "XR CHEST"), ("text_retained", "<(0008,1030)>")),
        (lambda d: delattr(d, "Manufacturer"), ("text_retained", "<(0008,0070)>")),
        (lambda d: setattr(d, "SOPClassUID", "2.25.1"), ("text_retained", "<(0008,0016)>")),
        (lambda d: d.__delitem__(0x0019100B), ("text_retained", '<(0019,"SIEMENS MR HEADER",0b)>')),
        (lambda d: d.add_new(0x0019100C, "IS", "12"), ("text_removed", '<(0019,"SIEMENS MR HEADER",0c)>')),
        (
            lambda d: setattr(d.ReferencedImageSequence[0], "ReferencedSOPInstanceUID", "2.25.11"),
            ("uid_consistent", "<(0008,1140)>[<0000>]<(0008,1155)>"),
        ),
    ],
)
def test_a_tampered_output_fails_one_check(tamper: Callable[[Dataset], object], expected: tuple[str, str]) -> None:
    output = faithful()
    tamper(output)
    assert failed(output) == {expected}


def test_a_uid_that_stays_fails_both_checks_of_it() -> None:
    output = faithful()
    output.SeriesInstanceUID = "1.2.5"
    assert failed(output) == {("uid_changed", "<(0020,000e)>"), ("uid_consistent", "<(0020,000e)>")}


def test_a_uid_without_a_row_in_the_map_is_inconsistent_unless_it_is_gone() -> None:
    maps = Maps({uid: new for uid, new in MAPS.uids.items() if uid != "1.2.6"}, MAPS.patients)
    output = faithful()
    assert failed(output, maps) == {("uid_consistent", "<(0008,1140)>[<0000>]<(0008,1155)>")}
    del output.ReferencedImageSequence
    assert failed(output, maps) == {("text_retained", "<(0008,1140)>[<0000>]<(0008,1150)>")}


def test_of_a_missing_file_only_removal_passes() -> None:
    passed = {verdict.check.action for verdict in verdicts(None) if verdict.passed}
    assert passed == {"text_removed", "date_shifted", "uid_changed"}
    assert {"text_retained", "uid_consistent", "patid_consistent"} <= {action for action, _ in failed(None)}


def test_the_report_shows_values_only_when_asked() -> None:
    output = faithful()
    output.StudyDescription = "CHEST Davidson"
    quiet, open_ = (report(verdicts(output), values=values) for values in (False, True))
    assert not any("Davidson" in line for line in quiet)
    assert any("CHEST Davidson" in line for line in open_)
    assert any(line.startswith("total") for line in quiet)


def test_types_are_asked_for_where_highdicom_is_installed() -> None:
    pytest.importorskip("highdicom")
    dataset = source()
    dataset.SOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
    places = {(check.action, check.place) for check in answer_key(dataset, STANDARDS).checks}
    assert {("tag_retained", "<(0010,0010)>"), ("text_notnull", "<(0008,0018)>")} <= places
    assert ("text_notnull", "<(0010,0010)>") not in places  # Type 2


def test_the_tables_of_the_standards_are_read(shared_data: Path) -> None:
    standards = read_standards(shared_data.parent / "standards")
    assert standards.code(0x00081030) == ("C", "DESC")
    assert standards.code(0x00080020) == ("C", "MOD")
    assert standards.code(0x60023000) == ("X", "BASIC")
    assert standards.code(0x00280010) == ("", "")
    assert standards.disposition(0x0019110B, "Siemens MR Header", "DS") == "k"
    assert standards.disposition(0x00131020, "CTP", "LO") == "d"
    assert standards.disposition(0x00131077, "NOBODY", "LO") == ""
