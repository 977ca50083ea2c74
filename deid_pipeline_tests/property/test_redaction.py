"""Redaction changes every sample inside the boxes to the fill, and none outside, whatever the layout."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from deid_pipeline.codecs.native import NATIVE
from deid_pipeline.model import Box, PixelLayout, one_colour
from deid_pipeline.redaction import fill_for, outside, prepare_boxes, touching
from deid_pipeline_tests.unit.codecs.layouts import make_layout

_boxes = st.lists(st.builds(Box, *[st.integers(-3, 20)] * 4), max_size=5)


@st.composite
def _layouts(draw: st.DrawFn) -> PixelLayout:
    interpretation = draw(
        st.sampled_from(["MONOCHROME1", "MONOCHROME2", "PALETTE COLOR", "RGB", "YBR_FULL", "YBR_FULL_422"])
    )
    samples = 3 if interpretation in ("RGB", "YBR_FULL", "YBR_FULL_422") else 1
    grey = interpretation.startswith("MONO")
    allocated = draw(st.sampled_from([1, 8, 16, 32] if grey else [8, 16, 32]))
    stored = draw(st.integers(2, allocated)) if allocated > 1 else 1
    halved = interpretation == "YBR_FULL_422"
    return make_layout(
        rows=draw(st.integers(1, 12)),
        columns=draw(st.integers(1, 8)) * (2 if halved else 1),
        samples_per_pixel=samples,
        photometric_interpretation=interpretation,
        planar_configuration=draw(st.integers(0, 1)) if samples == 3 and not halved else 0,
        bits_allocated=allocated,
        bits_stored=stored,
        high_bit=draw(st.integers(stored - 1, allocated - 1)),
        pixel_representation=draw(st.integers(0, 1)) if grey and allocated > 1 else 0,
        big_endian=draw(st.booleans()),
        darkest_palette_index=1,
    )


def _mask(boxes: tuple[Box, ...], layout: PixelLayout) -> np.ndarray[Any, np.dtype[np.bool_]]:
    painted = np.zeros((layout.rows, layout.columns), dtype=bool)
    halved = layout.photometric_interpretation == "YBR_FULL_422"
    for box in boxes:
        left, right = (box.left // 2 * 2, -(-box.right // 2) * 2) if halved else (box.left, box.right)
        painted[box.top : box.bottom, left:right] = True
    return painted


@settings(max_examples=300, deadline=None)
@given(layout=_layouts(), boxes=_boxes, seed=st.integers(0, 2**32 - 1), grow=st.integers(0, 2))
def test_exactly_the_boxes_change(layout: PixelLayout, boxes: list[Box], seed: int, grow: int) -> None:
    frame = np.random.default_rng(seed).bytes((layout.frame_bits + 7) // 8)
    before = NATIVE.decode_frame(frame, layout)
    fill = fill_for(before, layout)
    prepared = prepare_boxes(boxes, rows=layout.rows, columns=layout.columns, grow_px=grow)
    redacted = NATIVE.redact_frame(frame, layout, patches=one_colour(prepared, fill))
    after = NATIVE.decode_frame(redacted, layout)
    inside = _mask(prepared, layout)
    np.testing.assert_array_equal(after[~inside], before[~inside])
    if layout.photometric_interpretation == "YBR_FULL_422":  # of pairs that a box cuts no more than the chroma changes
        asked = _mask(prepared, replace(layout, photometric_interpretation="YBR_FULL"))
        np.testing.assert_array_equal(after[~asked][:, 0], before[~asked][:, 0])
        assert (after[inside][:, 1:] == fill[1:]).all()
        inside = asked
    assert (after[inside] == (fill if after.ndim == 3 else fill[0])).all()
    assert len(redacted) == len(frame)
    again = NATIVE.redact_frame(redacted, layout, patches=one_colour(prepared, fill))
    assert again == redacted
    if not prepared:
        assert redacted == frame


@given(boxes=_boxes, rows=st.integers(1, 15), columns=st.integers(1, 15))
def test_prepared_boxes_cover_all_that_was_asked_for(boxes: list[Box], rows: int, columns: int) -> None:
    layout = make_layout(rows=rows, columns=columns)
    asked = [box for box in boxes if box.left < box.right and box.top < box.bottom]
    clipped = tuple(
        Box(max(0, b.left), max(0, b.top), max(0, min(columns, b.right)), max(0, min(rows, b.bottom))) for b in asked
    )
    prepared = prepare_boxes(boxes, rows=rows, columns=columns, grow_px=1)
    assert not (_mask(clipped, layout) & ~_mask(prepared, layout)).any()
    assert all(0 <= b.left < b.right <= columns and 0 <= b.top < b.bottom <= rows for b in prepared)


@given(boxes=_boxes, rows=st.integers(1, 15), columns=st.integers(1, 15))
def test_what_lies_outside_is_cut_out_once(boxes: list[Box], rows: int, columns: int) -> None:
    layout = make_layout(rows=rows, columns=columns)
    inside = [box for box in boxes if box.left < box.right and box.top < box.bottom]
    clipped = tuple(Box(max(0, b.left), max(0, b.top), max(0, b.right), max(0, b.bottom)) for b in inside)
    found = outside(boxes, rows=rows, columns=columns)
    np.testing.assert_array_equal(_mask(found, layout), ~_mask(clipped, layout))
    assert sum(box.area for box in found) == int(_mask(found, layout).sum())


@given(boxes=_boxes)
def test_boxes_are_grouped_by_what_they_touch_whatever_lies_between(boxes: list[Box]) -> None:
    whole = [box for box in boxes if box.left < box.right and box.top < box.bottom]
    groups = touching(whole, whole)
    assert sorted(box for group in groups for box in group) == sorted(whole)
    layout = make_layout(rows=20, columns=20)
    masks = [_mask(tuple(Box(b.left + 3, b.top + 3, b.right + 3, b.bottom + 3) for b in one), layout) for one in groups]
    assert not (np.sum(masks, axis=0) > 1).any() if masks else True
