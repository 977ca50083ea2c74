"""Markers and group 2, read back by pydicom."""

from __future__ import annotations

from io import BytesIO

import pytest
from pydicom import Dataset, dcmread

from deid_pipeline.dicom import file_head, marker_elements
from deid_pipeline.dicom.meta import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME
from deid_pipeline.dicom.structure import EXPLICIT_BE, EXPLICIT_LE, IMPLICIT_LE, Syntax
from deid_pipeline_tests.data_sets import BIG_ENDIAN, EXPLICIT, IMPLICIT
from deid_pipeline_tests.legality import assert_legal

CODES = (("113100", "Basic Application Confidentiality Profile"), ("113101", "Clean Pixel Data Option"))


def read(data: bytes, syntax: str = EXPLICIT) -> Dataset:
    return dcmread(BytesIO(file_head(sop_class_uid="1.2", sop_instance_uid="1.3", transfer_syntax_uid=syntax) + data))


@pytest.mark.parametrize(
    ("syntax", "uid"), [(EXPLICIT_LE, EXPLICIT), (IMPLICIT_LE, IMPLICIT), (EXPLICIT_BE, BIG_ENDIAN)]
)
@pytest.mark.parametrize("cleaned", [True, False])
def test_markers_say_what_was_done(syntax: Syntax, uid: str, cleaned: bool) -> None:
    markers = marker_elements(
        syntax, method="tool 1.0 basic", codes=CODES, temporal_information="REMOVED", text_cleaned=cleaned
    )
    made = read(b"".join(markers[tag] for tag in sorted(markers)), uid)
    assert made.PatientIdentityRemoved == "YES"
    assert made.DeidentificationMethod == "tool 1.0 basic"
    assert made.LongitudinalTemporalInformationModified == "REMOVED"
    assert [
        (code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning)
        for code in made.DeidentificationMethodCodeSequence
    ] == [(value, "DCM", meaning) for value, meaning in CODES]
    assert made.get("BurnedInAnnotation") == ("NO" if cleaned else None)


def test_long_and_foreign_words_are_made_legal() -> None:
    markers = marker_elements(
        EXPLICIT_LE,
        method="Straße " * 20,
        codes=[("1", "x" * 200)],
        temporal_information="MODIFIED",
        text_cleaned=False,
    )
    made = read(b"".join(markers.values()))
    assert_legal("LO", made.get_item("DeidentificationMethod").value)
    assert len(made.DeidentificationMethodCodeSequence[0].CodeMeaning) == 64


def test_group_2_is_new_and_complete() -> None:
    head = file_head(sop_class_uid="1.2.840.1", sop_instance_uid="2.25.7", transfer_syntax_uid=EXPLICIT)
    assert head[:132] == b"\0" * 128 + b"DICM"
    meta = dcmread(BytesIO(head)).file_meta
    assert [element.tag for element in meta] == [0x20000, 0x20001, 0x20002, 0x20003, 0x20010, 0x20012, 0x20013]
    assert meta.FileMetaInformationGroupLength == len(head) - 132 - 12
    assert meta.FileMetaInformationVersion == b"\0\1"
    assert (meta.ImplementationClassUID, meta.ImplementationVersionName) == (
        IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME,
    )  # fmt: skip
    assert_legal("UI", IMPLEMENTATION_CLASS_UID.encode() + b"\0" * (len(IMPLEMENTATION_CLASS_UID) % 2))
    assert len(IMPLEMENTATION_VERSION_NAME) <= 16


def test_the_arguments_of_group_2_are_padded() -> None:
    meta = dcmread(
        BytesIO(file_head(sop_class_uid="1.2.3", sop_instance_uid="2.25.70", transfer_syntax_uid=IMPLICIT))
    ).file_meta
    assert (meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID, meta.TransferSyntaxUID) == (
        "1.2.3", "2.25.70", IMPLICIT,
    )  # fmt: skip
