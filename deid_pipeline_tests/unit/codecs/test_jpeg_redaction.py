from __future__ import annotations

import mmap
import tempfile

import imagecodecs
import numpy as np
import pytest

from deid_pipeline.codecs.jpeg_redaction import mcu_boxes, redact_jpeg
from deid_pipeline.codecs.jpeg_stream import read_stream
from deid_pipeline.errors import ResidualRiskError, SourceDataError
from deid_pipeline.model import Box, one_colour
from deid_pipeline_tests.jpeg_writer import Plan, even_table, random_coefficients, write_jpeg

GREY = Plan(40, 60)
BOX = Box(10, 9, 20, 12)


def stream(plan: Plan = GREY) -> bytes:
    return write_jpeg(plan, random_coefficients(plan, seed=6))


@pytest.mark.parametrize(
    ("factors", "expected"),
    [
        (((1, 1),), Box(8, 8, 24, 16)),
        (((2, 2),), Box(8, 8, 24, 16)),  # factors mean nothing to a single component
        (((1, 1),) * 3, Box(8, 8, 24, 16)),
        (((2, 1), (1, 1), (1, 1)), Box(0, 8, 33, 16)),
        (((2, 2), (1, 1), (1, 1)), Box(0, 0, 33, 17)),
        (((1, 2), (1, 1), (1, 1)), Box(8, 0, 24, 17)),
        (((4, 1), (1, 1), (1, 1)), Box(0, 8, 34, 16)),
    ],
)
def test_boxes_grow_to_whole_units_and_by_what_decoders_smooth(
    factors: tuple[tuple[int, int], ...], expected: Box
) -> None:
    data = stream(Plan(40, 60, factors, scans=(tuple(range(len(factors))),)))
    assert mcu_boxes(data, [BOX]) == (expected,)


def test_boxes_are_clipped_to_the_frame_and_dropped_outside_of_it() -> None:
    boxes = [Box(-5, 33, 3, 99), Box(60, 0, 70, 10), Box(5, 5, 5, 9), Box(9, 9, 3, 12)]
    assert mcu_boxes(stream(), boxes) == (Box(0, 32, 8, 40),)
    assert redact_jpeg(stream(), patches=one_colour(boxes[1:], (0,))) == stream()


@pytest.mark.parametrize("step", [1, 3, 16, 99, 255])
@pytest.mark.parametrize("fill", [0, 1, 77, 128, 254, 255])
def test_the_fill_is_flat_and_as_near_as_the_quantisation_allows(step: int, fill: int) -> None:
    data = redact_jpeg(stream(Plan(40, 60, step=step)), patches=one_colour([BOX], (fill,)))
    inside = imagecodecs.jpeg8_decode(data)[8:16, 8:24]
    assert inside.min() == inside.max()
    assert abs(int(inside[0, 0]) - fill) <= (0 if fill in (0, 255) else step / 16 + 0.5)


@pytest.mark.parametrize("fill", [0, 1000, 4095])
def test_twelve_bits_are_filled_as_well(fill: int) -> None:
    data = redact_jpeg(stream(Plan(40, 60, precision=12)), patches=one_colour([BOX], (fill,)))
    assert np.all(imagecodecs.jpeg8_decode(data)[8:16, 8:24] == fill)


def test_a_step_that_decoders_may_overflow_on_is_refused() -> None:
    data = stream(Plan(40, 60, precision=12, step=20_000))
    with pytest.raises(ResidualRiskError, match="coarsely"):
        redact_jpeg(data, patches=one_colour([BOX], (0,)))


def test_headers_trailing_bytes_and_untouched_restart_intervals_stay_as_they_are() -> None:
    plan = Plan(40, 60, restart_interval=8, extra=b"\xff\xfe\x00\x06Note\xff\xe3\x00\x04\xff\xda")
    data = stream(plan) + b"\x00anything"
    found = redact_jpeg(data, patches=one_colour([BOX], (0,)))
    (old,), (new,) = read_stream(data).scans, read_stream(found).scans
    assert found[: new.starts[0]] == data[: old.starts[0]]
    for index in (0, 2, 3, 4):
        assert found[new.starts[index] : new.ends[index]] == data[old.starts[index] : old.ends[index]]
    assert found[new.starts[1] : new.ends[1]] != data[old.starts[1] : old.ends[1]]
    assert found[new.ends[-1] :] == data[old.ends[-1] :]


def test_redacting_twice_is_redacting_once() -> None:
    once = redact_jpeg(stream(), patches=one_colour([BOX, Box(50, 30, 60, 40)], (40,)))
    assert redact_jpeg(once, patches=one_colour([Box(50, 30, 60, 40), BOX], (40,))) == once


def test_any_buffer_is_taken() -> None:
    expected = redact_jpeg(stream(), patches=one_colour([BOX], (0,)))
    assert redact_jpeg(memoryview(stream()), patches=one_colour([BOX], (0,))) == expected
    with tempfile.TemporaryFile() as file:
        file.write(stream())
        file.flush()
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            assert redact_jpeg(mapped, patches=one_colour([BOX], (0,))) == expected
            assert mcu_boxes(mapped, [BOX]) == mcu_boxes(stream(), [BOX])


@pytest.mark.parametrize("fill", [(), (0, 0), (0, 128, 128)])
def test_a_fill_has_a_value_for_each_component(fill: tuple[int, ...]) -> None:
    with pytest.raises(SourceDataError, match="fill"):
        redact_jpeg(stream(), patches=one_colour([BOX], fill))


def test_the_smallest_stream_of_a_large_frame_is_redacted_whole() -> None:
    tables = {"dc": (bytes([1] + [0] * 15), b"\x00"), "ac": (bytes([1] + [0] * 15), b"\x00")}
    small = Plan(8, 8, **tables)
    data = bytearray(write_jpeg(small, [np.zeros(small.shape(0), dtype=np.int64)]))
    at, scan = data.index(b"\xff\xc0"), read_stream(bytes(data)).scans[0]
    data[at + 5 : at + 9] = b"\x20\x00\x20\x00"
    data[scan.starts[0] : scan.ends[0]] = bytes(2 * 1024 * 1024 // 8)
    found = redact_jpeg(bytes(data), patches=one_colour([Box(0, 0, 1 << 13, 1 << 13)], (255,)))
    assert len(found) < len(data) + 64
    assert np.all(imagecodecs.jpeg8_decode(found)[::512, ::512] == 255)


def test_messages_hold_no_value_of_the_file() -> None:
    data = stream(Plan(40, 60, dc=even_table(range(9))))
    with pytest.raises(SourceDataError) as caught:
        redact_jpeg(data[:-40] + b"Roe^Jane", patches=one_colour([BOX], (0,)))
    assert "Roe" not in str(caught.value)
