"""Pieces cover the image, stay small, and lines seen twice are joined without losing area."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from deid_pipeline.model import Box, ReadLine
from deid_pipeline.ocr.tiling import (
    MAX_ENLARGEMENT,
    OVERLAP_PX,
    PIECE_PX,
    Piece,
    is_large,
    join_lines,
    pieces,
    quarters,
)


@pytest.mark.parametrize(
    "size", [(1, 1), (8, 8), (64, 64), (600, 800), (4096, 3328), (10, 5000), (5000, 10), (2049, 2048)]
)
def test_pieces_cover_the_image_and_are_bounded(size: tuple[int, int]) -> None:
    rows, columns = size
    seen = np.zeros(size, dtype=bool)
    for piece in pieces(rows=rows, columns=columns):
        box = piece.box
        assert max(box.bottom - box.top, box.right - box.left) * piece.scale <= PIECE_PX + 1e-6
        assert piece.scale <= MAX_ENLARGEMENT
        if piece.scale >= 1:
            seen[box.top : box.bottom, box.left : box.right] = True
    assert seen.all()


def test_small_images_are_enlarged_and_large_ones_never_shrunk_but_for_the_last_look() -> None:
    (small,) = pieces(rows=256, columns=256)
    assert small.scale == 4
    *parts, whole = pieces(rows=4096, columns=3328)
    assert {part.scale for part in parts} == {1.0}
    assert whole == Piece(Box(0, 0, 3328, 4096), 0.5)


def test_neighbouring_pieces_overlap() -> None:
    lefts = sorted({piece.box.left for piece in pieces(rows=1024, columns=9000) if piece.scale == 1})
    assert all(left + PIECE_PX - right >= OVERLAP_PX for left, right in itertools.pairwise(lefts))


def test_nothing_comes_of_nothing() -> None:
    assert list(pieces(rows=0, columns=10)) == []


def test_quarters_cover_their_piece_and_are_not_larger_than_it_was() -> None:
    piece = Piece(Box(10, 20, 111, 71), 2.0)
    seen = np.zeros((51, 101), dtype=bool)
    for quarter in quarters(piece):
        box = quarter.box
        seen[box.top - 20 : box.bottom - 20, box.left - 10 : box.right - 10] = True
        assert (box.right - box.left) * quarter.scale <= 101 * piece.scale
    assert seen.all()


def test_boxes_are_large_by_their_shorter_side() -> None:
    piece = Piece(Box(0, 0, 400, 200), 1.0)
    assert is_large(Box(0, 0, 400, 51), piece)
    assert not is_large(Box(0, 0, 400, 50), piece)


def test_a_line_seen_twice_is_joined_and_keeps_the_fuller_text() -> None:
    full, part = ReadLine(Box(0, 0, 100, 20), "SEXTON CARMEN", 0.9), ReadLine(Box(50, 1, 104, 20), "CARMEN", 0.99)
    assert join_lines([part, full]) == [ReadLine(Box(0, 0, 104, 20), "SEXTON CARMEN", 0.9)]


def test_lines_that_only_touch_stay_apart_from_top_to_bottom() -> None:
    lower, upper = ReadLine(Box(0, 15, 100, 40), "b", 0.9), ReadLine(Box(0, 0, 100, 20), "a", 0.9)
    assert join_lines([lower, upper]) == [upper, lower]
