"""Values that are not what their VR says: never a crash, never carried along with a text that nobody looked at."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.uid import DigitalXRayImageStorageForPresentation, GrayscaleSoftcopyPresentationStateStorage

from deid_pipeline.phi.words import word_list
from deid_pipeline_tests.data_sets import explicit, item
from deid_pipeline_tests.instances import small_ct
from deid_pipeline_tests.releasing import release, with_elements

pytestmark = pytest.mark.usefixtures("both_forms")

LISTS = ("id_keywords", "place_keywords", "contact_keywords")


@pytest.mark.parametrize(
    ("tag", "vr", "value", "kept"),
    [
        (0x00180050, "DS", b"12 Quillbert Fox", ""),
        (0x00280030, "DS", b"0.5\\John Fox ", ""),
        (0x00281050, "DS", "١٢".encode(), ""),
        (0x00200013, "IS", b"Fox 1 ", ""),
        (0x00200013, "IS", b"20190412101112", ""),
        (0x00080031, "TM", b"12:33 JohnFox ", ""),
        (0x00101010, "AS", b"Fox ", ""),
        (0x00080062, "UI", b"John.Fox", ""),
        (0x00080022, "DA", "٢٠١٩٠٤١٢".encode(), ""),
        (0x00080022, "DA", b"2019-4-12 ", ""),
        (0x00180015, "CS", b"CHEST of John Fox ", "CHEST"),
        (0x00180015, "CS", b"QUILLFEATHER", ""),
        (0x00180022, "CS", b"FAST QUILLFEATHER ", "FAST"),
        (0x00180015, "CS", b"QF-0042917", ""),
        (0x00180015, "CS", b"CHEST 20190412", "CHEST"),
        (0x00180015, "CS", b"KNEE 555-123-4567 ", "KNEE"),
        (0x00180050, "DS", b"1.25000000000000000001", "1.25000000000000000001"),
        (0x00180022, "CS", b"ACR_GEMS", "ACR_GEMS"),
    ],
)
@pytest.mark.parametrize("strategy", ["basic", "midi_b"])
def test_what_is_no_value_of_its_vr_is_emptied_and_a_code_is_cleaned(
    tmp_path: Path, tag: int, vr: str, value: bytes, kept: str, strategy: str
) -> None:
    result = release(tmp_path, with_elements(tmp_path, explicit(tag, vr, value)), strategy)
    assert (result.status, result.reason) == ("released", "")
    element = result.dataset.get_item(tag)
    assert (element.value or b"").decode().strip() == kept if element is not None else not kept


@pytest.mark.parametrize("vr", ["OB", "OW"])
def test_pixels_of_odd_length_get_their_padding_byte(tmp_path: Path, vr: str) -> None:
    base = small_ct(size=5)
    base.BitsAllocated, base.BitsStored, base.HighBit = 8, 8, 7
    pixels = explicit(0x7FE00010, vr, bytes(range(25)))
    result = release(tmp_path, with_elements(tmp_path, pixels, base=base))
    assert (result.status, result.reason) == ("released", "")
    assert result.dataset.PixelData == bytes(range(25)) + b"\0"


def test_odd_lengths_are_mended_at_every_depth_and_in_private_blocks(tmp_path: Path) -> None:
    reference = explicit(0x00081150, "UI", b"1.2.840.10008.5.1.4.1.1.2") + explicit(0x00081155, "UI", b"1.2.3")
    result = release(
        tmp_path,
        with_elements(
            tmp_path,
            explicit(0x00080070, "LO", b"Maker"),
            explicit(0x00081140, "SQ", item(reference)),
            explicit(0x00190010, "LO", b"SIEMENS MR HEADER"),
            explicit(0x0019100C, "IS", b"100"),
        ),
    )
    assert (result.status, result.reason) == ("released", "")
    assert result.dataset.Manufacturer == "Maker"
    assert result.dataset[0x0019100C].value == 100
    assert result.dataset.ReferencedImageSequence[0].ReferencedSOPClassUID == "1.2.840.10008.5.1.4.1.1.2"


@pytest.mark.parametrize(
    ("tag", "vr", "value", "kept"),
    [
        (0x00180050, "LO", b"John Fox 42 ", b"42"),  # a number that came as text
        (0x00280030, "PN", b"Fox^John", None),
        (0x00180050, "DA", b"20190412", None),
        (0x00209057, "OB", b"John Fox", None),
        (0x00180050, "IS", b"42", b"42"),
        (0x00280106, "SS", b"\1\0", b"\1\0"),  # US or SS
        (0x00281201, "OB", b"\1\0", b"\1\0"),  # OW, as bulk as OB is
    ],
)
@pytest.mark.parametrize("strategy", ["basic", "midi_b"])
def test_a_kept_element_with_the_vr_of_a_text_is_cleaned_with_that_of_a_name_it_goes(
    tmp_path: Path, tag: int, vr: str, value: bytes, kept: bytes | None, strategy: str
) -> None:
    result = release(tmp_path, with_elements(tmp_path, explicit(tag, vr, value)), strategy)
    assert (result.status, result.reason) == ("released", "")
    if tag == 0x00180050 and kept is None:  # of Type 2 in a CT: empty
        assert result.dataset.SliceThickness is None
    elif kept is None:
        assert tag not in result.dataset
    else:
        assert result.dataset.get_item(tag).value.strip(b" ") == kept


@pytest.mark.parametrize("strategy", ["basic", "midi_b", "minimal", "pseudonym", "safe_harbor", "tcia", "full"])
def test_a_birth_date_of_another_calendar_goes(tmp_path: Path, strategy: str) -> None:
    born = explicit(0x00100033, "LO", b"H310203 ") + explicit(0x00100035, "CS", b"JAPANESE")
    result = release(tmp_path, with_elements(tmp_path, born, explicit(0x00100034, "LO", b"R010412 ")), strategy)
    assert (result.status, result.reason) == ("released", "")
    assert b"H310203" not in result.content
    assert b"R010412" not in result.content


@pytest.mark.parametrize("strategy", ["basic", "full", "midi_b", "minimal", "pseudonym", "safe_harbor", "tcia"])
def test_no_strategy_keeps_an_identifier_that_its_own_gate_then_holds(tmp_path: Path, strategy: str) -> None:
    for number, keyword in enumerate(word for name in LISTS for word in sorted(word_list(name))):
        tag = tag_for_keyword(keyword)
        if tag is None or dictionary_VR(tag) == "SQ":
            continue
        dataset = small_ct()
        dataset.add_new(tag, dictionary_VR(tag), f"ZQX88{number:03d}")
        result = release(tmp_path, dataset, strategy)
        assert (result.status, result.reason) == ("released", ""), keyword


@pytest.mark.parametrize("strategy", ["basic", "midi_b"])
def test_a_text_that_its_class_needs_is_not_left_empty(tmp_path: Path, strategy: str) -> None:
    dataset = small_ct()
    dataset.SOPClassUID = GrayscaleSoftcopyPresentationStateStorage
    dataset.Modality, dataset.ContentLabel = "PR", "QUILLFEATHER"
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = "QF-0042917", "99LOCAL", "Ottoline Quillfeather"
    dataset.AcquisitionContextSequence = [code]
    dataset.AnatomicRegionSequence = [code]
    made = release(tmp_path, dataset, strategy)
    assert (made.status, made.reason) == ("released", "")
    assert made.dataset.ContentLabel == "UNKNOWN"
    (item,) = made.dataset.AnatomicRegionSequence
    assert (item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning) == ("UNKNOWN", "99LOCAL", "UNKNOWN")


@pytest.mark.parametrize(("scheme", "code"), [("LN", "24627-2"), ("I10", "R07.4"), ("SCT", "29857009")])
def test_a_meaning_of_a_registered_scheme_loses_what_the_header_names(tmp_path: Path, scheme: str, code: str) -> None:
    dataset, item, plain = small_ct(), Dataset(), Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = code, scheme, "Pain per Dr Quillfeather"
    plain.CodeValue, plain.CodingSchemeDesignator, plain.CodeMeaning = code, scheme, "Disease of Mitchell, Baker cyst 7"
    dataset.AnatomicRegionSequence = [item, plain]
    made = release(tmp_path, dataset)
    assert (made.status, made.reason) == ("released", "")
    cleaned, kept = made.dataset.AnatomicRegionSequence
    assert (cleaned.CodeValue, cleaned.CodeMeaning) == (code, "Pain")
    assert kept.CodeMeaning == "Disease of Mitchell, Baker cyst 7"


@pytest.mark.parametrize(
    ("said", "frames_read", "says"),
    [(None, 1, "NO"), (None, 0, "YES"), ("YES", 1, "YES"), ("NO", 1, "NO")],
)
def test_burned_in_annotation_is_no_where_all_was_read_and_the_source_says_nothing(
    tmp_path: Path, said: str | None, frames_read: int, says: str
) -> None:
    dataset = small_ct()
    dataset.SOPClassUID, dataset.Modality = DigitalXRayImageStorageForPresentation, "DX"
    if said is not None:
        dataset.BurnedInAnnotation = said
    made = release(tmp_path, dataset, frames_read=frames_read)
    assert (made.status, made.reason) == ("released", "")
    assert made.dataset.BurnedInAnnotation == says
