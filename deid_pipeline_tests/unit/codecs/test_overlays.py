"""Bits of overlay planes: every frame is found, boxes become 0, no other bit changes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deid_pipeline.codecs import overlay_frame, redact_overlay
from deid_pipeline.errors import SourceDataError
from deid_pipeline.model import Box, OverlayLayout


def layout_of(rows: int, columns: int, frames: int = 1, *, length: int = 0, swapped: bool = False) -> OverlayLayout:
    size = -(-rows * columns * frames // 8)
    return OverlayLayout(0x6002, 0, length or size + size % 2, rows, columns, frames, swapped)


def packed(bits: np.ndarray[Any, Any], layout: OverlayLayout) -> bytes:
    raw = np.packbits(bits.ravel(), bitorder="little").tobytes().ljust(layout.value_length, b"\0")
    return np.frombuffer(raw, "<u2").astype(">u2").tobytes() if layout.swapped else raw


@given(
    rows=st.integers(1, 13),
    columns=st.integers(1, 19),
    frames=st.integers(1, 4),
    swapped=st.booleans(),
    seed=st.integers(0, 99),
    data=st.data(),
)
@settings(max_examples=150, deadline=None)
def test_inside_0_outside_equal(rows: int, columns: int, frames: int, swapped: bool, seed: int, data: Any) -> None:
    layout = layout_of(rows, columns, frames, swapped=swapped)
    bits = np.random.default_rng(seed).integers(0, 2, (frames, rows, columns)).astype("u1")
    raw = packed(bits, layout)
    sides = st.integers(-3, 22)
    boxes = data.draw(st.dictionaries(st.integers(0, frames - 1), st.lists(st.builds(Box, sides, sides, sides, sides))))
    expected = bits.copy()
    for index, some in boxes.items():
        for box in some:
            expected[index, max(0, box.top) : max(0, box.bottom), max(0, box.left) : max(0, box.right)] = 0
    new = redact_overlay(raw, layout, boxes=boxes)
    assert new == packed(expected, layout)
    for index in range(frames):
        np.testing.assert_array_equal(overlay_frame(raw, layout, frame_index=index), bits[index])
        np.testing.assert_array_equal(overlay_frame(new, layout, frame_index=index), expected[index])


def test_pydicom_reads_the_same_bits() -> None:
    bits = np.random.default_rng(1).integers(0, 2, (3, 7, 5)).astype("u1")
    layout = layout_of(7, 5, 3)
    dataset = pydicom.Dataset()
    dataset.add_new(0x60020010, "US", 7)
    dataset.add_new(0x60020011, "US", 5)
    dataset.add_new(0x60020015, "IS", 3)
    dataset.add_new(0x60020100, "US", 1)
    dataset.add_new(0x60023000, "OW", packed(bits, layout))
    frames = [overlay_frame(packed(bits, layout), layout, frame_index=index) for index in range(3)]
    np.testing.assert_array_equal(dataset.overlay_array(0x6002), frames)


@pytest.mark.parametrize("swapped", [False, True])
def test_what_lies_behind_the_last_frame_goes(swapped: bool) -> None:
    layout = layout_of(3, 3, length=6, swapped=swapped)
    full = redact_overlay(b"\xff" * 6, layout, boxes={})
    assert full == packed(np.ones((1, 3, 3), "u1"), layout)


@pytest.mark.parametrize("frame_index", [-1, 2])
def test_a_frame_that_is_not_there_is_refused(frame_index: int) -> None:
    with pytest.raises(SourceDataError):
        overlay_frame(b"\0" * 8, layout_of(4, 8, 2), frame_index=frame_index)
    with pytest.raises(SourceDataError):
        redact_overlay(b"\0" * 8, layout_of(4, 8, 2), boxes={frame_index: [Box(0, 0, 1, 1)]})


def test_planes_shorter_than_they_say_are_refused() -> None:
    with pytest.raises(SourceDataError):
        redact_overlay(b"\0" * 7, layout_of(4, 8, 2), boxes={})
    with pytest.raises(SourceDataError):
        overlay_frame(b"\0" * 7, layout_of(4, 8, 2), frame_index=1)
