"""Dummies for absent Type 1 attributes: legal, and none where one would mislead."""

from __future__ import annotations

import csv
from itertools import groupby

import pytest
from pydicom.datadict import dictionary_description, dictionary_VR, tag_for_keyword

from deid_pipeline.dicom.dummies import Surroundings, legal_dummy
from deid_pipeline.dicom.encoding import pad
from deid_pipeline.dicom.iods import iod_name, known_classes, required_tags
from deid_pipeline.dicom.structure import dictionary_vr
from deid_pipeline.store import resource_folder
from deid_pipeline_tests.data_sets import EXPLICIT, JPEG
from deid_pipeline_tests.legality import assert_legal

STORAGE = "1.2.840.10008.5.1.4.1.1."
CT, DX, DX_PROCESSING, MG = f"{STORAGE}2", f"{STORAGE}1.1", f"{STORAGE}1.1.1", f"{STORAGE}1.2"

with (resource_folder("strategies") / "tables" / "dummies.csv").open(encoding="utf-8", newline="") as stream:
    ROWS = list(csv.DictReader(stream))

# What says where pixels lie, how they are read, where they are in the patient, what they measure, and who is who.
NEVER = """
    StudyInstanceUID SeriesInstanceUID SOPInstanceUID FrameOfReferenceUID SamplesPerPixel PhotometricInterpretation Rows
    Columns BitsAllocated BitsStored HighBit PixelRepresentation NumberOfFrames FrameIncrementPointer PixelSpacing
    ImagerPixelSpacing ImagePositionPatient ImageOrientationPatient WindowCenter WindowWidth PixelIntensityRelationship
    PixelIntensityRelationshipSign PixelPresentation RedPaletteColorLookupTableDescriptor ICCProfile Units
    DecayCorrection FrameReferenceTime DoseUnits ScanningSequence SequenceVariant ViewCodeSequence
    SharedFunctionalGroupsSequence EncapsulatedDocument TimezoneOffsetFromUTC
""".split()


def tag(keyword: str) -> int:
    found = tag_for_keyword(keyword)
    assert found is not None
    return found


def dummy(keyword: str, **surroundings: str) -> bytes | None:
    return legal_dummy(tag(keyword), dictionary_vr(tag(keyword)), Surroundings(**surroundings))


def assert_legal_or_code(vr: str, value: bytes) -> None:
    """A legal value; of a sequence one code, as value, scheme and meaning."""
    if vr != "SQ":
        assert_legal(vr, pad(value, vr))
    elif value:
        assert all(value.split(b"^"))
        assert value.count(b"^") == 2


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['Name']} {row['When'][:20]}")
def test_a_row_names_its_attribute_and_holds_a_legal_value_and_a_reason(row: dict[str, str]) -> None:
    number = int(row["Tag"].strip("()").replace(",", ""), 16)
    assert row["Name"].lower() == dictionary_description(number).lower()
    assert row["Reason"]
    vr = dictionary_VR(number)
    assert_legal_or_code(vr, row["Value"].encode("ascii"))
    kind, _, among = row["When"].partition("=")
    if kind == "iod":
        assert set(among.split("|")) <= {iod_name(uid) for uid in known_classes()}
    elif kind == "class":
        assert set(among.split("|")) <= set(known_classes())
    else:
        assert kind in {"", "photometric", "syntax", "body", "text"}


def test_the_last_row_of_every_attribute_holds_always() -> None:
    for _, rows in groupby(ROWS, key=lambda row: row["Tag"]):
        assert [bool(row["When"]) for row in rows][-1] is False
    assert len(list(groupby(ROWS, key=lambda row: row["Tag"]))) == len({row["Tag"] for row in ROWS})


def test_every_dummy_of_every_class_is_legal() -> None:
    for uid in known_classes():
        for number, kind in required_tags(uid).items():
            vr = dictionary_vr(number)
            value = legal_dummy(number, vr, Surroundings(uid, "MONOCHROME2", EXPLICIT))
            if kind == "1" and value is not None:
                assert value
                assert_legal_or_code(vr, value)


@pytest.mark.parametrize("keyword", NEVER)
def test_what_would_mislead_stays_absent(keyword: str) -> None:
    for uid in (CT, MG, f"{STORAGE}128", f"{STORAGE}7.4", ""):
        assert dummy(keyword, sop_class_uid=uid, photometric_interpretation="MONOCHROME2") is None


def test_the_class_decides_what_only_it_can_know() -> None:
    assert dummy("Modality", sop_class_uid=CT) == b"CT"
    assert dummy("Modality", sop_class_uid=MG) == b"MG"
    assert dummy("Modality") == b"OT"
    assert dummy("PresentationIntentType", sop_class_uid=DX) == b"FOR PRESENTATION"
    assert dummy("PresentationIntentType", sop_class_uid=DX_PROCESSING) == b"FOR PROCESSING"
    assert dummy("RescaleSlope", sop_class_uid=DX) == b"1"
    assert dummy("RescaleSlope", sop_class_uid=CT) is None  # it would give Hounsfield units to whatever is stored
    assert dummy("OrganExposed", sop_class_uid=MG) == b"BREAST"
    assert dummy("AnatomicRegionSequence", sop_class_uid=MG) == b"76752008^SCT^Breast"
    assert dummy("AnatomicRegionSequence", sop_class_uid=DX) is None
    assert dummy("ScanningSequence", sop_class_uid=f"{STORAGE}4") == b"RM"


def test_the_instance_decides_the_rest() -> None:
    assert dummy("PresentationLUTShape", photometric_interpretation="MONOCHROME2") == b"IDENTITY"
    assert dummy("PresentationLUTShape", photometric_interpretation="MONOCHROME1") == b"INVERSE"
    assert dummy("PresentationLUTShape", photometric_interpretation="RGB") is None
    assert dummy("LossyImageCompression", transfer_syntax_uid=JPEG) == b"01"
    assert dummy("LossyImageCompression", transfer_syntax_uid=EXPLICIT) == b"00"
    assert dummy("ImageLaterality", body_part_examined="CHEST") == b"U"
    assert dummy("ImageLaterality", body_part_examined="HAND") is None
    assert dummy("ImageLaterality") is None


def test_what_nobody_looked_at_gets_the_careful_answer() -> None:
    assert dummy("BurnedInAnnotation") == b"YES"
    assert dummy("BurnedInAnnotation", text="none") == b"NO"
    assert dummy("RecognizableVisualFeatures", text="none") == b"YES"
    assert (dummy("CompletionFlag"), dummy("VerificationFlag")) == (b"PARTIAL", b"UNVERIFIED")


def test_text_and_dates_without_a_row_say_nothing() -> None:
    assert dummy("Manufacturer") == b"UNKNOWN"
    assert dummy("ContentDate") == b"19000101"
    assert dummy("ContentTime") == b"000000"
    assert dummy("AcquisitionDateTime") == b"19000101000000"
    assert dummy("SeriesTime") == b"000000"
    for keyword in ("SeriesDate", "SeriesTime"):
        assert dummy(keyword, sop_class_uid=f"{STORAGE}128") is None  # uptake is computed from it
    assert dummy("SeriesDate") == b"19000101"
