"""Every cell of the table of syntaxes: outside equal in all its decoders, inside filled, parameters kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deid_pipeline.codecs import CODECS, codec_for
from deid_pipeline.codecs.codestream import read_coding_style, read_jpeg_2000_header, read_jpeg_header, read_scan_header
from deid_pipeline.codecs.coverage import CELLS, Cell, cells_of
from deid_pipeline.codecs.jpeg_xl_header import read_jpeg_xl_header
from deid_pipeline.errors import ResidualRiskError
from deid_pipeline.model import Box, Patch, one_colour
from deid_pipeline.redaction import fill_for
from deid_pipeline_tests.coded_frames import READERS, encode, layout_of, picture

_IDS = [f"{cell.transfer_syntax_uid[17:]} {cell.photometric_interpretation} {cell.bits}" for cell in CELLS]
_WAVELETS = (".90", ".91", ".201", ".202", ".203")


@st.composite
def box_lists(draw: st.DrawFn) -> list[Box]:
    """One to three boxes that touch a frame of 26 by 40 pixels, some of them across its edge."""
    found = []
    for _ in range(draw(st.integers(1, 3))):
        left, top = draw(st.integers(-3, 39)), draw(st.integers(-3, 25))
        found.append(Box(left, top, left + draw(st.integers(4, 30)), top + draw(st.integers(4, 20))))
    return found


def mask(boxes: tuple[Box, ...] | list[Box]) -> np.ndarray[Any, Any]:
    inside = np.zeros((26, 40), bool)
    for box in boxes:
        inside[max(0, box.top) : box.bottom, max(0, box.left) : box.right] = True
    return inside


@pytest.mark.parametrize("cell", CELLS, ids=_IDS)
@given(boxes=box_lists(), seed=st.integers(0, 99), planar=st.integers(0, 1))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
def test_outside_equal_inside_filled(cell: Cell, boxes: list[Box], seed: int, planar: int) -> None:
    """Compare samples before and after in the codec and in every reader that the cell names."""
    native = cell.decoders[0] in ("NumPy", "zlib") and cell.photometric_interpretation in ("RGB", "YBR_FULL")
    layout = layout_of(cell, rows=26, columns=40, planar=planar if native else 0)
    frame = encode(cell, picture(layout, seed=seed), layout)
    codec = codec_for(cell.transfer_syntax_uid)
    before = codec.decode_frame(frame, layout)
    fill = fill_for(before, layout)
    new = codec.redact_frame(frame, layout, patches=one_colour(boxes, fill))
    changed = mask(codec.changed_boxes(frame, layout, boxes=boxes))
    wanted = mask(boxes)
    assert not (wanted & ~changed).any()
    after = codec.decode_frame(new, layout)
    np.testing.assert_array_equal(after[~changed], before[~changed])
    if "pair" in cell.outside:
        np.testing.assert_array_equal(after[~wanted][:, 0], before[~wanted][:, 0])
    if "units" not in cell.outside:
        assert (after[wanted] == np.array(fill)).all() if after.ndim == 3 else (after[wanted] == fill[0]).all()
    for name in cell.decoders[1:]:
        again = READERS[name](new, layout)
        # what is left of an irreversible frame depends on its decoder
        irreversible = cell.outside == "as decoded before" and "CharLS" not in name
        old = before if irreversible else READERS[name](frame, layout)
        np.testing.assert_array_equal(again.reshape(26, 40, -1)[~changed], old.reshape(26, 40, -1)[~changed])
        for box in boxes:
            inside = again[max(0, box.top) : box.bottom, max(0, box.left) : box.right]
            spread = cell.transfer_syntax_uid.endswith(".111")  # libjxl spreads what it rounds over neighbours
            assert np.ptp(inside, axis=(0, 1)).max() <= spread if inside.size else True, name


@pytest.mark.parametrize("cell", CELLS, ids=_IDS)
@given(boxes=box_lists(), seed=st.integers(0, 99))
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
def test_a_value_for_each_pixel_is_written(cell: Cell, boxes: list[Box], seed: int) -> None:
    """Where boxes overlap, the later patch is seen; chroma that pixels share is written alike for both."""
    layout = layout_of(cell, rows=26, columns=40, planar=seed % 2 if cell.decoders[0] == "NumPy" else 0)
    if cell.photometric_interpretation == "YBR_FULL_422":
        layout = replace(layout, planar_configuration=0)
        boxes = [Box(box.left // 2 * 2, box.top, (box.right + 1) // 2 * 2, box.bottom) for box in boxes]
    source, other = picture(layout, seed=seed), picture(layout, seed=seed + 1)
    other = np.nan_to_num(other, posinf=1, neginf=-1) if cell.is_float else other  # a fill has to be a number
    frame = encode(cell, source, layout)
    codec = codec_for(cell.transfer_syntax_uid)
    drawn = other.reshape(26, 40, -1)
    if cell.photometric_interpretation == "YBR_FULL_422":
        drawn = drawn.copy()
        drawn[:, 1::2, 1:] = drawn[:, ::2, 1:]
    patches = []
    for box in boxes:
        across, down = np.arange(box.left, box.right) % 40, np.arange(box.top, box.bottom) % 26
        patches.append(
            Patch(box, drawn[down][:, across][..., ::-1] if "422" not in str(cell) else drawn[down][:, across])
        )
    codec.decode_frame(frame, layout)
    if "units" in cell.outside:
        new = codec.redact_frame(frame, layout, patches=patches)
        changed = mask(codec.changed_boxes(frame, layout, boxes=boxes))
        for read in (codec.decode_frame, *(READERS[name] for name in cell.decoders[1:])):
            pair = [read(one, layout).reshape(26, 40, -1) for one in (frame, new)]
            np.testing.assert_array_equal(pair[0][~changed], pair[1][~changed])
        return
    expected = codec.decode_frame(frame, layout).reshape(26, 40, -1)
    for patch in patches:
        inside = patch.inside(rows=26, columns=40)
        if inside is not None:
            box = inside.box
            expected[box.top : box.bottom, box.left : box.right] = inside.values
    after = codec.decode_frame(codec.redact_frame(frame, layout, patches=patches), layout)
    np.testing.assert_array_equal(after.reshape(26, 40, -1), expected)


@pytest.mark.parametrize("cell", CELLS, ids=_IDS)
def test_parameters_of_a_rewritten_frame_are_those_of_the_old_one(cell: Cell) -> None:
    layout = layout_of(cell, rows=80, columns=96)
    frame = encode(cell, picture(layout, seed=1), layout)
    codec = codec_for(cell.transfer_syntax_uid)
    fill = fill_for(codec.decode_frame(frame, layout), layout)
    new = codec.redact_frame(frame, layout, patches=one_colour([Box(3, 3, 20, 20)], fill))
    assert new != frame
    if cell.transfer_syntax_uid.endswith(_WAVELETS):
        assert read_jpeg_2000_header(new) == read_jpeg_2000_header(frame)
        old, style = read_coding_style(frame), read_coding_style(new)
        assert style.is_reversible
        assert (style.levels, style.mixes_components) == (old.levels, old.mixes_components)
        assert codec.redacted_interpretation(frame, layout) == cell.photometric_interpretation.replace("ICT", "RCT")
    elif cell.transfer_syntax_uid.endswith((".110", ".111", ".112")):
        assert read_jpeg_xl_header(new) == read_jpeg_xl_header(frame)
        assert codec.redacted_interpretation(frame, layout) == cell.photometric_interpretation.replace("XYB", "RGB")
    elif ".4." in cell.transfer_syntax_uid:
        assert read_jpeg_header(new) == read_jpeg_header(frame)
        interleaving = slice(-2, -1) if cell.transfer_syntax_uid.endswith((".80", ".81")) else slice(0, None)
        assert read_scan_header(new)[interleaving] == read_scan_header(frame)[interleaving]
    if cell.transfer_syntax_uid.endswith(".202"):
        at = new.index(b"\xff\x52")
        assert new[at + 5] == 2, "progression is not RPCL"
        assert b"\xff\x55" in new[:200], "no TLM segment"


@pytest.mark.parametrize("cell", [cell for cell in CELLS if cell.bits == "16/12"], ids=lambda cell: str(cell)[:60])
def test_a_fill_outside_the_range_is_refused(cell: Cell) -> None:
    layout = layout_of(cell, rows=26, columns=40)
    frame = encode(cell, picture(layout, seed=1), layout)
    with pytest.raises(ResidualRiskError):
        codec_for(cell.transfer_syntax_uid).redact_frame(
            frame, layout, patches=one_colour([Box(0, 0, 9, 9)], (1 << 12,) * layout.samples_per_pixel)
        )


def test_every_syntax_that_is_redacted_has_cells() -> None:
    for codec in CODECS:
        assert {cell.transfer_syntax_uid for cell in cells_of(codec)} == set(codec.transfer_syntax_uids)
        assert codec.can_redact
    assert len(CELLS) == len(set(CELLS))
