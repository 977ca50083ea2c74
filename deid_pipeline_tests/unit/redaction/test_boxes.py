"""Boxes are grown, clipped and merged without losing and nearly without gaining a pixel."""

from __future__ import annotations

from deid_pipeline.model import Box
from deid_pipeline.redaction import prepare_boxes


def test_boxes_grow_by_pixels_and_by_a_share_of_their_shorter_side() -> None:
    assert prepare_boxes([Box(10, 10, 30, 14)], rows=100, columns=100) == (Box(7, 7, 33, 17),)
    assert prepare_boxes([Box(20, 20, 60, 40)], rows=100, columns=100) == (Box(13, 13, 67, 47),)
    assert prepare_boxes([Box(20, 20, 60, 40)], rows=100, columns=100, grow_share=0) == (Box(18, 18, 62, 42),)


def test_without_growth_boxes_are_taken_as_they_are() -> None:
    assert prepare_boxes([Box(20, 20, 60, 40)], rows=100, columns=100, grow_px=0) == (Box(20, 20, 60, 40),)


def test_boxes_are_clipped_to_the_frame() -> None:
    assert prepare_boxes([Box(-9, -9, 1, 1), Box(90, 40, 200, 90)], rows=50, columns=100) == (
        Box(0, 0, 6, 6),
        Box(75, 25, 100, 50),
    )


def test_empty_inverted_and_outer_boxes_are_ignored() -> None:
    boxes = [Box(5, 5, 5, 9), Box(9, 9, 5, 5), Box(200, 200, 220, 220)]
    assert prepare_boxes(boxes, rows=50, columns=50) == ()


def test_neighbours_on_one_line_are_merged_and_contained_ones_dropped() -> None:
    boxes = [Box(0, 0, 20, 10), Box(18, 0, 40, 10), Box(3, 3, 9, 9)]
    assert prepare_boxes(boxes, rows=50, columns=50, grow_px=0) == (Box(0, 0, 40, 10),)


def test_crossing_boxes_stay_apart_instead_of_covering_the_corners() -> None:
    boxes = [Box(0, 20, 50, 24), Box(20, 0, 24, 50)]
    assert prepare_boxes(boxes, rows=50, columns=50, grow_px=0) == tuple(sorted(boxes))


def test_the_result_is_the_same_for_any_order() -> None:
    boxes = [Box(30, 5, 40, 9), Box(1, 1, 5, 5)]
    assert prepare_boxes(boxes, rows=50, columns=50) == prepare_boxes(boxes[::-1], rows=50, columns=50)
