"""Identifiers hidden in an output are found wherever they are."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from deid_pipeline.checks import run_checks
from deid_pipeline.model import Identifier, IdentifierKind
from deid_pipeline_tests.unit.checks.pair import DEFLATED, IDENTIFIERS, Pair, failures

LATE = "(0020,4000)"


def put(keyword: str, value: object) -> Callable[[Dataset], None]:
    return lambda data: setattr(data, keyword, value)


def leaks(pair: Pair, edit: Callable[[Dataset], Any], **changed: Any) -> str:
    return pair.failed(edit, **changed).get("text_removed", "")


@pytest.mark.parametrize(
    "value",
    [
        "seen by HABERLIN", "Haberlin, Q.", "HäBERLIN", "quentin2", "QUENTIN", "x_haberlin_y", "mrn55012",
        "xxMRN-55012xx", "on 20130713101500", "13 JUL 2013", "7/13/13", "acc 2840.", "SCOTT HOSPITAL",
        "of Al Head's", "20130713",
    ],
)  # fmt: skip
def test_every_spelling_in_a_text_is_found(pair: Pair, value: str) -> None:
    assert "left in (0020,4000)" in leaks(pair, put("ImageComments", value))


@pytest.mark.parametrize(
    "value",
    ["", "Abdomen", "Quentins", "header", "forehead2", "28401", "12840", "12013071", "scotthospitals", "120130713"],
)
def test_other_text_is_not(pair: Pair, value: str) -> None:
    assert leaks(pair, put("ImageComments", value)) == ""


@pytest.mark.parametrize(
    ("code", "told"), [("HABERLIN", "NAME left in (0018,0015)"), ("HEAD", ""), ("QUENTIN", "NAME")]
)
def test_a_name_in_a_code_string_is_a_leak_unless_codes_are_made_of_it(pair: Pair, code: str, told: str) -> None:
    found = leaks(pair, put("BodyPartExamined", code))
    assert told in found
    assert bool(told) == bool(found)


@pytest.mark.parametrize("keyword", ["PatientComments", "RequestedContrastAgent", "SeriesDescription", "OperatorsName"])
def test_any_text_element_counts(pair: Pair, keyword: str) -> None:
    assert "NAME left in" in leaks(pair, put(keyword, "Quentin Häberlin"))


def test_a_name_three_sequences_deep_is_found(pair: Pair) -> None:
    def edit(data: Dataset) -> None:
        inner = Dataset()
        inner.PatientName = "Häberlin^Quentin"
        for _ in range(3):
            outer = Dataset()
            outer.RequestAttributesSequence = Sequence([inner])
            inner = outer
        data.RequestAttributesSequence = Sequence([inner])

    assert "NAME left in (0010,0010)" in leaks(pair, edit)


def test_a_name_in_a_private_element_is_found_and_its_creator_not_shown(pair: Pair) -> None:
    def edit(data: Dataset) -> None:
        block = data.private_block(0x0029, "HABERLIN LAB", create=True)
        block.add_new(0x01, "UN", b"\x00\x07Quentin Q\x00")

    detail = leaks(pair, edit)
    assert "NAME left in (0029,0010)" in detail
    assert "NAME left in bytes outside of text elements" in detail
    assert "LAB" not in detail


@pytest.mark.parametrize(
    "name",
    [
        b"Quentin Haberlin",
        "Häberlin".encode(),
        "Häberlin".encode("utf-16-le"),
        "HÄBERLIN".encode("latin-1"),
        b"MRN-55012",
        "MRN-55012".encode("utf-16-be"),
    ],
)
def test_bytes_of_any_encoding_in_a_binary_element_are_found(pair: Pair, name: bytes) -> None:
    def edit(data: Dataset) -> None:
        data.add_new(0x00282000, "OB", b"\x01\x02\x03\x04" + name + b"\x00" * (2 - len(name) % 2))

    assert "left in bytes" in leaks(pair, edit)


def test_a_name_in_the_preamble_is_found(pair: Pair) -> None:
    pair.save(preamble=b"Haberlin".ljust(128, b"\0"))
    assert "NAME left in bytes" in failures(run_checks(pair.case()))["text_removed"]


def test_a_name_behind_the_data_set_is_found(pair: Pair) -> None:
    found = pair.failed_bytes(lambda content: content.extend(b"\xfc\xff\xfc\xffOB\0\0\x08\0\0\0HABERLIN"))
    assert "NAME left in bytes" in found["text_removed"]


def test_a_name_in_group_2_is_found(pair: Pair) -> None:
    pair.save()
    data = pydicom.dcmread(pair.output_path)
    data.file_meta.SourceApplicationEntityTitle = "QUENTIN"
    data.save_as(pair.output_path)
    assert "NAME left in (0002,0016)" in failures(run_checks(pair.case()))["text_removed"]


def test_a_name_inside_or_behind_a_deflated_data_set_is_found(tmp_path: Path) -> None:
    pair = Pair(tmp_path, syntax=DEFLATED)
    assert "NAME left" in leaks(pair, put("ImageComments", "Haberlin"))
    pair.save()
    pair.output_path.write_bytes(pair.output_path.read_bytes() + b"HABERLIN")
    assert "NAME left in bytes" in failures(run_checks(pair.case()))["text_removed"]
    assert b"HABERLIN" not in zlib.compress(b"HABERLIN")[:2]


def test_a_name_in_a_japanese_character_set_is_decoded(tmp_path: Path) -> None:
    name = Identifier(IdentifierKind.NAME, "(0010,0010)", "山田^太郎", ("山田^太郎", "山田太郎", "山田"))

    def edit(data: Dataset) -> None:
        data.SpecificCharacterSet = ["", "ISO 2022 IR 87"]
        data.ImageComments = "山田 CT"

    pair = Pair(tmp_path, identifiers=(*IDENTIFIERS, name))
    pair.data.SpecificCharacterSet = ["", "ISO 2022 IR 87"]
    assert "NAME left in (0020,4000)" in leaks(pair, edit)


@pytest.mark.parametrize("place", ["first", "odd", "last"])
@pytest.mark.parametrize("text", [b"quentin haberlin", "Quentin Häberlin".encode(), b"scott HOSPITAL", b"2013-07-13"])
def test_eight_bytes_and_more_are_found_in_pixel_data(pair: Pair, place: str, text: bytes) -> None:
    def edit(data: Dataset) -> None:
        pixels = bytearray(data.PixelData)
        at = {"first": 0, "odd": 101, "last": len(pixels) - len(text)}[place]
        pixels[at : at + len(text)] = text
        data.PixelData = bytes(pixels)

    names = Identifier(IdentifierKind.NAME, "(0010,0010)", "x", ("quentin haberlin", "quentin häberlin"))
    assert "left in the bytes of the pixel data" in leaks(pair, edit, identifiers=(*IDENTIFIERS, names))


def test_short_spellings_in_samples_are_chance(pair: Pair) -> None:
    def edit(data: Dataset) -> None:
        data.PixelData = b"head2840 20130713 " + data.PixelData[18:]

    assert leaks(pair, edit) == ""


def test_needles_are_found_across_the_borders_of_chunks(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deid_pipeline.checks.scanning._CHUNK_BYTES", 61)
    for at in range(0, 122, 7):
        edit = put("ImageComments", "." * at + " Haberlin")
        assert "NAME left in (0020,4000)" in leaks(pair, edit)


def test_terms_numbers_and_uids_that_look_like_identifiers_are_no_leak(pair: Pair) -> None:
    """Body part HEAD, an exposure time of 2840, and UIDs below 1.2.840: a Dr. Head and accession number 2840."""
    assert pair.failed() == {}


def test_the_same_words_in_free_text_are_a_leak_beside_them(pair: Pair) -> None:
    detail = leaks(pair, put("ImageComments", "Head 2840"))
    assert "NAME left in (0020,4000)" in detail
    assert "ID left in (0020,4000)" in detail


def test_a_term_hidden_once_more_in_bytes_is_a_leak(pair: Pair) -> None:
    def edit(data: Dataset) -> None:
        data.add_new(0x00282000, "OB", b"\x01\x02 HEAD \x03\x04")

    assert "NAME left in bytes" in leaks(pair, edit)


def test_a_source_date_is_no_leak_where_the_editor_meant_to_write_it(pair: Pair) -> None:
    values = dict(pair.case().expected_values) | {"(0008,0022)": "20130713", LATE: "20130713"}
    assert leaks(pair, put("AcquisitionDate", "20130713"), expected_values=values) == ""
    assert "DATE left in (0008,0022)" in leaks(pair, put("AcquisitionDate", "20130713"))
    assert "DATE left in (0020,4000)" in leaks(pair, put("ImageComments", "20130713"), expected_values=values)


def test_short_ids_count_only_as_whole_values_of_id_elements(pair: Pair) -> None:
    assert leaks(pair, put("SeriesNumber", "1")) == ""
    assert leaks(pair, put("SoftwareVersions", "1")) == ""
    assert "ID left in (0020,0010)" in leaks(pair, put("StudyID", "1"))
    assert "ID left in (0010,0020)" in leaks(pair, put("PatientID", "1"))


def test_openly_retained_places_stay_but_only_with_their_code(tmp_path: Path) -> None:
    pair = Pair(tmp_path, kept=("(0008,0080)",))
    pair.data.InstitutionName = "Scott Hospital"
    assert "PLACE left in (0008,0080)" in leaks(pair, lambda _: None)
    code = pair.data.DeidentificationMethodCodeSequence
    code[1].CodeValue = "113112"
    pair.boxes = {}
    assert leaks(pair, lambda _: None) == ""


def test_names_stay_secret_whatever_codes_are_claimed(tmp_path: Path) -> None:
    pair = Pair(tmp_path, kept=("(0008,0090)",))
    pair.data.ReferringPhysicianName = "Head^Al"
    for number, code in enumerate(("113112", "113109")):
        pair.data.DeidentificationMethodCodeSequence[number].CodeValue = code
    assert "NAME left in (0008,0090)" in leaks(pair, lambda _: None)


def test_uids_and_ages_are_left_to_other_checks(pair: Pair) -> None:
    age = Identifier(IdentifierKind.AGE, "(0010,1010)", "037Y", ("037y", "37y"))
    assert leaks(pair, put("PatientAge", "037Y"), identifiers=(age, IDENTIFIERS[-1])) == ""


def test_thousands_of_spellings_are_prepared_once_and_searched_at_once() -> None:
    from deid_pipeline.checks.needles import needle_set

    many = tuple(
        replace(IDENTIFIERS[0], spellings=(f"name{number}^given{number}", f"given{number} name{number}"))
        for number in range(1500)
    )
    prepared = needle_set((*IDENTIFIERS, *many))
    noise = np.random.default_rng(1).integers(0, 256, 1 << 22, dtype=np.uint8).tobytes()
    assert list(prepared.in_native_pixels.find(noise + b"given7 name7")) != []
    assert needle_set((*IDENTIFIERS, *many)) is prepared


def test_an_ordinary_word_is_a_leak_where_its_text_names_somebody(pair: Pair) -> None:
    long = Identifier(IdentifierKind.NAME, "(0010,0010)", "Long^Li", ("long^li", "long"), frozenset({"long"}))

    def found(text: str) -> str:
        return leaks(
            pair,
            put("ImageComments", text),
            identifiers=(long, *IDENTIFIERS),
            still_names=lambda identifiers, text: identifiers == [long] and text.startswith("Dr."),
        )

    assert found("Long axis") == ""
    assert "NAME left in (0020,4000)" in found("Dr. Long")
    assert "NAME left in (0020,4000)" in found("LONG^LI")
