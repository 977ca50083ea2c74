"""Markers of de-identification and the file around the data set."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pydicom
import pytest
from pydicom.dataset import Dataset

from deid_pipeline.checks import run_checks
from deid_pipeline_tests.unit.checks.pair import DEFLATED, Pair, failures


@pytest.mark.parametrize(
    ("edit", "detail"),
    [
        (lambda data: data.pop("PatientIdentityRemoved"), "(0012,0062) is not YES"),
        (lambda data: setattr(data, "PatientIdentityRemoved", "NO"), "(0012,0062) is not YES"),
        (lambda data: setattr(data, "DeidentificationMethod", ""), "(0012,0063) is missing"),
        (lambda data: data.DeidentificationMethodCodeSequence.pop(0), "(0012,0064) lacks 113100"),
        (lambda data: data.DeidentificationMethodCodeSequence.pop(1), "(0012,0064) lacks 113101"),
        (lambda data: data.pop("BurnedInAnnotation"), "(0028,0301) is not NO"),
        (lambda data: data.pop("LongitudinalTemporalInformationModified"),
         "(0028,0303) is missing or has no defined value"),
        (lambda data: setattr(data, "LongitudinalTemporalInformationModified", "SOME"),
         "(0028,0303) is missing or has no defined value"),
        (lambda data: setattr(data.DeidentificationMethodCodeSequence[0], "CodingSchemeDesignator", "99X"),
         "(0012,0064) has a code of another scheme"),
    ],
)  # fmt: skip
def test_each_missing_marker_is_named(pair: Pair, edit: Callable[[Dataset], Any], detail: str) -> None:
    assert pair.failed(edit) == {"markers": detail}


def test_without_boxes_nothing_is_said_about_burned_in_text(tmp_path: Path) -> None:
    pair = Pair(tmp_path, boxes={})
    assert pair.failed(lambda data: data.DeidentificationMethodCodeSequence.pop(1)) == {}


@pytest.mark.parametrize("at", [0, 127])
def test_a_preamble_of_anything_but_zeros_is_found(pair: Pair, at: int) -> None:
    assert pair.failed_bytes(lambda content: content.__setitem__(at, 1)) == {
        "file_structure": "the preamble is not zeros"
    }


@pytest.mark.parametrize(
    ("keyword", "value", "detail"),
    [
        ("MediaStorageSOPInstanceUID", "2.25.9", "(0002,0003) differs from (0008,0018)"),
        ("MediaStorageSOPClassUID", "1.2.840.10008.5.1.4.1.1.4", "(0002,0002) differs from (0008,0016)"),
        ("SourceApplicationEntityTitle", "STATION", "(0002,0016) is not allowed"),
        ("SendingApplicationEntityTitle", "STATION", "(0002,0017) is not allowed"),
        ("PrivateInformationCreatorUID", "2.25.8", "(0002,0100) is not allowed"),
        ("PrivateInformation", b"\x01\x02", "(0002,0102) is not allowed"),
    ],
)
def test_group_2_holds_what_it_must_and_no_more(pair: Pair, keyword: str, value: object, detail: str) -> None:
    pair.save()
    data = pydicom.dcmread(pair.output_path)
    setattr(data.file_meta, keyword, value)
    data.save_as(pair.output_path)
    assert failures(run_checks(pair.case())) == {"file_structure": detail}


@pytest.mark.parametrize("extra", [b"\0", b"\0" * 7, b"\xfe\xff\x0d\xe0\0\0\0\0" + b"anything at all"])
def test_bytes_behind_the_data_set_are_found(pair: Pair, extra: bytes) -> None:
    found = pair.failed_bytes(lambda content: content.extend(extra))
    assert "there are bytes behind the data set" in found["file_structure"]


def test_a_value_of_odd_length_is_found(pair: Pair) -> None:
    def edit(made: bytearray) -> None:
        place = made.index(b"\x08\x00\x70\x00LO")
        made[place + 6 : place + 14] = b"\5\0Maker"

    assert pair.failed_bytes(edit)["file_structure"] == "(0008,0070) has an odd length"


def test_bytes_behind_a_deflated_data_set_are_found_but_a_zero_is_padding(tmp_path: Path) -> None:
    pair = Pair(tmp_path, syntax=DEFLATED)
    assert pair.failed_bytes(lambda content: content.extend(b"\0")) == {}
    found = pair.failed_bytes(lambda content: content.extend(b"x"))
    assert found == {"file_structure": "there are bytes behind the deflated data set"}


def test_elements_between_group_2_and_the_data_set_are_found(pair: Pair) -> None:
    def edit(content: bytearray) -> None:
        at = content.index(b"\x08\x00\x05\x00CS")
        content[at:at] = b"\x04\x00\x00\x12\x02\0\0\0xy"

    assert pair.failed_bytes(edit)


@pytest.mark.parametrize("vr", ["LO", "UN"])
def test_private_elements_need_the_option_to_be_claimed(pair: Pair, vr: str) -> None:
    def edit(data: Dataset) -> None:
        data.private_block(0x0029, "ACME", create=True).add_new(0x01, vr, "x " if vr == "LO" else b"x ")

    assert pair.failed(edit)["file_structure"] == "(0029,0010) is private; (0029,1001) is private"
    pair.data.DeidentificationMethodCodeSequence[1].CodeValue = "113111"
    pair.boxes = {}
    assert "file_structure" not in pair.failed(edit)


def test_a_broken_deflate_stream_is_no_pass(tmp_path: Path) -> None:
    pair = Pair(tmp_path, syntax=DEFLATED)
    pair.save()
    pair.output_path.write_bytes(pair.output_path.read_bytes()[:-40])
    assert {result.passed for result in run_checks(pair.case())} == {None}


@pytest.mark.filterwarnings("ignore:.*:UserWarning")
def test_a_group_length_that_leads_elsewhere_is_found(pair: Pair) -> None:
    found = pair.failed_bytes(lambda content: content.__setitem__(140, content[140] - 2))
    assert found == {"file_structure": "(0002,0000) does not lead to the data set"}


def test_a_deflated_data_set_that_inflates_without_end_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = Pair(tmp_path, syntax=DEFLATED)
    pair.save()
    monkeypatch.setattr("deid_pipeline.checks.reading._MAXIMUM_INFLATED_BYTES", 1000)
    assert {result.detail for result in run_checks(pair.case())} == {"crashed: SourceDataError"}


def test_a_code_inside_another_code_is_no_claim(pair: Pair) -> None:
    def edit(data: Dataset) -> None:
        codes = data.DeidentificationMethodCodeSequence
        codes[0].EquivalentCodeSequence = [codes.pop(1)]

    assert pair.failed(edit)["markers"] == "(0012,0064) lacks 113101"
