"""Boxes found in a scaled piece come back over all pixels that were seen, and hardly over others."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from deid_pipeline.model import Box
from deid_pipeline.ocr.rapid import _to_image
from deid_pipeline.ocr.tiling import Piece, pieces, quarters


@st.composite
def seen(draw: st.DrawFn) -> tuple[Piece, Box]:
    """A piece of some image, or a part of it that is looked at again, and a box of whole image pixels inside of it."""
    rows, columns = draw(st.integers(1, 6000)), draw(st.integers(1, 6000))
    all_pieces = list(itertools.islice(pieces(rows=rows, columns=columns), 40))
    piece = draw(st.sampled_from((*all_pieces[:3], all_pieces[-1])))
    if draw(st.booleans()):
        piece = draw(st.sampled_from(list(quarters(piece))))
    box = piece.box
    left, top = draw(st.integers(box.left, box.right - 1)), draw(st.integers(box.top, box.bottom - 1))
    return piece, Box(left, top, draw(st.integers(left + 1, box.right)), draw(st.integers(top + 1, box.bottom)))


@given(case=seen())
@settings(max_examples=400, deadline=None)
def test_a_box_comes_back_outward_and_by_no_more_than_a_pixel_of_the_picture(case: tuple[Piece, Box]) -> None:
    piece, box = case
    columns, rows = piece.shown
    across, down = columns / (piece.box.right - piece.box.left), rows / (piece.box.bottom - piece.box.top)
    left, top = (box.left - piece.box.left) * across, (box.top - piece.box.top) * down
    right, bottom = (box.right - piece.box.left) * across, (box.bottom - piece.box.top) * down
    # the pixels of the picture that show anything of the box: the first and the last of them are a quad's corners
    first = [int(np.floor(round(side, 6))) for side in (left, top)]
    last = [int(np.ceil(round(side, 6))) - 1 for side in (right, bottom)]
    quad = np.array([first, [last[0], first[1]], last, [first[0], last[1]]], np.float32)
    found = _to_image(quad, piece)
    assert found.left <= box.left
    assert found.top <= box.top
    assert found.right >= box.right
    assert found.bottom >= box.bottom
    assert found.left > box.left - 1 / across - 1
    assert found.right < box.right + 1 / across + 1
    assert found.top > box.top - 1 / down - 1
    assert found.bottom < box.bottom + 1 / down + 1
    assert piece.box.left <= found.left < found.right <= piece.box.right
