"""Decoded samples get the sign, range and shape that the header gives them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from deid_pipeline.codecs.samples import check_claim, stored_values
from deid_pipeline.errors import SourceDataError
from deid_pipeline_tests.unit.codecs.layouts import make_layout


def test_unsigned_samples_of_signed_data_are_sign_extended_from_their_precision() -> None:
    samples = np.full((4, 6), 0xFFE, dtype=np.uint16)
    assert (stored_values(samples, make_layout(pixel_representation=1), precision=12) == -2).all()


def test_signed_samples_of_unsigned_data_are_taken_bit_by_bit() -> None:
    samples = np.full((4, 6), -2, dtype=np.int16)
    values = stored_values(samples, make_layout(bits_stored=12), precision=12)
    assert values.dtype == np.uint16
    assert (values == 0xFFE).all()


def test_narrow_samples_are_widened_with_their_sign() -> None:
    values = stored_values(np.full((4, 6), 0xFF, dtype=np.uint8), make_layout(pixel_representation=1), precision=8)
    assert values.dtype == np.int16
    assert (values == -1).all()


@pytest.mark.parametrize("shape", [(6, 4), (4, 6, 3), (24,)])
def test_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(SourceDataError):
        stored_values(np.zeros(shape, dtype=np.uint16), make_layout(), precision=16)


def test_more_bits_than_allocated_are_refused() -> None:
    with pytest.raises(SourceDataError):
        stored_values(np.zeros((4, 6), dtype=np.uint16), make_layout(bits_allocated=8), precision=12)


def test_a_frame_above_the_cap_is_refused() -> None:
    check_claim(make_layout(rows=16_000, columns=16_000))
    with pytest.raises(SourceDataError):
        check_claim(make_layout(rows=65_535, columns=65_535))


def test_the_cap_of_frames_that_may_be_small_in_the_file_is_lower() -> None:
    at_cap = make_layout(rows=16_384, columns=8_192, value_length=None)  # two bytes each
    check_claim(at_cap)
    above = replace(at_cap, columns=8_193)
    with pytest.raises(SourceDataError):
        check_claim(above)
    check_claim(replace(above, value_length=1 << 29))
