"""Text that the full range hides is read in another picture of the frame; ordinary frames have none."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from deid_pipeline.model import Box, Display, ReadLine
from deid_pipeline.ocr import engine, read_frame, renderings
from deid_pipeline.ocr.tiling import pieces, with_further
from deid_pipeline_tests.unit.codecs.layouts import make_layout

SIZE = 256
GREY = make_layout(rows=SIZE, columns=SIZE)
PALETTE = make_layout(rows=SIZE, columns=SIZE, bits_allocated=8, photometric_interpretation="PALETTE COLOR")
NOTHING = Display()
NAME = "QUILLFEATHER"


def ink() -> np.ndarray[Any, Any]:
    """Where the name is drawn."""
    mask = np.zeros((SIZE, SIZE), np.uint8)
    cv2.putText(mask, NAME, (12, 130), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 1, 2)
    return mask.astype(bool)


def noise(*, low: int = 900, high: int = 1100, seed: int = 1) -> np.ndarray[Any, Any]:
    return np.random.default_rng(seed).integers(low, high, (SIZE, SIZE)).astype(np.uint16)


def reads(array: np.ndarray[Any, Any], display: Display = NOTHING, layout: Any = GREY) -> bool:
    return NAME in "".join(line.text for line in read_frame(engine(), array, layout, display)).upper()


@pytest.mark.parametrize(
    "array",
    [
        noise(),
        noise(low=0, high=4096),
        noise() * 16,  # multiples: the gaps between them hide nothing
        noise(low=0, high=256).astype(np.uint8),
        np.zeros((SIZE, SIZE), np.uint16),
        noise().astype(np.float32),
        np.full((SIZE, SIZE), np.nan, np.float32),
        np.zeros((0, 4), np.uint16),
    ],
    ids=["narrow", "wide", "sparse", "8 bit", "constant", "float", "no numbers", "empty"],
)
def test_an_ordinary_frame_is_read_once(array: np.ndarray[Any, Any]) -> None:
    assert renderings(array, GREY, NOTHING)[1] == []


@pytest.mark.parametrize("dtype", [np.uint16, np.int32, np.float32])
@pytest.mark.parametrize("far", ["one pixel", "a quarter"])
def test_text_below_values_far_out_is_read(dtype: type[Any], far: str) -> None:
    array = noise().astype(dtype)
    array[ink()] += 150
    assert reads(array)
    array[: 1 if far == "one pixel" else SIZE // 4, : 1 if far == "one pixel" else SIZE] = 60_000
    first, further = renderings(array, GREY, NOTHING)
    assert int(first[100:150].max()) - int(first[100:150].min()) < 12, "the full range hides it"
    assert len(further) == 1
    assert reads(array)


def test_text_that_a_window_shows_is_read() -> None:
    array = noise()
    array[ink()] += 150
    array[-40:] = noise(low=0, high=4096, seed=2)[-40:]
    array[:40] = noise(low=0, high=4096, seed=3)[:40]
    assert not reads(array)
    assert reads(array, Display(windows=((850.0, 1250.0),)))
    assert reads(array, Display(windows=((1250.0, 850.0),))), "a negative slope only inverts"


@pytest.mark.parametrize("window", [(0, 65_535), (900, 1100), (5000, 6000), (-500, -100), (1000, 1000)])
def test_a_window_that_shows_no_more_is_not_looked_at(window: tuple[int, int]) -> None:
    assert renderings(noise(), GREY, Display(windows=((float(window[0]), float(window[1])),)))[1] == []


def test_what_a_palette_shows_is_read() -> None:
    """The name has the neighbouring index of what lies around it, and a colour of its own."""
    array = np.full((SIZE, SIZE), 100, np.uint8)
    array[:40] = np.arange(SIZE, dtype=np.uint8)  # all other indices are in use
    array[ink()] = 101
    colours = [(index, index, index) for index in range(256)]
    colours[101] = (255, 60, 0)
    assert not reads(array, layout=PALETTE)
    assert reads(array, Display(palette=tuple(colours)), PALETTE)


def test_what_a_palette_hides_is_read() -> None:
    array = np.full((SIZE, SIZE), 10, np.uint8)
    array[ink()] = 250
    display = Display(palette=((90, 90, 90),) * 256)
    first, further = renderings(array, PALETTE, display)
    assert not first.any()
    assert len(further) == 1
    assert reads(array, display, PALETTE)


def test_shades_of_one_picture_are_read_once() -> None:
    array = np.arange(SIZE, dtype=np.uint8).repeat(SIZE).reshape(SIZE, SIZE)
    grey = tuple((index, index, index) for index in range(256))
    assert renderings(array, PALETTE, Display(palette=grey))[1] == []
    assert renderings(array, PALETTE, NOTHING)[1] == []


def test_a_palette_may_begin_at_any_value() -> None:
    array = np.array([[0, 7, 8, 9]], np.uint8)
    first, _ = renderings(array, PALETTE, Display(palette=((0, 0, 0), (255, 0, 0)), palette_first=8))
    assert first[0, :, 0].tolist() == [0, 0, 0, 255]


def test_lines_of_a_further_picture_are_added_where_nothing_was_seen() -> None:
    seen = ReadLine(Box(10, 10, 60, 30), "seen", 0.9)
    inside = ReadLine(Box(12, 12, 40, 28), "again", 0.5)
    other = ReadLine(Box(10, 2, 60, 9), "other", 0.9)
    longer = ReadLine(Box(10, 10, 120, 30), "seen and more", 0.9)
    assert with_further([seen], [inside, other, longer]) == [other, seen, longer]


def test_without_enlarging_a_small_image_is_one_piece_as_it_is() -> None:
    (piece,) = pieces(rows=SIZE, columns=300, enlarge=False)
    assert (piece.box, piece.scale) == (Box(0, 0, 300, SIZE), 1.0)
