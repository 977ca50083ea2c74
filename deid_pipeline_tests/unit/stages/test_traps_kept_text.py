"""Texts that PS3.15 does not list, and those that a strategy keeps: harmless ones stay, others are cleaned."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydicom.datadict import DicomDictionary
from pydicom.dataset import Dataset

from deid_pipeline.phi import identifies
from deid_pipeline_tests.instances import small_ct
from deid_pipeline_tests.releasing import release

pytestmark = pytest.mark.usefixtures("both_forms")

TEXT_VRS = ("AE", "LO", "LT", "SH", "ST", "UC", "UR", "UT")
STRATEGIES = ("basic", "midi_b", "safe_harbor")


def released(folder: Path, strategy: str = "midi_b", **values: Any) -> Dataset:
    dataset = small_ct()
    dataset.ReferringPhysicianName = "Carmichael^Sidonie"
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    result = release(folder, dataset, strategy)
    assert (result.status, result.reason) == ("released", "")
    return result.dataset


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize(
    ("keyword", "text", "kept"),
    [
        ("Radiopharmaceutical", "Ordered by Olga Brandstetter MD, PE protocol", "Ordered, PE protocol"),
        ("Radiopharmaceutical", "WEDGE QUILLFEATHER", "WEDGE"),
        ("Radiopharmaceutical", "WEDGE call 443-555-0177", "WEDGE call"),
        ("ConvolutionKernel", "B30f Dr. Carmichael", "B30f"),
        ("ReceiveCoilName", "HEAD 2019-04-12", "HEAD"),
        ("SoftwareVersions", "syngo CT 2012B QF-0042917", "syngo CT 2012B"),
        ("SoftwareVersions", "VB17 20190412", "VB17"),
        ("Manufacturer", "Quillfeather", ""),
    ],
)
def test_what_identifies_goes_from_a_kept_text(
    tmp_path: Path, strategy: str, keyword: str, text: str, kept: str
) -> None:
    assert getattr(released(tmp_path, strategy, **{keyword: text}), keyword) == kept


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("Manufacturer", "Carl Zeiss Meditec, Inc."),
        ("Manufacturer", "Philips Medical Systems, Best, The Netherlands"),
        ("ManufacturerModelName", "Discovery 750w"),
        ("SoftwareVersions", "VB17 20150304 1234567"),
        ("SequenceName", "*tfl3d1_16ns"),
        ("ConvolutionKernel", "I31f\\2"),
        ("Radiopharmaceutical", "FDG -- fluorodeoxyglucose"),
        ("ReceiveCoilName", "32Ch Head"),
        ("TransmitCoilName", "QUADKNEE"),
    ],
)
def test_a_harmless_text_stays(tmp_path: Path, strategy: str, keyword: str, text: str) -> None:
    value = getattr(released(tmp_path, strategy, **{keyword: text.split("\\") if "\\" in text else text}), keyword)
    assert (value if isinstance(value, str) else "\\".join(value)) == text


def test_a_device_that_may_keep_its_name_keeps_it_but_not_a_persons(tmp_path: Path) -> None:
    made = released(tmp_path, StationName="CTAWP77312", DeviceSerialNumber="7731255", GantryID="Quillfeather 3")
    assert (made.StationName, made.DeviceSerialNumber, made.GantryID) == ("CTAWP77312", "7731255", "3")
    made = released(tmp_path, StationName="QUILLFEATHER", DeviceSerialNumber="QF-0042917")
    assert (made.StationName, made.DeviceSerialNumber) == ("", "")
    made = released(tmp_path, "minimal", InstitutionName="Saint Orsolya Hospital", StationName="Carmichael CT")
    assert (made.InstitutionName, made.StationName) == ("Saint Orsolya Hospital", "CT")


@pytest.mark.parametrize("strategy", ["basic", "midi_b"])
@pytest.mark.parametrize("part", range(8))
def test_no_text_element_of_the_standard_keeps_a_name(tmp_path: Path, strategy: str, part: int) -> None:
    """Many elements at a time, each of them with a name that the header has."""
    found = sorted(
        tag
        for tag, entry in DicomDictionary.items()
        if entry[0] in TEXT_VRS and entry[4] and not identifies(entry[0], entry[4])
    )
    tags = [tag for tag in found if tag >> 16 not in (0, 2, 4, 6, 0xFFFE)][part::8]
    dataset = small_ct()
    for tag in tags:
        vr = DicomDictionary[tag][0]
        text = "http://x/AX/Quillfeather" if vr == "UR" else "AX Quillfeather"
        if tag not in dataset:
            dataset.add_new(tag, vr, text)
    result = release(tmp_path, dataset, strategy)
    assert (result.status, result.reason) == ("released", "")
    assert b"quillfeather" not in result.content.lower()
    assert result.content.count(b"AX") > len(tags) // 8
