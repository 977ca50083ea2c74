"""Bits outside Bits Stored of an output: nothing but zeros or signs passes, and clearing them is no change."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import ExplicitVRBigEndian, JPEG2000Lossless, JPEGLosslessSV1, JPEGLSLossless

from deid_pipeline_tests.unit.checks import pair as building
from deid_pipeline_tests.unit.checks.pair import BOX, COLUMNS, FRAMES, ROWS, Pair, source_data_set

FOUND = {"unused_bits": "unused bits of frame 2 hold something"}
ENCODERS = {
    JPEGLSLossless: lambda frame: imagecodecs.jpegls_encode(frame),
    JPEG2000Lossless: lambda frame: imagecodecs.jpeg2k_encode(frame, codecformat="j2k", reversible=True, level=0),
    JPEGLosslessSV1: lambda frame: imagecodecs.jpeg8_encode(frame, lossless=True, bitspersample=16, predictor=1),
}


def cells_of(data: Dataset, order: str = "<") -> np.ndarray[Any, Any]:
    return np.frombuffer(data.PixelData, f"{order}u2").reshape(FRAMES, ROWS, COLUMNS).copy()


def hidden(source: Dataset) -> np.ndarray[Any, Any]:
    """The cells of a source with a bar in bit 13 of its second frame."""
    cells = cells_of(source)
    cells[1, 14:20, 2:30] |= 1 << 13
    return cells


@pytest.mark.parametrize("order", ["<", ">"])
def test_native_bits_are_found_and_may_be_cleared(tmp_path: Path, order: str) -> None:
    source = source_data_set()
    clean, drawn = cells_of(source), hidden(source)
    source.PixelData = drawn.astype(f"{order}u2").tobytes()
    pair = Pair(
        tmp_path, source_data=source, syntax=ExplicitVRBigEndian if order == ">" else building.EXPLICIT, boxes={}
    )
    assert pair.failed() == FOUND
    pair.data.PixelData = clean.astype(f"{order}u2").tobytes()
    assert pair.failed().keys() == {"pixels_retained"}
    assert pair.failed(unused_bits_cleared=True) == {}
    clean[1, 3, 3] ^= 1
    pair.data.PixelData = clean.astype(f"{order}u2").tobytes()
    assert pair.failed(unused_bits_cleared=True) == {"pixels_retained": "changes outside the boxes of frame 2"}


def test_boxes_and_cleared_bits_go_together(tmp_path: Path) -> None:
    source = source_data_set()
    source.PixelData = hidden(source).tobytes()
    pair = Pair(tmp_path, source_data=source, boxes={0: (BOX,)})
    pair.data.PixelData = (cells_of(pair.data) & 0xFFF).tobytes()
    assert pair.failed(unused_bits_cleared=True) == {}


@pytest.mark.parametrize(("cell", "passes"), [(0xF801, True), (0x0801, False), (0x7801, False), (0x1001, False)])
def test_of_signed_samples_only_the_sign_may_be_repeated(tmp_path: Path, cell: int, passes: bool) -> None:
    """Beside samples whose signs are repeated already, so that zeros would tell one sample from another."""
    source = source_data_set()
    source.PixelRepresentation = 1
    cells = np.where(cells_of(source) & 0x800, cells_of(source) | 0xF000, cells_of(source)).astype("<u2")
    cells[1, 0, 0] = cell
    source.PixelData = cells.tobytes()
    assert Pair(tmp_path, source_data=source, boxes={}).failed() == ({} if passes else FOUND)


@pytest.mark.parametrize("syntax", ENCODERS)
def test_compressed_bits_are_found_and_may_be_cleared(tmp_path: Path, syntax: str) -> None:
    def coded(cells: np.ndarray[Any, Any]) -> bytes:
        return encapsulate([bytes(ENCODERS[syntax](np.ascontiguousarray(frame))) for frame in cells])

    source = source_data_set()
    clean, drawn = cells_of(source), hidden(source)
    source.PixelData = coded(drawn)
    source["PixelData"].VR = "OB"
    pair = Pair(tmp_path, source_data=source, boxes={}, syntax=syntax)
    assert pair.failed() == FOUND
    pair.data.PixelData = coded(clean)
    assert pair.failed().keys() == {"pixels_retained"}
    assert pair.failed(unused_bits_cleared=True) == {}
    clean[1, 3, 3] ^= 1
    pair.data.PixelData = coded(clean)
    assert pair.failed(unused_bits_cleared=True) == {"pixels_retained": "changes outside the boxes of frame 2"}
