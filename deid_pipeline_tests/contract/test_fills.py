"""Every fill of the room: it covers the boxes and nothing else, with values that a frame can hold, and hides text."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from deid_pipeline.checks.expected import expected
from deid_pipeline.checks.resemblance import resembles
from deid_pipeline.codecs import codec_for
from deid_pipeline.codecs.coverage import CELLS, Cell
from deid_pipeline.errors import ResidualRiskError
from deid_pipeline.model import Box, Patch, PixelLayout
from deid_pipeline.redaction import FILLS, Fill, Lettering, prepare_boxes, touching
from deid_pipeline.strategy.pixel_rules import _CHOICES
from deid_pipeline_tests.coded_frames import encode, layout_of, picture
from deid_pipeline_tests.unit.codecs.layouts import make_layout

_KINDS = [cell for cell in CELLS if cell.decoders[0] == "NumPy" and cell.transfer_syntax_uid.endswith(".1")]
_COSINE = [cell for cell in CELLS if "units" in cell.outside]
_LOSSLESS = [cell for cell in CELLS if "units" not in cell.outside]
_LOSSLESS = list(
    {(cell.transfer_syntax_uid, cell.photometric_interpretation, cell.is_float): cell for cell in _LOSSLESS}.values()
)


def name(thing: Any) -> str:
    return (
        thing.name if hasattr(thing, "name") else f"{thing.transfer_syntax_uid[17:]} {thing.photometric_interpretation}"
    )


def painted(frame: np.ndarray[Any, Any], patches: tuple[Patch, ...]) -> np.ndarray[Any, Any]:
    after = frame.reshape(*frame.shape[:2], -1).astype(np.int64 if frame.dtype.kind in "iu" else frame.dtype)
    for patch in patches:
        after[patch.box.top : patch.box.bottom, patch.box.left : patch.box.right] = patch.values
    return after


@st.composite
def box_lists(draw: st.DrawFn) -> tuple[Box, ...]:
    found = []
    for _ in range(draw(st.integers(1, 4))):
        left, top = draw(st.integers(0, 60)), draw(st.integers(0, 36))
        found.append(Box(left, top, left + draw(st.integers(1, 40)), top + draw(st.integers(1, 20))))
    return prepare_boxes(found, rows=40, columns=64, grow_px=0)


@pytest.mark.parametrize("cell", _KINDS, ids=lambda cell: f"{name(cell)} {cell.bits}")
@pytest.mark.parametrize("fill", FILLS, ids=name)
@given(boxes=box_lists(), seed=st.integers(0, 99))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
def test_a_fill_covers_the_boxes_and_nothing_else(fill: Fill, cell: Cell, boxes: tuple[Box, ...], seed: int) -> None:
    layout = layout_of(cell, rows=40, columns=64)
    frame = picture(layout, seed=seed)
    before = frame.copy()
    letterings = [Lettering(box, "DOE JANE") for box in boxes]
    groups = touching(boxes, boxes)
    if cell.is_float and not fill.is_plain:  # which draw
        with pytest.raises(ResidualRiskError):
            fill.patches(frame, layout, groups=groups)
        return
    patches = fill.patches(frame, layout, groups=groups, letterings=letterings)
    np.testing.assert_array_equal(frame, before)
    covered, wanted = np.zeros((40, 64), bool), np.zeros((40, 64), bool)
    for box in boxes:
        wanted[box.top : box.bottom, box.left : box.right] = True
    for patch in patches:
        assert patch.inside(rows=40, columns=64).box == patch.box  # type: ignore[union-attr]
        covered[patch.box.top : patch.box.bottom, patch.box.left : patch.box.right] = True
        low = -(1 << (cell.bits_stored - 1)) if cell.is_signed else 0
        assert patch.values.dtype.kind in ("f" if cell.is_float else "iu")
        assert np.isfinite(patch.values).all()
        assert cell.is_float or low <= patch.values.min() <= patch.values.max() < low + (1 << cell.bits_stored)
        assert not fill.is_plain or patch.is_plain
    np.testing.assert_array_equal(covered, wanted)
    again = fill.patches(frame, layout, groups=groups, letterings=letterings)
    np.testing.assert_array_equal(painted(frame, patches), painted(frame, again))


@pytest.mark.parametrize("fill", FILLS, ids=name)
@pytest.mark.parametrize("cell", [cell for cell in _LOSSLESS if not cell.is_float], ids=name)
def test_what_a_fill_chooses_is_what_decodes(cell: Cell, fill: Fill) -> None:
    layout = layout_of(cell, rows=40, columns=64)
    codec = codec_for(cell.transfer_syntax_uid)
    frame = encode(cell, picture(layout, seed=3), layout)
    boxes = (Box(4, 3, 40, 15), Box(30, 10, 63, 24))
    before = codec.decode_frame(frame, layout)
    groups = touching(boxes, codec.changed_boxes(frame, layout, boxes=boxes))
    patches = fill.patches(before, layout, groups=groups, letterings=[Lettering(boxes[0], "LI BO")])
    after = codec.decode_frame(codec.redact_frame(frame, layout, patches=patches), layout).reshape(40, 64, -1)
    inside = np.zeros((40, 64), bool)
    for box in boxes:
        inside[box.top : box.bottom, box.left : box.right] = True
    np.testing.assert_array_equal(after[inside], painted(before, patches)[inside])


@pytest.mark.parametrize("fill", FILLS, ids=name)
@pytest.mark.parametrize("cell", _COSINE, ids=lambda cell: f"{name(cell)} {cell.bits}")
def test_frames_of_the_cosine_transform_show_what_a_fill_chooses(cell: Cell, fill: Fill) -> None:
    layout = layout_of(cell, rows=80, columns=160)
    slope = np.indices((80, 160)).sum(axis=0) * (((1 << cell.bits_stored) - 1) / 400)
    source = np.repeat(slope[..., np.newaxis], layout.samples_per_pixel, axis=2)
    source[20:40, 20:120:5] = (1 << cell.bits_stored) - 1
    values = source.astype(f"u{cell.bits_allocated // 8}")
    frame = encode(cell, np.ascontiguousarray(values if layout.samples_per_pixel > 1 else values[..., 0]), layout)
    codec = codec_for(cell.transfer_syntax_uid)
    before = codec.decode_frame(frame, layout)
    boxes = (Box(13, 17, 130, 45), Box(120, 50, 160, 80))
    groups = touching(boxes, codec.changed_boxes(frame, layout, boxes=boxes))
    patches = fill.patches(before, layout, groups=groups, letterings=[Lettering(boxes[0], "BOLI RADO")])
    after = codec.decode_frame(codec.redact_frame(frame, layout, patches=patches), layout)
    frames = [one.reshape(80, 160, -1) for one in (after, before)]
    picture = expected(patches, rows=80, columns=160)
    assert resembles(*frames, picture, boxes=boxes, bits=cell.bits_stored)
    assert not resembles(frames[1], frames[1], picture, boxes=boxes, bits=cell.bits_stored)


@pytest.mark.parametrize("fill", FILLS, ids=name)
@pytest.mark.parametrize("height", [9, 14, 24, 40])
def test_nothing_of_a_text_is_left(fill: Fill, height: int) -> None:
    """What differs between two texts in one place is, beside what it was, a trace; and no detail of either stays."""
    layout = make_layout(rows=120, columns=520, bits_allocated=8, bits_stored=8)
    frames = [written(text, height, layout) for text in ("QUILLFEATHER", "BROADHURST Z")]
    box = Box(20, 20, 500, 20 + int(height * 1.8))
    after = [painted(one, fill.patches(one, layout, groups=[[box]], letterings=())) for one in frames]
    inside = (slice(box.top, box.bottom), slice(box.left, box.right))
    source, result = frames[0][inside].astype(float), after[0][inside][..., 0].astype(float)
    detail = source - source.mean(axis=1, keepdims=True)
    slope = float((detail * (result - result.mean(axis=1, keepdims=True))).sum() / (detail**2).sum())
    assert abs(slope) < 0.2, "strokes are still there"
    differs = np.abs(after[0] - after[1])[inside].mean() / np.abs(frames[0].astype(int) - frames[1])[inside].mean()
    assert differs < (0.25 if fill.name == "blur" else 0.01)
    if not fill.hides_all:
        assert fill.name == "blur"


def written(text: str, height: int, layout: PixelLayout) -> np.ndarray[Any, Any]:
    image = Image.new("L", (layout.columns, layout.rows), 40)
    ImageDraw.Draw(image).text((24, 22), text, fill=240, font=ImageFont.load_default(height))
    return np.asarray(image)


def test_a_strategy_may_say_the_name_of_every_fill_and_no_other() -> None:
    assert _CHOICES["fill"] == tuple(fill.name for fill in FILLS)
    assert FILLS[0].name == "solid", "the default"
    assert FILLS[0].hides_all
