"""Which header values identify, and as what."""

from __future__ import annotations

import pytest
from pydicom.datadict import tag_for_keyword

from deid_pipeline.model import ElementRow, Identifier, IdentifierKind
from deid_pipeline.phi import harvest, is_placeholder
from deid_pipeline.phi.words import labels, word_list


def row(keyword: str, vr: str, value: str, path: str = "") -> ElementRow:
    tag = tag_for_keyword(keyword) or 0x00091001
    return ElementRow(
        "st-1", "x", path or f"({tag >> 16:04x},{tag & 0xFFFF:04x})", f"{tag:08x}", vr, keyword, "", value
    )


def kinds(*rows: ElementRow) -> list[tuple[str, str]]:
    return [(identifier.kind.value, identifier.value) for identifier in harvest(rows)]


def test_each_kind_of_element_is_harvested_as_its_kind() -> None:
    rows = [
        row("PatientName", "PN", "DOE^JOHN"),
        row("AccessionNumber", "SH", "A-1234"),
        row("StudyDate", "DA", "20130713"),
        row("InstitutionName", "LO", "Scott Community Hospital"),
        row("PatientTelephoneNumbers", "SH", "301-555-1234"),
        row("PatientAge", "AS", "037Y"),
        row("StudyInstanceUID", "UI", "1.2.3.4"),
        row("StationName", "SH", "CT7SCOTT"),
    ]
    assert kinds(*rows) == [
        ("NAME", "DOE^JOHN"),
        ("ID", "A-1234"),
        ("DATE", "20130713"),
        ("PLACE", "Scott Community Hospital"),
        ("CONTACT", "301-555-1234"),
        ("AGE", "037Y"),
        ("UID", "1.2.3.4"),
        ("ID", "CT7SCOTT"),
    ]


def test_names_and_dates_count_by_vr_in_any_element_and_carry_their_path() -> None:
    path = '(0009,"ACME",01)[0].(0040,a123)'
    found = harvest([row("", "PN", "Roe^Jane", path), row("", "DT", "20130713101500.0+0100")])
    assert found[0].tag_path == path
    assert isinstance(found[0], Identifier)
    assert [one.value for one in found] == ["Roe^Jane", "20130713"]


def test_an_element_of_unknown_vr_counts_by_its_keyword() -> None:
    assert kinds(row("PatientName", "UN", "DOE^JOHN")) == [("NAME", "DOE^JOHN")]
    assert kinds(row("", "UN", "DOE^JOHN")) == []


def test_each_of_many_values_counts_but_a_backslash_in_text_is_text() -> None:
    assert kinds(row("OtherPatientIDs", "LO", "AA11\\BB22")) == [("ID", "AA11"), ("ID", "BB22")]
    assert kinds(row("InstitutionAddress", "ST", "12\\14 Long Road")) == [("PLACE", "12\\14 Long Road")]


@pytest.mark.parametrize(
    "value", ["", " ", "ANONYMOUS", "Anonymous^Patient", "NONE", "unknown", "0", "00000000", "N/A", "^^^", "--", "XXXX"]
)
def test_placeholders_are_no_identifiers(value: str) -> None:
    assert is_placeholder(value)
    assert kinds(row("PatientName", "PN", value), row("PatientID", "LO", value)) == []


def test_a_real_name_beside_a_placeholder_word_counts() -> None:
    assert not is_placeholder("Doe^Test")


@pytest.mark.parametrize("value", ["19000101", "00010101", "20131340", "2013", "201307", "99999999", ""])
def test_placeholder_impossible_and_incomplete_dates_are_no_identifiers(value: str) -> None:
    assert kinds(row("PatientBirthDate", "DA", value)) == []


def test_old_dates_ranges_and_lists_give_every_day() -> None:
    assert kinds(row("StudyDate", "DA", "1999.12.31")) == [("DATE", "1999.12.31")]
    assert kinds(row("StudyDate", "DA", "20130713-20130715")) == [("DATE", "20130713"), ("DATE", "20130715")]
    assert kinds(row("DateOfLastCalibration", "DA", "20130713\\20130714")) == [
        ("DATE", "20130713"),
        ("DATE", "20130714"),
    ]


def test_uids_of_the_standard_and_generic_departments_identify_nobody() -> None:
    assert kinds(row("SOPClassUID", "UI", "1.2.840.10008.5.1.4.1.1.2")) == []
    assert kinds(row("InstitutionalDepartmentName", "LO", "Radiology Department")) == []
    assert kinds(row("InstitutionName", "LO", "TOSHIBA")) == []


def test_every_keyword_of_the_word_lists_is_in_the_data_dictionary() -> None:
    for name in ("id_keywords", "place_keywords", "contact_keywords"):
        assert not [keyword for keyword in word_list(name) if tag_for_keyword(keyword) is None]


def test_labels_name_only_known_entities_in_lower_case() -> None:
    assert set(labels().values()) <= {kind.value for kind in IdentifierKind} | {""}
    assert all(label == label.lower() for label in labels())
