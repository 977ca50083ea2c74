"""Overlay planes of an output: read ones only, empty inside boxes, the source's outside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRBigEndian

from deid_pipeline.model import Box
from deid_pipeline_tests.unit.checks.pair import EXPLICIT, Pair, source_data_set

SHAPE = (2, 9, 11)
BOX = Box(2, 3, 7, 6)
BOXES = {"6000": {1: (BOX,)}}


def packed(bits: np.ndarray[Any, Any], *, swapped: bool) -> bytes:
    raw = np.packbits(bits.ravel(), bitorder="little").tobytes() + b"\0"
    return np.frombuffer(raw, "<u2").astype(">u2").tobytes() if swapped else raw


def add_plane(data: Dataset, bits: np.ndarray[Any, Any], *, swapped: bool) -> None:
    for number, vr, value in ((0x10, "US", 9), (0x11, "US", 11), (0x15, "IS", 2), (0x100, "US", 1), (0x102, "US", 0)):
        data.add_new(0x60000000 | number, vr, value)
    data.add_new(0x60003000, "OW", packed(bits, swapped=swapped))


@pytest.fixture(params=[False, True], ids=["little endian", "big endian"])
def swapped(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def plane(tmp_path: Path, swapped: bool) -> tuple[Pair, np.ndarray[Any, Any]]:
    """A pair with a redacted plane, and the bits of the output's."""
    source = source_data_set()
    if swapped:
        source.PixelData = np.frombuffer(source.PixelData, "<u2").astype(">u2").tobytes()
    bits = np.random.default_rng(3).integers(0, 2, SHAPE).astype("u1")
    add_plane(source, bits, swapped=swapped)
    pair = Pair(tmp_path, source_data=source, boxes={}, syntax=ExplicitVRBigEndian if swapped else EXPLICIT)
    bits[1, 3:6, 2:7] = 0
    add_plane(pair.data, bits, swapped=swapped)
    return pair, bits


def failed(pair: Pair, boxes: dict[str, Any]) -> str | None:
    return pair.failed(boxes_by_plane=boxes).get("overlay_planes")


def test_a_redacted_plane_passes_and_each_bit_counts(plane: Any, swapped: bool) -> None:
    pair, bits = plane
    assert failed(pair, BOXES) is None
    for place, frame in (((0, 0, 0), 1), ((1, 3, 7), 2), ((1, 4, 4), 2), ((1, 8, 10), 2)):
        tampered = bits.copy()
        tampered[place] ^= 1
        add_plane(pair.data, tampered, swapped=swapped)
        expected = f"frame {frame} of (6000,3000) is not as it was outside its boxes and empty inside"
        assert failed(pair, BOXES) == expected


def test_bits_behind_the_last_frame_count(plane: Any, swapped: bool) -> None:
    pair, bits = plane
    raw = bytearray(packed(bits, swapped=swapped))
    raw[-1 if not swapped else -2] |= 0x80
    pair.data[0x60003000].value = bytes(raw)
    assert failed(pair, BOXES) == "(6000,3000) holds something behind its last frame"


def test_unread_planes_fail_wherever_they_are(plane: Any) -> None:
    pair, _ = plane
    assert failed(pair, {}) == "(6000,3000) was kept unread"
    assert failed(pair, {"6002": {}}) == "(6000,3000) was kept unread"
    item = Dataset()
    item.add_new(0x60003000, "OW", b"\1\2")
    del pair.data[0x60003000]
    pair.data.ReferencedImageSequence[0].update(item)
    assert failed(pair, BOXES) == "(6000,3000) was kept unread"


def test_another_length_or_frame_is_found(plane: Any) -> None:
    pair, _ = plane
    assert failed(pair, {"6000": {2: (BOX,)}}) == (
        "(6000,3000) has no frame 3; frame 2 of (6000,3000) is not as it was outside its boxes and empty inside"
    )
    pair.data[0x60003000].value += b"\0\0"
    assert failed(pair, BOXES) == "(6000,3000) has another length"


def test_a_plane_that_is_gone_is_no_plane(plane: Any) -> None:
    pair, _ = plane
    for element in [element for element in pair.data if element.tag.group == 0x6000]:
        del pair.data[element.tag]
    assert failed(pair, BOXES) is None
