"""The background of a box is a value of the frame, from around the box and not from another box."""

from __future__ import annotations

import numpy as np

from deid_pipeline.model import Box
from deid_pipeline.redaction import touching
from deid_pipeline.redaction.background import BACKGROUND
from deid_pipeline_tests.unit.codecs.layouts import make_layout

BOX = Box(10, 10, 20, 16)


def colours(frame: np.ndarray, boxes: tuple[Box, ...] = (BOX,), **changes: object) -> list[list[int]]:  # type: ignore[type-arg]
    layout = make_layout(rows=frame.shape[0], columns=frame.shape[1], **changes)
    return [
        patch.values[0, 0].tolist()
        for patch in BACKGROUND.patches(frame, layout, groups=touching(boxes, boxes), letterings=())
    ]


def test_the_median_of_what_surrounds_the_box_is_taken_and_what_is_far_or_inside_is_not() -> None:
    frame = np.full((60, 60), 3000, np.uint16)
    frame[2:24, 2:28] = 100
    frame[5:7, :] = 900  # a line through the surroundings
    frame[10:16, 10:20] = 4095
    assert colours(frame) == [[100]]


def test_the_value_is_one_of_the_frame_and_never_a_mean() -> None:
    frame = np.where(np.indices((60, 60)).sum(axis=0) % 2, 10, 1000).astype(np.uint16)
    assert colours(frame)[0][0] in (10, 1000)


def test_a_box_beside_does_not_lend_its_text() -> None:
    frame = np.full((60, 60), 7, np.uint16)
    other = Box(10, 17, 20, 23)
    frame[17:23, 10:20] = 4095
    assert colours(frame, (BOX, other)) == [[7], [7]]


def test_boxes_that_overlap_have_one_colour_and_others_their_own() -> None:
    frame = np.tile(np.arange(60, dtype=np.uint16), (60, 1))
    first, second, third = colours(frame, (Box(5, 5, 15, 12), Box(10, 8, 30, 14), Box(45, 30, 55, 40)))
    assert first == second != third


def test_a_palette_gives_its_most_frequent_index_and_colours_give_a_pixel() -> None:
    indices = np.full((60, 60), 9, np.uint8)
    indices[8:10, :] = 200
    palette = {"photometric_interpretation": "PALETTE COLOR", "bits_allocated": 8, "bits_stored": 8}
    assert colours(indices, **palette) == [[9]]
    rgb = np.zeros((60, 60, 3), np.uint8)
    rgb[::3], rgb[1::3], rgb[2::3] = (255, 0, 0), (0, 255, 0), (0, 0, 255)
    found = colours(rgb, photometric_interpretation="RGB", samples_per_pixel=3, bits_allocated=8, bits_stored=8)
    assert found[0] in ([255, 0, 0], [0, 255, 0], [0, 0, 255])


def test_a_frame_that_is_all_box_becomes_black() -> None:
    frame = np.arange(40, dtype=np.uint16).reshape(5, 8) + 50
    assert colours(frame, (Box(0, 0, 8, 5),)) == [[50]]
    assert colours(frame, (Box(0, 0, 8, 5),), photometric_interpretation="MONOCHROME1") == [[89]]


def test_values_that_a_lossy_frame_has_beyond_its_bits_are_not_taken() -> None:
    frame = np.full((60, 60), 5000, np.uint16)
    assert colours(frame, bits_stored=12, high_bit=11) == [[4095]]
