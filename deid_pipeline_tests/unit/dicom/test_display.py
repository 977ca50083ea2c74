"""Windows in stored values, colours by stored value."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import pytest
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian

from deid_pipeline.dicom import display_of, open_dicom
from deid_pipeline.model import Display
from deid_pipeline_tests.instances import save, small_ct


def display(folder: Path, syntax: str = ExplicitVRLittleEndian, **elements: Any) -> Display:
    dataset = small_ct()
    for keyword, value in elements.items():
        setattr(dataset, keyword, value)
    with open_dicom(save(dataset, folder / "a.dcm", syntax=syntax)) as file:
        return display_of(file)


def test_windows_are_ranges_of_stored_values(tmp_path: Path) -> None:
    found = display(
        tmp_path,
        WindowCenter=["40", "-600", "40", "100"],
        WindowWidth=["400", "1500", "400", "50"],
        RescaleIntercept="-1024",
        RescaleSlope="2",
    )
    assert found.windows == ((432.0, 632.0), (-163.0, 587.0)), "two of them, each once"


@pytest.mark.parametrize(
    "elements",
    [
        {},
        {"WindowCenter": "40"},
        {"WindowCenter": "40", "WindowWidth": "0"},
        {"WindowCenter": "40", "WindowWidth": "400", "RescaleSlope": "0"},
        {"WindowCenter": "", "WindowWidth": ""},
    ],
    ids=str,
)
def test_what_is_no_window_is_left_out(tmp_path: Path, elements: dict[str, str]) -> None:
    assert display(tmp_path, **elements).windows == ()


def test_a_window_that_is_no_number_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.dcm"
    dataset = small_ct()
    dataset.WindowCenter, dataset.WindowWidth = "4711", "400"
    save(dataset, path)
    for text in (b"NaN ", b"x711", b"4..1"):
        content = path.read_bytes().replace(b"4711", text)
        (tmp_path / "b.dcm").write_bytes(content)
        with open_dicom(tmp_path / "b.dcm") as file:
            assert display_of(file).windows == ()


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ExplicitVRBigEndian])
@pytest.mark.parametrize("bits", [8, 16])
def test_colours_are_those_of_the_tables(tmp_path: Path, syntax: str, bits: int) -> None:
    order = ">" if syntax == ExplicitVRBigEndian else "<"
    tables = {"Red": (1, 2, 3, 4), "Green": (5, 6, 7, 8), "Blue": (9, 10, 11, 12)}
    elements: dict[str, Any] = {}
    for colour, values in tables.items():
        words = [values[0] | values[1] << 8, values[2] | values[3] << 8] if bits == 8 else values
        elements[f"{colour}PaletteColorLookupTableData"] = struct.pack(f"{order}{len(words)}H", *words)
    dataset = small_ct()
    for keyword, raw in elements.items():
        setattr(dataset, keyword, raw)
    for colour in tables:
        dataset.add_new(f"{colour}PaletteColorLookupTableDescriptor", "US", [4, 7, bits])
    with open_dicom(save(dataset, tmp_path / "a.dcm", syntax=syntax)) as file:
        found = display_of(file)
    assert found.palette == ((1, 5, 9), (2, 6, 10), (3, 7, 11), (4, 8, 12))
    assert found.palette_first == 7


def test_without_all_tables_there_are_no_colours(tmp_path: Path) -> None:
    dataset = small_ct()
    dataset.add_new("RedPaletteColorLookupTableDescriptor", "US", [4, 0, 16])
    dataset.RedPaletteColorLookupTableData = b"\0" * 8
    with open_dicom(save(dataset, tmp_path / "a.dcm")) as file:
        assert display_of(file) == Display()
