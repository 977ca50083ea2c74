from __future__ import annotations

import io

import pytest
from PIL import Image

from deid_pipeline.codecs.jpeg_stream import read_frame, read_stream
from deid_pipeline.errors import ResidualRiskError, SourceDataError
from deid_pipeline_tests.jpeg_writer import Plan, random_coefficients, write_jpeg

COLOUR = Plan(30, 45, ((2, 1), (1, 1), (1, 1)), scans=((0, 1, 2),))


def stream(plan: Plan = COLOUR) -> bytes:
    return write_jpeg(plan, random_coefficients(plan, seed=3))


def with_marker(data: bytes, old: int, new: int) -> bytes:
    at = data.index(bytes([0xFF, old]))
    return data[: at + 1] + bytes([new]) + data[at + 2 :]


def test_frame_and_scan_geometry_follow_the_sampling_factors() -> None:
    found = read_stream(stream())
    assert (found.frame.rows, found.frame.columns, found.frame.precision) == (30, 45, 8)
    assert (found.frame.unit, found.frame.units, found.frame.ring) == ((16, 8), (3, 4), (1, 0))
    (scan,) = found.scans
    assert (scan.columns, scan.rows) == (3, 4)
    assert [component.blocks for component in scan.components] == [(2, 1), (1, 1), (1, 1)]


def test_a_component_with_a_scan_of_its_own_has_only_the_blocks_that_its_samples_need() -> None:
    plan = Plan(30, 45, COLOUR.factors, scans=((0,), (1, 2)))
    alone, together = read_stream(stream(plan)).scans
    assert (alone.columns, alone.rows, alone.components[0].blocks) == (6, 4, (1, 1))
    assert (together.columns, together.rows) == (3, 4)


def test_restart_intervals_are_cut_at_their_markers() -> None:
    plan = Plan(30, 45, COLOUR.factors, scans=COLOUR.scans, restart_interval=1)
    data = stream(plan)
    (scan,) = read_stream(data).scans
    assert len(scan.starts) == 12
    for index, (end, start) in enumerate(zip(scan.ends[:-1], scan.starts[1:], strict=True)):
        assert data[end:start] == bytes([0xFF, 0xD0 + index % 8])


def test_fill_bytes_before_markers_are_passed_over() -> None:
    data = stream()
    padded = data.replace(b"\xff\xda", b"\xff\xff\xff\xda").replace(b"\xff\xd9", b"\xff\xff\xd9")
    assert read_stream(padded).end == len(padded) == len(data) + 3


@pytest.mark.parametrize("marker", [0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF, 0xF7])
def test_other_processes_are_refused_with_a_reason(marker: int) -> None:
    with pytest.raises(ResidualRiskError, match=r"progressive|lossless|hierarchical|arithmetic"):
        read_stream(with_marker(stream(), 0xC0, marker))


def test_a_progressive_stream_of_libjpeg_is_refused() -> None:
    written = io.BytesIO()
    Image.new("L", (16, 16)).save(written, "jpeg", progressive=True)
    with pytest.raises(ResidualRiskError, match="progressive"):
        read_stream(written.getvalue())


@pytest.mark.parametrize("marker", [0xCC, 0xDE, 0xDF])
def test_segments_that_change_the_meaning_of_the_data_are_refused(marker: int) -> None:
    data = stream()
    at = data.index(b"\xff\xda")
    with pytest.raises(ResidualRiskError):
        read_stream(data[:at] + bytes([0xFF, marker, 0, 4, 0, 30]) + data[at:])


def test_a_number_of_lines_that_comes_later_is_refused() -> None:
    data = bytearray(stream())
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 7] = b"\x00\x00"
    with pytest.raises(ResidualRiskError, match="number of lines"):
        read_stream(bytes(data))


def test_another_image_behind_the_end_is_refused_but_padding_is_not() -> None:
    data = stream()
    assert read_stream(data + b"\x00\x00").end == len(data)
    with pytest.raises(ResidualRiskError, match="another image"):
        read_stream(data + data)


def test_a_size_that_the_data_cannot_hold_is_refused_at_once() -> None:
    data = bytearray(stream())
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = b"\xff\xff\x04\x00"
    with pytest.raises(SourceDataError, match="more pixels"):
        read_stream(bytes(data))
    data[at + 5 : at + 9] = b"\xff\xff\xff\xff"
    with pytest.raises(SourceDataError, match="more than this version reads"):
        read_frame(bytes(data))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"\xff\xd8", b"\xff\xd9"),  # no start
        (b"\xff\xd9", b""),  # no end
        (b"\xff\xc0", b"\xff\xc1\x00\x02\xff\xc0"),  # an empty frame header
        (b"\x00\x3f\x00", b"\x00\x10\x00"),  # a scan that ends before the last coefficient
        (b"\xff\xda\x00\x0c\x03\x01", b"\xff\xda\x00\x0c\x03\x09"),  # a component that the frame does not have
        (b"\xff\xdd\x00\x04\x00\x00", b"\xff\xdd\x00\x04\x00\x01"),  # a restart interval, but no restarts
        (b"\xff\xdd\x00\x04\x00\x00", b"\xff\xdd\x00\x05\x00\x00\x00"),
        (b"\xff\xdd\x00\x04\x00\x00", b"\xff\xdd\xff\xff\x00\x00"),
        (b"\xff\xc4", b"\xff\xc8"),  # reserved
    ],
)
def test_damaged_headers_are_refused(old: bytes, new: bytes) -> None:
    data = stream()
    assert old in data
    with pytest.raises((SourceDataError, ResidualRiskError)):
        read_stream(data.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b"\x01\x21\x00", b"\x01\x20\x00", "damaged frame header"),
        (b"\x01\x21\x00", b"\x01\x51\x00", "damaged frame header"),
        (b"\x02\x11\x00", b"\x01\x11\x00", "one identifier"),
        (b"\x02\x11\x00", b"\x02\x44\x00", "too many blocks"),
        (b"\xff\xc0\x00\x11\x08", b"\xff\xc0\x00\x11\x0c", "precision"),
        (b"\xff\xc0\x00\x11\x08", b"\xff\xc1\x00\x11\x0a", "precision"),
    ],
)
def test_components_that_the_standard_does_not_allow_are_refused(old: bytes, new: bytes, message: str) -> None:
    data = stream()
    assert old in data
    with pytest.raises(SourceDataError, match=message):
        read_stream(data.replace(old, new, 1))


@pytest.mark.parametrize("length", [b"\xff\xff", b"\x00\x01"])
def test_a_segment_longer_than_the_stream_or_shorter_than_its_length_is_refused(length: bytes) -> None:
    data = stream()
    at = data.index(b"\xff\xdd")
    with pytest.raises(SourceDataError, match=r"segment .* is cut off"):
        read_stream(data[: at + 2] + length + data[at + 4 :])


def test_a_second_frame_header_is_refused() -> None:
    data = stream()
    at = data.index(b"\xff\xc0")
    with pytest.raises(SourceDataError, match="two frame headers"):
        read_stream(data[:at] + data[at : at + 19] + data[at:])


def test_a_standalone_marker_among_the_headers_is_passed_over_but_no_restart() -> None:
    data = stream()
    at = data.index(b"\xff\xda")
    assert read_stream(data[:at] + b"\xff\x01" + data[at:]).end == len(data) + 2
    with pytest.raises(SourceDataError, match="none may be"):
        read_stream(data[:at] + b"\xff\xd0" + data[at:])


@pytest.mark.parametrize("marker", [0xC4, 0xDB])
def test_a_missing_table_is_damage(marker: int) -> None:
    with pytest.raises(SourceDataError, match="table"):
        read_stream(with_marker(stream(), marker, 0xFE))


def test_a_huffman_table_with_more_codes_than_fit_is_damage() -> None:
    data = stream()
    at = data.index(b"\xff\xc4") + 5
    with pytest.raises(SourceDataError, match="Huffman"):
        read_stream(data[:at] + b"\x03" + data[at + 1 :])


def test_restart_markers_must_count() -> None:
    data = stream(Plan(30, 45, COLOUR.factors, scans=COLOUR.scans, restart_interval=4))
    with pytest.raises(SourceDataError, match="order"):
        read_stream(data.replace(b"\xff\xd1", b"\xff\xd3"))


def test_each_component_is_coded_once() -> None:
    data = stream(Plan(8, 8, ((1, 1), (1, 1)), scans=((0,), (1,))))
    with pytest.raises(SourceDataError, match="once"):
        read_stream(data.replace(b"\x01\x02\x00\x00\x3f", b"\x01\x01\x00\x00\x3f"))


def test_a_long_run_of_ones_is_read_in_linear_time() -> None:
    data = stream()
    at = data.index(b"\xff\xd9")
    with pytest.raises(SourceDataError):
        read_stream(data[:at] + b"\xff" * 2_000_000 + b"\x00")


def test_a_number_of_lines_behind_the_data_may_only_repeat_what_the_header_says() -> None:
    plan = Plan(20, 20, dnl=True)
    stream = write_jpeg(plan, random_coefficients(plan, seed=1))
    assert read_stream(stream).frame.rows == 20
    at = stream.index(b"\xff\xdc")
    with pytest.raises(SourceDataError, match="number of lines"):
        read_stream(stream[: at + 4] + b"\x00\x15" + stream[at + 6 :])
