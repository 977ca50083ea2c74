"""Native frames are read as stored and change nowhere but inside the boxes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from deid_pipeline.codecs.native import NATIVE
from deid_pipeline.errors import ResidualRiskError, SourceDataError
from deid_pipeline.model import Box, Patch, one_colour
from deid_pipeline.redaction import fill_for
from deid_pipeline_tests.unit.codecs.layouts import BIG_ENDIAN, make_layout

_BOX = Box(1, 1, 3, 2)


@pytest.mark.parametrize("bits", [8, 16, 32])
@pytest.mark.parametrize("signed", [0, 1])
@pytest.mark.parametrize("order", ["<", ">"])
def test_samples_are_read_in_their_byte_order_and_sign(bits: int, signed: int, order: str) -> None:
    layout = make_layout(bits_allocated=bits, pixel_representation=signed, big_endian=order == ">")
    values = np.arange(24).reshape(4, 6) * (-5 if signed else 5)
    frame = values.astype(f"{order}{'i' if signed else 'u'}{bits // 8}").tobytes()
    decoded = NATIVE.decode_frame(frame, layout)
    assert decoded.dtype == np.dtype(f"{'i' if signed else 'u'}{bits // 8}")
    np.testing.assert_array_equal(decoded, values)


def test_the_big_endian_syntax_alone_says_the_byte_order() -> None:
    layout = make_layout(transfer_syntax_uid=BIG_ENDIAN)
    assert NATIVE.decode_frame(b"\x01\x02" * 24, layout)[0, 0] == 0x0102


def test_only_the_box_changes_in_a_big_endian_frame() -> None:
    layout = make_layout(big_endian=True)
    values = np.arange(24, dtype=">u2").reshape(4, 6)
    redacted = NATIVE.redact_frame(values.tobytes(), layout, patches=one_colour([_BOX], (0x0102,)))
    expected = values.copy()
    expected[1:2, 1:3] = 0x0102
    assert redacted == expected.tobytes()


@pytest.mark.parametrize("planar", [0, 1])
def test_colour_planes_are_filled_alike(planar: int) -> None:
    layout = make_layout(
        bits_allocated=8, samples_per_pixel=3, photometric_interpretation="RGB", planar_configuration=planar
    )
    pixels = np.random.default_rng(0).integers(0, 255, (4, 6, 3), dtype=np.uint8)
    frame = (np.moveaxis(pixels, -1, 0) if planar else pixels).tobytes()
    np.testing.assert_array_equal(NATIVE.decode_frame(frame, layout), pixels)
    redacted = NATIVE.decode_frame(NATIVE.redact_frame(frame, layout, patches=one_colour([_BOX], (1, 2, 3))), layout)
    pixels[1:2, 1:3] = (1, 2, 3)
    np.testing.assert_array_equal(redacted, pixels)


def test_a_box_in_422_takes_the_chroma_of_its_pairs_and_no_luma_beside_it() -> None:
    layout = make_layout(bits_allocated=8, samples_per_pixel=3, photometric_interpretation="YBR_FULL_422")
    frame = bytes(range(10, 58))
    redacted = NATIVE.redact_frame(frame, layout, patches=one_colour([Box(1, 0, 3, 1)], (0, 128, 128)))
    assert redacted == bytes([10, 0, 128, 128, 0, 15, 128, 128]) + frame[8:]
    decoded = NATIVE.decode_frame(frame, layout)
    assert decoded.shape == (4, 6, 3)
    assert decoded[0, :2].tolist() == [[10, 12, 13], [11, 12, 13]]


@pytest.mark.parametrize(("left", "right"), [(0, 1), (1, 2), (1, 4), (2, 5), (3, 4), (0, 6), (-1, 3), (5, 9)])
def test_a_drawing_in_422_has_its_luma_in_place_and_the_mean_chroma_of_pairs(left: int, right: int) -> None:
    layout = make_layout(bits_allocated=8, samples_per_pixel=3, photometric_interpretation="YBR_FULL_422")
    values = np.random.default_rng(1).integers(0, 256, (1, right - left, 3))
    frame = bytes(range(48))
    before = NATIVE.decode_frame(frame, layout).astype(int)
    after = NATIVE.decode_frame(
        NATIVE.redact_frame(frame, layout, patches=[Patch(Box(left, 1, right, 2), values)]), layout
    ).astype(int)
    for column in range(6):
        pair = [at for at in (column // 2 * 2, column // 2 * 2 + 1) if left <= at < right]
        if left <= column < right:
            assert after[1, column, 0] == values[0, column - left, 0]
        else:
            assert after[1, column, 0] == before[1, column, 0]
        chroma = values[0, [at - left for at in pair], 1:].sum(axis=0) // len(pair) if pair else before[1, column, 1:]
        assert (after[1, column, 1:] == chroma).all()


@pytest.mark.parametrize("changes", [{"columns": 5}, {"planar_configuration": 1}])
def test_422_that_is_not_defined_is_refused(changes: dict[str, int]) -> None:
    layout = make_layout(bits_allocated=8, samples_per_pixel=3, photometric_interpretation="YBR_FULL_422", **changes)
    with pytest.raises(SourceDataError):
        NATIVE.decode_frame(bytes(layout.frame_bits // 8), layout)


def test_bits_above_the_stored_ones_are_masked_kept_outside_and_cleared_inside() -> None:
    layout = make_layout(bits_stored=12)
    frame = np.full((4, 6), 0x8123, dtype="<u2").tobytes()
    assert (NATIVE.decode_frame(frame, layout) == 0x123).all()
    redacted = NATIVE.redact_frame(frame, layout, patches=one_colour([_BOX], (7,)))
    cells = np.frombuffer(redacted, dtype="<u2").reshape(4, 6)
    assert (cells[1:2, 1:3] == 7).all()
    assert cells[0, 0] == 0x8123


def test_a_high_bit_above_the_stored_bits_shifts_values() -> None:
    layout = make_layout(bits_stored=12, high_bit=15, pixel_representation=1)
    frame = np.full((4, 6), -5 << 4, dtype="<i2").tobytes()
    assert (NATIVE.decode_frame(frame, layout) == -5).all()
    redacted = NATIVE.redact_frame(frame, layout, patches=one_colour([_BOX], (-2048,)))
    assert NATIVE.decode_frame(redacted, layout)[1, 1] == -2048


def test_a_negative_fill_is_sign_extended_for_readers_that_do_not_mask() -> None:
    layout = make_layout(bits_stored=12, pixel_representation=1)
    redacted = NATIVE.redact_frame(bytes(48), layout, patches=one_colour([_BOX], (-3,)))
    assert np.frombuffer(redacted, dtype="<i2").min() == -3


@pytest.mark.parametrize("fill", [(70_000,), (-1,), (1, 2)])
def test_a_fill_that_does_not_fit_is_refused(fill: tuple[int, ...]) -> None:
    with pytest.raises(ResidualRiskError):
        NATIVE.redact_frame(bytes(48), make_layout(), patches=one_colour([_BOX], fill))


def test_boxes_beyond_the_frame_are_clipped_and_empty_ones_ignored() -> None:
    boxes = [Box(-5, -5, 1, 1), Box(5, 3, 99, 99), Box(2, 2, 2, 4), Box(3, 3, 1, 1), Box(50, 50, 60, 60)]
    cells = np.frombuffer(NATIVE.redact_frame(bytes(48), make_layout(), patches=one_colour(boxes, (9,))), dtype="<u2")
    assert np.flatnonzero(cells).tolist() == [0, 23]


def test_one_bit_samples_are_read_first_pixel_lowest_and_filled_bit_by_bit() -> None:
    layout = make_layout(bits_allocated=1, rows=1, columns=10)
    assert NATIVE.decode_frame(b"\x05\x02", layout).tolist() == [[1, 0, 1, 0, 0, 0, 0, 0, 0, 1]]
    boxes = [Box(1, 0, 3, 1), Box(9, 0, 12, 9)]
    filled = NATIVE.redact_frame(b"\x05\xa2", layout, patches=one_colour(boxes, (0,)))
    assert filled == b"\x01\xa0", "bits behind the last pixel stay"


@pytest.mark.parametrize("columns", [3, 5])
def test_an_odd_frame_in_an_item_may_have_a_padding_byte(columns: int) -> None:
    inside = make_layout(bits_allocated=8, rows=1, columns=columns, value_length=None)
    frame = bytes(range(columns)) + b"\0"
    assert NATIVE.decode_frame(frame, inside).tolist() == [list(range(columns))]
    assert NATIVE.redact_frame(frame, inside, patches=one_colour([Box(0, 0, 1, 1)], (9,))) == b"\x09" + frame[1:]
    with pytest.raises(SourceDataError):
        NATIVE.decode_frame(frame, replace(inside, value_length=columns))


@pytest.mark.parametrize(("keyword", "bits"), [("FloatPixelData", 32), ("DoubleFloatPixelData", 64)])
@pytest.mark.parametrize("order", ["<", ">"])
def test_floating_point_keeps_every_bit_outside_the_box(keyword: str, bits: int, order: str) -> None:
    layout = make_layout(keyword=keyword, bits_allocated=bits, big_endian=order == ">")
    values = np.linspace(-1, 1, 24).astype(f"{order}f{bits // 8}").reshape(4, 6)
    values[0, :4] = (np.nan, np.inf, -np.inf, -0.0)
    cells = values.view(f"{order}u{bits // 8}")
    cells[3, 0] = cells[0, 0] + 5  # a number that is none, with bits of its own
    frame = cells.tobytes()
    decoded = NATIVE.decode_frame(frame, layout)
    assert decoded.dtype == np.dtype(f"f{bits // 8}")
    black = fill_for(decoded, layout)
    assert black == (float(values[np.isfinite(values)].min()),)
    new = NATIVE.redact_frame(frame, layout, patches=one_colour([_BOX], black))
    after = np.frombuffer(new, cells.dtype).reshape(4, 6).copy()
    assert (after[1:2, 1:3].view(values.dtype) == black[0]).all()
    after[1:2, 1:3] = cells[1:2, 1:3]
    np.testing.assert_array_equal(after, cells)


def test_black_of_floating_point_is_a_number_whatever_the_frame_holds() -> None:
    layout = make_layout(keyword="FloatPixelData", bits_allocated=32)
    assert fill_for(np.full((4, 6), np.nan, "f4"), layout) == (0.0,)
    inverted = replace(layout, photometric_interpretation="MONOCHROME1")
    assert fill_for(np.array([[np.nan, -3, np.inf, 7.5]], "f4"), inverted) == (7.5,)


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e300])
def test_a_floating_point_fill_that_is_no_number_of_the_width_is_refused(value: float) -> None:
    layout = make_layout(keyword="FloatPixelData", bits_allocated=32)
    with pytest.raises(ResidualRiskError), np.errstate(over="ignore"):
        NATIVE.redact_frame(bytes(96), layout, patches=one_colour([_BOX], (value,)))


def test_a_frame_of_another_length_is_refused() -> None:
    with pytest.raises(SourceDataError):
        NATIVE.decode_frame(bytes(47), make_layout())


@pytest.mark.parametrize("changes", [{"bits_allocated": 12}, {"bits_stored": 17}, {"high_bit": 3, "bits_stored": 8}])
def test_bits_that_contradict_each_other_are_refused(changes: dict[str, int]) -> None:
    with pytest.raises(SourceDataError):
        NATIVE.decode_frame(bytes(48), replace(make_layout(), **changes))


def test_a_decoded_frame_does_not_hold_on_to_the_buffer() -> None:
    content = bytearray(48)
    decoded = NATIVE.decode_frame(memoryview(content), make_layout())
    content.extend(b"grows only while nobody looks at it")
    assert decoded.flags.owndata or decoded.base is None or decoded.base.flags.owndata
