"""Frames are rendered by their own range, whatever their type, and never crash the reader."""

from __future__ import annotations

import numpy as np
import pytest

from deid_pipeline.ocr import to_8bit
from deid_pipeline_tests.unit.codecs.layouts import make_layout


def test_minimum_and_maximum_of_the_frame_span_the_scale() -> None:
    image = to_8bit(np.array([[-1000, 0], [250, 1550]], dtype=np.int16), make_layout(pixel_representation=1))
    assert image.dtype == np.uint8
    assert image.tolist() == [[0, 100], [125, 255]]


@pytest.mark.parametrize("value", [0, 7, -3])
def test_a_constant_frame_is_black(value: int) -> None:
    assert not to_8bit(np.full((4, 6), value, dtype=np.int32), make_layout()).any()


def test_the_full_range_of_32_bits_does_not_overflow() -> None:
    image = to_8bit(np.array([[0, 2**32 - 1]], dtype=np.uint32), make_layout(bits_allocated=32))
    assert image.tolist() == [[0, 255]]


def test_values_that_are_not_numbers_are_black_and_infinities_are_ends() -> None:
    layout = make_layout(keyword="FloatPixelData", bits_allocated=32)
    image = to_8bit(np.array([[np.nan, 0, 1], [np.inf, -np.inf, 0.5]], dtype=np.float32), layout)
    assert image.tolist() == [[0, 0, 255], [255, 0, 128]]
    assert not to_8bit(np.full((2, 2), np.nan), layout).any()


def test_extreme_floating_point_ranges_keep_their_contrast() -> None:
    layout = make_layout(keyword="DoubleFloatPixelData", bits_allocated=64)
    assert to_8bit(np.array([[-1.7e308, 1.7e308]]), layout).tolist() == [[0, 255]]
    assert to_8bit(np.array([[0, 1e-310]]), layout).tolist() == [[0, 255]]


def test_ybr_becomes_rgb() -> None:
    layout = make_layout(bits_allocated=8, samples_per_pixel=3, photometric_interpretation="YBR_FULL")
    pixels = np.array([[[0, 128, 128], [255, 128, 128], [76, 85, 255]]], dtype=np.uint8)
    image = to_8bit(pixels, layout)
    assert image[0, 0].tolist() == [0, 0, 0]
    assert image[0, 1].tolist() == [255, 255, 255]
    assert image[0, 2, 0] > 250
    assert image[0, 2, 1:].max() < 5


def test_rgb_of_16_bits_keeps_its_hue() -> None:
    layout = make_layout(samples_per_pixel=3, photometric_interpretation="RGB")
    image = to_8bit(np.array([[[0, 0, 0], [40_000, 10_000, 0]]], dtype=np.uint16), layout)
    assert image[0, 1].tolist() == [255, 64, 0]


def test_palette_indices_are_told_apart_without_and_coloured_with_the_palette() -> None:
    layout = make_layout(bits_allocated=8, photometric_interpretation="PALETTE COLOR")
    indices = np.array([[3, 4, 200]], dtype=np.uint8)
    assert to_8bit(indices, layout).tolist() == [[0, 128, 255]]
    palette = np.zeros((5, 3), dtype=np.uint16)
    palette[4] = (65_535, 0, 0)
    image = to_8bit(indices, layout, palette=palette)
    assert image.tolist() == [[[0, 0, 0], [255, 0, 0], [255, 0, 0]]]


def test_frames_larger_than_one_block_are_rendered_whole() -> None:
    values = np.arange(3000 * 2000, dtype=np.uint32).reshape(3000, 2000)
    image = to_8bit(values, make_layout(bits_allocated=32))
    assert image[0, 0] == 0
    assert image[-1, -1] == 255
    assert (np.diff(image[:, 0].astype(int)) >= 0).all()


def test_one_bit_frames_are_black_and_white() -> None:
    assert to_8bit(np.array([[0, 1]], dtype=np.uint8), make_layout(bits_allocated=1)).tolist() == [[0, 255]]


def test_an_empty_frame_gives_an_empty_image() -> None:
    assert to_8bit(np.zeros((0, 5), dtype=np.uint8), make_layout()).shape == (0, 5)
