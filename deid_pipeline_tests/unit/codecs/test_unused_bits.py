"""Bits outside Bits Stored: what they hold is seen and goes, what samples hold stays, and a sign hides nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from deid_pipeline.codecs import (
    IRREVERSIBLE,
    clear_unused_bits,
    codec_for,
    has_unused_bits_set,
    may_have_unused_bits,
)
from deid_pipeline.codecs.coverage import CELLS, Cell
from deid_pipeline.model import PixelLayout
from deid_pipeline_tests.coded_frames import encode, layout_of

ROWS, COLUMNS, STORED = 20, 24, 12
WIDE = [
    cell
    for cell in CELLS
    if cell.photometric_interpretation == "MONOCHROME2"
    and cell.bits in ("16/16", "16/16s")
    and cell.transfer_syntax_uid not in IRREVERSIBLE
]


def case_of(cell: Cell) -> tuple[PixelLayout, np.ndarray[Any, Any]]:
    """A layout that stores 12 of the cell's 16 bits, and samples of 12 bits that are both signs where there are two."""
    layout = replace(layout_of(cell, rows=ROWS, columns=COLUMNS), bits_stored=STORED, high_bit=STORED - 1)
    low = -(1 << (STORED - 1)) if cell.is_signed else 0
    samples = np.random.default_rng(5).integers(low, low + (1 << STORED), (ROWS, COLUMNS))
    return layout, samples.astype("i2" if cell.is_signed else "u2")


def with_overlay(samples: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The samples with a bar drawn in bit 14 of their cells."""
    drawn = samples.view("u2").copy()
    drawn[4:9, 3:20] ^= 1 << 14
    return drawn.view(samples.dtype)


@pytest.mark.parametrize("cell", WIDE, ids=lambda cell: f"{cell.transfer_syntax_uid[17:]} {cell.bits}")
def test_what_hides_beside_samples_goes_and_every_sample_stays(cell: Cell) -> None:
    layout, samples = case_of(cell)
    codec = codec_for(cell.transfer_syntax_uid)
    frame = encode(cell, with_overlay(samples), layout)
    assert has_unused_bits_set(codec, frame, layout)
    new = clear_unused_bits(codec, frame, layout)
    assert new is not None
    assert not has_unused_bits_set(codec, new, layout)
    np.testing.assert_array_equal(codec.decode_frame(new, layout), samples)
    assert codec.decode_frame(new, replace(layout, bits_stored=16, high_bit=15)).tolist() == samples.tolist()


@pytest.mark.parametrize("cell", WIDE, ids=lambda cell: f"{cell.transfer_syntax_uid[17:]} {cell.bits}")
def test_zeros_and_signs_hide_nothing(cell: Cell) -> None:
    layout, samples = case_of(cell)
    codec = codec_for(cell.transfer_syntax_uid)
    for values in (samples, (samples.view("u2") & 0xFFF).view(samples.dtype)):
        frame = encode(cell, values, layout)
        assert not has_unused_bits_set(codec, frame, layout)
        assert clear_unused_bits(codec, frame, layout) is None


def test_signs_on_some_samples_only_are_a_picture() -> None:
    cell = next(cell for cell in WIDE if cell.transfer_syntax_uid.endswith("1.2.1") and cell.is_signed)
    layout, samples = case_of(cell)
    mixed = samples.copy()
    mixed[::2] = (mixed[::2].view("u2") & 0xFFF).view("i2")
    frame = encode(cell, mixed, layout)
    assert has_unused_bits_set(codec_for(cell.transfer_syntax_uid), frame, layout)
    new = clear_unused_bits(codec_for(cell.transfer_syntax_uid), frame, layout)
    assert new == encode(cell, samples, layout)


@pytest.mark.parametrize("cell", [cell for cell in WIDE if "4." not in cell.transfer_syntax_uid[17:]], ids=str)
def test_bits_below_samples_go_too(cell: Cell) -> None:
    layout, samples = case_of(cell)
    layout = replace(layout, high_bit=15)
    codec = codec_for(cell.transfer_syntax_uid)
    cells = (samples.view("u2") << 4).view(samples.dtype)
    assert not has_unused_bits_set(codec, encode(cell, cells, layout), layout)
    drawn = cells.copy()
    drawn[2, 3:9] |= 5
    new = clear_unused_bits(codec, encode(cell, drawn, layout), layout)
    assert new is not None
    whole = replace(layout, bits_stored=16)
    np.testing.assert_array_equal(codec.decode_frame(new, whole), cells)


def test_layouts_without_spare_bits_are_not_looked_at() -> None:
    cell = WIDE[0]
    layout = layout_of(cell, rows=ROWS, columns=COLUMNS)
    assert not may_have_unused_bits(layout)
    assert not may_have_unused_bits(replace(layout, bits_allocated=1, bits_stored=1, high_bit=0))
    assert not may_have_unused_bits(replace(layout, keyword="FloatPixelData", bits_allocated=32, bits_stored=0))
    assert not has_unused_bits_set(codec_for(cell.transfer_syntax_uid), b"no frame at all", layout)
