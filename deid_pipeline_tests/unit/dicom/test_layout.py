"""The Image Pixel module as a layout."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from pydicom import Dataset

from deid_pipeline.dicom import open_dicom, overlay_bit_positions, pixel_layout
from deid_pipeline.errors import SourceDataError
from deid_pipeline.model import PixelLayout
from deid_pipeline_tests.data_sets import (
    BIG_ENDIAN,
    EXPLICIT,
    JPEG,
    SEQUENCE_END,
    SYNTAXES,
    UNDEFINED,
    explicit,
    implicit,
    item,
    raw_file,
    save,
)


def image(**changes: object) -> Dataset:
    made = Dataset()
    parts: dict[str, object] = {
        "SamplesPerPixel": 1, "PhotometricInterpretation": "MONOCHROME2", "Rows": 2, "Columns": 3, "BitsAllocated": 16,
        "BitsStored": 12, "HighBit": 11, "PixelRepresentation": 1, "PixelData": bytes(range(12)),
    }  # fmt: skip
    for keyword, value in (parts | changes).items():
        if value is not None:
            setattr(made, keyword, value)
    if "PixelData" in made:
        made["PixelData"].VR = "OW"
    return made


def layout_of(folder: Path, made: Dataset, syntax: str = EXPLICIT) -> PixelLayout | None:
    with open_dicom(save(made, folder / "a.dcm", syntax)) as file:
        layout = pixel_layout(file)
        if layout and layout.value_length is not None:
            value = bytes(file.buffer[layout.value_offset : layout.value_offset + layout.value_length])
            assert made[layout.keyword].value == value
        return layout


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_the_layout_of_every_syntax(tmp_path: Path, syntax: str) -> None:
    layout = layout_of(tmp_path, image(), syntax)
    assert layout is not None
    assert (layout.rows, layout.columns, layout.number_of_frames, layout.samples_per_pixel) == (2, 3, 1, 1)
    assert (layout.bits_allocated, layout.bits_stored, layout.high_bit, layout.pixel_representation) == (16, 12, 11, 1)
    assert (layout.transfer_syntax_uid, layout.keyword, layout.value_length) == (syntax, "PixelData", 12)
    assert layout.big_endian == (syntax == BIG_ENDIAN)


def test_encapsulated_pixel_data_have_no_length(tmp_path: Path) -> None:
    head = (
        explicit(0x00280010, "US", b"\2\0")
        + explicit(0x00280011, "US", b"\3\0")
        + explicit(0x00280100, "US", b"\x08\0")
    )
    pixels = explicit(0x7FE00010, "OB", item() + item(b"\xff\xd8"), length=UNDEFINED) + implicit(SEQUENCE_END)
    with open_dicom(raw_file(tmp_path, head + pixels, JPEG)) as file:
        layout = pixel_layout(file)
        assert layout is not None
        assert layout.is_encapsulated
        assert bytes(file.buffer[layout.value_offset :][:4]) == b"\xfe\xff\x00\xe0"


def test_without_pixel_data_there_is_no_layout(tmp_path: Path) -> None:
    assert layout_of(tmp_path, image(PixelData=None)) is None


def test_what_is_missing_gets_the_standards_default(tmp_path: Path) -> None:
    missing = dict.fromkeys(
        ("SamplesPerPixel", "PhotometricInterpretation", "BitsStored", "HighBit", "PixelRepresentation")
    )
    layout = layout_of(tmp_path, image(**missing))
    assert layout is not None
    assert (layout.samples_per_pixel, layout.photometric_interpretation) == (1, "MONOCHROME2")
    assert (layout.bits_stored, layout.high_bit, layout.pixel_representation) == (16, 15, 0)


@pytest.mark.parametrize(("value", "frames"), [("3", 3), ("", 1), ("0", 1), (None, 1)])
def test_the_number_of_frames(tmp_path: Path, value: str | None, frames: int) -> None:
    layout = layout_of(tmp_path, image(NumberOfFrames=value))
    assert layout is not None
    assert layout.number_of_frames == frames


@pytest.mark.parametrize("keyword", ["Rows", "Columns", "BitsAllocated"])
@pytest.mark.parametrize("value", [None, 0])
def test_an_image_without_a_size_is_refused(tmp_path: Path, keyword: str, value: int | None) -> None:
    with pytest.raises(SourceDataError, match="Image Pixel module is incomplete") as raised:
        layout_of(tmp_path, image(**{keyword: value}))
    number = {"Rows": "0010", "Columns": "0011", "BitsAllocated": "0100"}[keyword]
    assert raised.value.tag_path == f"(0028,{number})"


@pytest.mark.parametrize(
    ("element", "frames"),
    [(explicit(0x00280008, "IS", b"-3"), None), (explicit(0x00280008, "IS", b"many"), 1),
     (explicit(0x00280008, "LT", b"9" * 6000), 1), (explicit(0x00280008, "IS", b" +4 "), 4),
     (explicit(0x00280008, "IS", b"1_0 "), 1), (explicit(0x00280008, "IS", "٣".encode()), 1),
     (explicit(0x00280008, "IS", b"2\\3 "), 2)],
)  # fmt: skip
def test_a_senseless_number_of_frames_is_refused_or_one(tmp_path: Path, element: bytes, frames: int | None) -> None:
    head = element + explicit(0x00280010, "US", b"\2\0") + explicit(0x00280011, "US", b"\3\0")
    head += explicit(0x00280100, "US", b"\x08\0") + explicit(0x7FE00010, "OB", b"\0" * 6)
    with open_dicom(raw_file(tmp_path, head)) as file:
        if frames is None:
            with pytest.raises(SourceDataError) as raised:
                pixel_layout(file)
            assert raised.value.tag_path == "(0028,0008)"
        else:
            layout = pixel_layout(file)
            assert layout is not None
            assert layout.number_of_frames == frames


@pytest.mark.parametrize(("keyword", "bits"), [("FloatPixelData", 32), ("DoubleFloatPixelData", 64)])
def test_float_pixels(tmp_path: Path, keyword: str, bits: int) -> None:
    layout = layout_of(tmp_path, image(PixelData=None, BitsAllocated=None, **{keyword: bytes(6 * bits // 8)}))
    assert layout is not None
    assert (layout.keyword, layout.bits_allocated) == (keyword, bits)


RED, GREEN, BLUE = [200, 60, 30, 0], [200, 60, 10, 255], [200, 60, 20, 0]  # darkest: index 2


def palette(bits: int, *, wide: bool = False, first: int = 0) -> dict[str, object]:
    form = "<4H" if bits == 16 or wide else "<4B"
    scale = 256 if bits == 16 else 1
    parts: dict[str, object] = {"PhotometricInterpretation": "PALETTE COLOR", "PixelRepresentation": 0}
    for colour, entries in (("Red", RED), ("Green", GREEN), ("Blue", BLUE)):
        parts[f"{colour}PaletteColorLookupTableDescriptor"] = [4, first, bits]
        parts[f"{colour}PaletteColorLookupTableData"] = struct.pack(form, *(scale * entry for entry in entries))
    return parts


@pytest.mark.parametrize(
    ("bits", "wide", "first"), [(16, False, 0), (16, False, 7), (8, False, 0), (8, True, 0), (8, True, 5)]
)
def test_the_darkest_colour_of_a_palette(tmp_path: Path, bits: int, wide: bool, first: int) -> None:
    layout = layout_of(tmp_path, image(**palette(bits, wide=wide, first=first)))
    assert layout is not None
    assert layout.darkest_palette_index == 2 + first


def test_the_darkest_colour_of_a_packed_palette_in_big_endian(tmp_path: Path) -> None:
    parts = palette(8)
    for colour in ("Red", "Green", "Blue"):
        packed = parts[f"{colour}PaletteColorLookupTableData"]
        assert isinstance(packed, bytes)
        parts[f"{colour}PaletteColorLookupTableData"] = bytes(packed[index ^ 1] for index in range(4))
    layout = layout_of(tmp_path, image(**parts), BIG_ENDIAN)
    assert layout is not None
    assert layout.darkest_palette_index == 2


@pytest.mark.parametrize("missing", ["RedPaletteColorLookupTableDescriptor", "BluePaletteColorLookupTableData"])
def test_without_whole_tables_the_darkest_colour_is_unknown(tmp_path: Path, missing: str) -> None:
    layout = layout_of(tmp_path, image(**(palette(16) | {missing: None})))
    assert layout is not None
    assert layout.darkest_palette_index is None


@pytest.mark.parametrize(("position", "expected"), [(12, (12,)), (0, ()), (None, ())])
def test_an_overlay_in_the_pixels_is_seen_in_any_group(
    tmp_path: Path, position: int | None, expected: tuple[int, ...]
) -> None:
    for group in (0x6000, 0x601E):
        made = image()
        if position is not None:
            made.add_new(group << 16 | 0x0102, "US", position)
        with open_dicom(save(made, tmp_path / f"{group}.dcm")) as file:
            assert overlay_bit_positions(file) == expected
