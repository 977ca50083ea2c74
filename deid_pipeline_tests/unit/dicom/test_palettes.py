"""Segmented colour tables are expanded as another reader does it; the darkest entry is one that samples reach."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.pixels.processing import _expand_segmented_lut

from deid_pipeline.dicom import open_dicom, pixel_layout
from deid_pipeline.dicom.palettes import expand_segments
from deid_pipeline_tests.instances import save, small_ct

_DISCRETE = st.lists(st.integers(0, 255), min_size=1, max_size=5).map(lambda some: (0, len(some), *some))
_LINEAR = st.tuples(st.just(1), st.integers(1, 9), st.integers(0, 255))


@given(first=_DISCRETE, others=st.lists(_DISCRETE | _LINEAR, max_size=8), bits=st.sampled_from([8, 16]))
def test_discrete_and_linear_segments_are_expanded_as_pydicom_does(
    first: tuple[int, ...], others: list[tuple[int, ...]], bits: int
) -> None:
    data = sum([first, *others], ())
    expected = _expand_segmented_lut(data, "<B" if bits == 8 else "<H")
    found = expand_segments(data, bits=bits, count=1 << 16)
    assert len(found) == len(expected)
    assert max(abs(one - other) for one, other in zip(found, expected, strict=True)) <= 1  # of a half rounded


@given(first=_DISCRETE, second=_DISCRETE | _LINEAR, count=st.integers(1, 2), bits=st.sampled_from([8, 16]))
def test_an_indirect_segment_repeats_earlier_ones(
    first: tuple[int, ...], second: tuple[int, ...], count: int, bits: int
) -> None:
    assume(second[0] == 0 or count == 2)
    start = 0 if count == 2 else len(first)
    offset = (start, 0, 0, 0) if bits == 8 else (2 * start, 0)
    direct = expand_segments(first + second + (first + second if count == 2 else second), bits=bits, count=999)
    assert expand_segments((*first, *second, 2, count, *offset), bits=bits, count=999) == direct


@pytest.mark.parametrize(
    "data",
    [
        (1, 3, 9),
        (2, 1, 0, 0),
        (0, 9, 1, 2),
        (0, 1, 5, 7, 1, 1),
        (0, 1, 5, 2, 1, 3, 0),
        (0, 1, 5, 2, 4, 0, 0),
        (0, 1, 5, 1),
    ],
)
def test_segments_that_cannot_be_read_give_nothing(data: tuple[int, ...]) -> None:
    assert expand_segments(data, bits=16, count=99) == () or data == (0, 1, 5, 1)
    assert len(expand_segments(data, bits=16, count=99)) <= 1


def _coloured(*, bits: int, signed: int = 0, first: int = 0, stored: int = 8) -> Dataset:
    """Entries 200, 90, 100 to 130, 20, 16, 12, 8, 4: the darkest comes behind those that 3 bits reach."""
    dataset = small_ct()
    dataset.PhotometricInterpretation = "PALETTE COLOR"
    dataset.PixelRepresentation, dataset.BitsStored, dataset.HighBit = signed, stored, stored - 1
    segments = (0, 2, 200, 90, 1, 4, 130, 0, 1, 20, 1, 4, 4)
    for colour in ("Red", "Green", "Blue"):
        dataset[f"{colour}PaletteColorLookupTableDescriptor"] = _descriptor(colour, (11, first, bits), signed)
        packed = bytes([*segments, 0]) if bits == 8 else struct.pack("<13H", *segments)
        setattr(dataset, f"Segmented{colour}PaletteColorLookupTableData", packed)
    return dataset


def _descriptor(colour: str, values: tuple[int, int, int], signed: int) -> object:
    from pydicom.datadict import tag_for_keyword
    from pydicom.dataelem import DataElement

    tag = tag_for_keyword(f"{colour}PaletteColorLookupTableDescriptor")
    assert tag is not None
    return DataElement(tag, "SS" if signed else "US", list(values))


@pytest.mark.parametrize(
    ("how", "darkest"),
    [
        ({"bits": 8}, 10),
        ({"bits": 16}, 10),
        ({"bits": 16, "stored": 3}, 7),
        ({"bits": 16, "first": -4, "signed": 1}, 6),
        ({"bits": 16, "first": -4, "signed": 1, "stored": 3}, 3),
        ({"bits": 16, "first": 300}, None),
    ],
)
def test_the_darkest_entry_of_a_segmented_table_that_a_sample_can_hold(
    tmp_path: Path, how: dict[str, int], darkest: int | None
) -> None:
    with open_dicom(save(_coloured(**how), tmp_path / "in.dcm")) as file:
        layout = pixel_layout(file)
    assert layout is not None
    assert layout.darkest_palette_index == darkest
