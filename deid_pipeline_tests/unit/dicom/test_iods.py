"""What PS3.3 asks for, looked up in the standard and not in our tables."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import pytest
from pydicom.datadict import tag_for_keyword

from deid_pipeline.dicom.iods import attribute_type, iod_name, known_classes, required_tags

STORAGE = "1.2.840.10008.5.1.4.1.1."
CLASSES = {
    "CT": f"{STORAGE}2",
    "MR": f"{STORAGE}4",
    "CR": f"{STORAGE}1",
    "DX": f"{STORAGE}1.1",
    "MG": f"{STORAGE}1.2",
    "US": f"{STORAGE}6.1",
    "PT": f"{STORAGE}128",
    "SC": f"{STORAGE}7",
    "SR": f"{STORAGE}88.33",
}
# How many Type 1 and Type 2 attributes the mandatory modules have at the top level.
COUNTS = {
    "CT": (20, 16),
    "MR": (20, 18),
    "CR": (13, 14),
    "DX": (25, 15),
    "MG": (29, 14),
    "US": (13, 13),
    "PT": (29, 22),
    "SC": (14, 11),
    "SR": (13, 12),
}


def tag(keyword: str) -> int:
    found = tag_for_keyword(keyword)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("modality", "keyword", "kind"),
    [
        ("CT", "PatientName", "2"),
        ("CT", "StudyInstanceUID", "1"),
        ("CT", "KVP", "2"),
        ("CT", "RescaleIntercept", "1"),
        ("CT", "SeriesDescription", "3"),
        ("CT", "ImageType", "1"),  # Type 3 in General Image, which the CT Image module overrules
        ("US", "ImageType", "2"),
        ("CR", "ImageType", "3"),
        ("CT", "PatientPosition", "2C"),
        ("CT", "PixelData", "1C"),
        ("DX", "PresentationLUTShape", "1"),
        ("MR", "PresentationLUTShape", "3"),
        ("CT", "ContrastBolusAgent", "2"),  # of a conditional module
        ("CT", "PatientWeight", "3"),  # of a user optional module
        ("SC", "Manufacturer", "2"),
        ("SR", "InstanceNumber", "1"),
        ("CT", "InstanceNumber", "2"),
        ("CT", "FilmSizeID", None),
    ],
)
def test_the_type_of_an_attribute_depends_on_the_class(modality: str, keyword: str, kind: str | None) -> None:
    assert attribute_type(CLASSES[modality], tag(keyword)) == kind


@pytest.mark.parametrize(
    ("sequence", "keyword", "kind"),
    [
        ("ReferencedImageSequence", "ReferencedSOPInstanceUID", "1"),
        ("RequestAttributesSequence", "RequestedProcedureID", "1C"),
        ("VerifyingObserverSequence", "VerifyingObserverIdentificationCodeSequence", "2"),
        ("ReferencedImageSequence", "PatientName", None),
        ("AccessionNumber", "PatientName", None),
    ],
)
def test_inside_a_sequence_the_sequence_decides(sequence: str, keyword: str, kind: str | None) -> None:
    assert attribute_type(CLASSES["SR"], tag(keyword), sequence=tag(sequence)) == kind


def test_overlays_of_every_group_are_alike_and_private_attributes_are_in_no_iod() -> None:
    assert {attribute_type(CLASSES["CR"], group << 16 | 0x0010) for group in (0x6000, 0x6002, 0x60FE)} == {"1"}
    assert attribute_type(CLASSES["CR"], 0x00090010) is None


def test_an_unknown_class_has_no_types_and_asks_for_nothing() -> None:
    for uid in ("", "1.2.3", "1.2.840.10008.1.3.10"):  # the last one is a directory
        assert attribute_type(uid, tag("PatientName")) is None
        assert attribute_type(uid, tag("ReferencedSOPInstanceUID"), sequence=tag("ReferencedImageSequence")) is None
        assert required_tags(uid) == {}
        assert iod_name(uid) == ""


@pytest.mark.parametrize("modality", COUNTS)
def test_the_number_of_required_attributes(modality: str) -> None:
    kinds = [*required_tags(CLASSES[modality]).values()]
    assert (kinds.count("1"), kinds.count("2")) == COUNTS[modality]
    assert set(kinds) == {"1", "2"}


def test_conditional_and_optional_attributes_are_not_required() -> None:
    required = required_tags(CLASSES["CT"])
    for keyword in ("PatientPosition", "PixelData", "SeriesDescription", "ContrastBolusAgent", "PatientWeight"):
        assert tag(keyword) not in required
    # macros that a document's root includes under a condition
    for keyword in ("ConceptCodeSequence", "MeasuredValueSequence", "GraphicData", "TemporalRangeType"):
        assert tag(keyword) not in required_tags(CLASSES["SR"])
    assert required_tags(CLASSES["SR"])[tag("ValueType")] == "1"


def test_a_mandatory_module_overrules_an_optional_one() -> None:
    slide = f"{STORAGE}77.1.6"
    assert attribute_type(slide, tag("BarcodeValue")) == "3"  # 2 in the Slide Label module
    assert tag("BarcodeValue") not in required_tags(slide, present={tag("BarcodeValue") + 1, tag("Rows")})
    assert required_tags(slide, present={tag("LabelText")})[tag("BarcodeValue")] == "2"  # the module is there


def test_an_attribute_of_several_modules_is_no_sign_of_an_optional_one() -> None:
    shared = {tag("PixelSpacing"), tag("BarcodeValue"), tag("FieldOfViewShape")}
    for uid in (CLASSES["SC"], f"{STORAGE}77.1.6", f"{STORAGE}12.1"):
        assert required_tags(uid, present=shared) == required_tags(uid)


def test_what_only_an_optional_module_knows_calls_for_its_type_2_attributes() -> None:
    agent = tag("ContrastBolusAgent")
    assert required_tags(CLASSES["CT"], present={tag("ContrastBolusRoute")})[agent] == "2"
    assert agent not in required_tags(CLASSES["CT"], present={tag("PatientName"), tag("Rows")})
    sponsored = required_tags(CLASSES["CT"], present={tag("ClinicalTrialProtocolID")})
    assert sponsored[tag("ClinicalTrialSiteName")] == "2"
    assert tag("ClinicalTrialSponsorName") not in sponsored  # Type 1: nobody can know it
    assert sponsored[tag("Rows")] == "1"


def test_retired_classes_that_are_still_met_follow_their_successors() -> None:
    for retired, successor in (("6", "6.1"), ("3", "3.1"), ("5", "20")):
        assert required_tags(STORAGE + retired) == required_tags(STORAGE + successor) != {}


def test_answers_are_kept() -> None:
    assert required_tags(CLASSES["CT"]) is required_tags(CLASSES["CT"])


def test_the_tables_agree_with_highdicom() -> None:
    found = find_spec("highdicom")
    if found is None or found.origin is None:
        pytest.skip("highdicom, whose tables ours were compiled from, is not installed")
    folder = Path(found.origin).parent / "_standard"
    classes, modules_of, attributes_of = (
        json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("sop_class_iod_map", "iod_module_map", "module_attribute_map")
    )
    compared = 0
    for uid, iod in classes.items():
        mandatory = {module["key"] for module in modules_of[iod] if module["usage"] == "M"}
        if uid not in known_classes() or "sr-document-content" in mandatory:
            continue
        wanted: dict[int, set[str]] = {}
        for module in mandatory & attributes_of.keys():
            for attribute in attributes_of[module]:
                if not attribute["path"] and attribute["type"] in {"1", "2"}:
                    wanted.setdefault(tag(attribute["keyword"]), set()).add(attribute["type"])
        assert required_tags(uid) == {number: min(kinds) for number, kinds in wanted.items()}
        compared += 1
    assert compared > 150
