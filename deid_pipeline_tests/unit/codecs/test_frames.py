"""Frames are found without copying, and claims of the header are compared with the data before anything is made."""

from __future__ import annotations

import mmap
import struct
import time
from pathlib import Path

import pytest

from deid_pipeline.codecs import Frame, check_extended_table, iter_frames
from deid_pipeline.codecs.coverage import SWAPPED
from deid_pipeline.errors import SourceDataError
from deid_pipeline_tests.side_data import ENCODERS, JPEG_XL, samples, segment
from deid_pipeline_tests.unit.codecs.layouts import JPEG_2000, JPEG_BASELINE, RLE, encapsulate, make_layout


def _contents(buffer: bytes, **changes: object) -> list[bytes]:
    return [bytes(frame.data) for frame in iter_frames(buffer, make_layout(**changes))]


def _encapsulated(buffer: bytes, frames: int, syntax: str = JPEG_BASELINE) -> list[Frame]:
    layout = make_layout(transfer_syntax_uid=syntax, value_length=None, number_of_frames=frames)
    return list(iter_frames(buffer, layout))


def test_native_frames_are_views_of_the_buffer_at_their_place() -> None:
    buffer = b"head" + bytes(range(96)) + b"tail"
    frames = list(iter_frames(buffer, make_layout(value_offset=4, value_length=96, number_of_frames=2)))
    assert [(frame.index, frame.start, frame.end) for frame in frames] == [(0, 4, 52), (1, 52, 100)]
    assert all(isinstance(frame.data, memoryview) and frame.data.obj is buffer for frame in frames)
    assert bytes(frames[1].data) == buffer[52:100]


def test_a_memory_map_is_read_lazily_and_can_be_closed(tmp_path: Path) -> None:
    path = tmp_path / "pixels"
    path.write_bytes(bytes(48 * 1000))
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as view:
        frames = iter_frames(view, make_layout(value_length=48_000, number_of_frames=1000))
        assert next(frames).index == 0
        del frames


@pytest.mark.parametrize("behind", [b"", b"\x07", bytes(500)])
def test_padding_behind_the_last_frame_is_allowed(behind: bytes) -> None:
    assert len(_contents(bytes(48) + behind, value_length=48 + len(behind))) == 1


def test_pixels_behind_the_last_frame_are_refused_since_nobody_would_read_them() -> None:
    with pytest.raises(SourceDataError, match="more pixel data"):
        _contents(bytes(48) + b"\0" * 40 + b"\x01" * 8, value_length=96)


@pytest.mark.parametrize(
    "changes", [{"value_length": 47}, {"value_length": 48, "value_offset": 1}, {"value_offset": 99}]
)
def test_missing_pixels_are_refused(changes: dict[str, int]) -> None:
    with pytest.raises(SourceDataError):
        _contents(bytes(48), **changes)


@pytest.mark.parametrize("encapsulated", [False, True])
def test_giant_claims_are_refused_at_once(encapsulated: bool) -> None:
    buffer = encapsulate([b"\xff\xd8"]) if encapsulated else bytes(48)
    layout = make_layout(rows=100_000, columns=100_000, value_length=None if encapsulated else 48)
    started = time.perf_counter()
    with pytest.raises(SourceDataError):
        iter_frames(buffer, layout)
    assert time.perf_counter() - started < 0.5


@pytest.mark.parametrize("changes", [{"rows": 0}, {"columns": 0}, {"number_of_frames": 0}, {"samples_per_pixel": 0}])
def test_claims_of_nothing_are_refused(changes: dict[str, int]) -> None:
    with pytest.raises(SourceDataError):
        _contents(bytes(48), value_length=48, **changes)


def test_one_bit_frames_that_begin_inside_a_byte_are_shifted() -> None:
    frames = _contents(
        b"\x07\x00", value_length=2, bits_allocated=1, bits_stored=1, high_bit=0, rows=1, columns=3, number_of_frames=3
    )
    assert frames == [b"\x07", b"\x00", b"\x00"]
    frames = _contents(b"\x38", value_length=1, bits_allocated=1, rows=1, columns=3, number_of_frames=2)
    assert frames[1] == b"\x07"


@pytest.mark.parametrize("bits", SWAPPED[1])
def test_bytes_swapped_in_big_endian_words_are_refused(bits: str) -> None:
    header = b"\x7f\xe0\x00\x10OW\0\0\0\0\0\x18"
    changes = {"value_offset": 12, "value_length": 24, "bits_allocated": int(bits.split("/")[0]), "big_endian": True}
    with pytest.raises(SourceDataError, match="words"):
        _contents(header + bytes(24), **changes)
    assert len(_contents(header.replace(b"OW", b"OB") + bytes(24), **changes)) == 1


def test_one_fragment_for_each_frame_needs_no_table() -> None:
    frames = _encapsulated(encapsulate([b"ab", b"cdef"]), 2)
    assert [bytes(frame.data) for frame in frames] == [b"ab", b"cdef"]
    assert [(frame.start, frame.end) for frame in frames] == [(8, 18), (18, 30)]


def test_all_fragments_belong_to_the_only_frame() -> None:
    (frame,) = _encapsulated(encapsulate([b"ab", b"cd", b"ef"]), 1)
    assert (frame.data, frame.start, frame.end) == (b"abcdef", 8, 38)


def test_the_offset_table_tells_fragmented_frames_apart() -> None:
    frames = _encapsulated(encapsulate([b"ab", b"cd", b"ef"], table=[0, 20]), 2, RLE)
    assert [bytes(frame.data) for frame in frames] == [b"abcd", b"ef"]


@pytest.mark.parametrize(
    "first",
    [
        [b"ab", b"c\xff\xd9\0"],
        [b"abc\xff", b"\xd9\0"],
        [b"abc\xff", b"\xd9\0\0"],
        [b"abc", b"\xff", b"\xd9"],
        [b"abc", b"\xff\xd9\x07"],
    ],
)
def test_without_a_table_the_ends_of_codestreams_decide_wherever_fragments_are_cut(first: list[bytes]) -> None:
    frames = _encapsulated(encapsulate([*first, b"ef\xff", b"\xd9"]), 2, JPEG_2000)
    assert [bytes(frame.data) for frame in frames] == [b"".join(first), b"ef\xff\xd9"]


@pytest.mark.parametrize("table", [(0, 19), (4, 20), (0, 0), (0, 4000), (0, 10, 20), (0,)])
def test_a_table_that_does_not_fit_is_refused_since_other_readers_follow_it(table: tuple[int, ...]) -> None:
    with pytest.raises(SourceDataError, match="offset table"):
        _encapsulated(encapsulate([b"ab", b"c\xff\xd9\0", b"ef\xff\xd9"], table=table), 2, JPEG_2000)


@pytest.mark.parametrize("table", [(12, 0), (0, 13), (12, 24), (0, 0, 0), (0,)])
def test_also_where_each_frame_is_one_fragment(table: tuple[int, ...]) -> None:
    for count, pieces in ((2, [b"abcd", b"cdef"]), (1, [b"abcd"])):
        if (count, table) != (1, (0,)):
            with pytest.raises(SourceDataError, match="offset table"):
                _encapsulated(encapsulate(pieces, table=table), count)


def test_a_table_that_nobody_filled_in_counts_as_empty() -> None:
    frames = _encapsulated(encapsulate([b"abcd", b"cdef"], table=(0, 0)), 2)
    assert [bytes(frame.data) for frame in frames] == [b"abcd", b"cdef"]


@pytest.mark.parametrize(
    ("offsets", "lengths", "fits"),
    [
        ((0, 12), (4, 3), True),
        ((0, 12), (), True),
        ((), (3, 4), True),
        ((0, 12), (4, 2), False),
        ((0, 12), (4, 5), False),
        ((12, 0), (4, 4), False),
        ((0, 13), (4, 4), False),
        ((0,), (4,), False),
        ((0, 1 << 60), (4, 4), False),
        ((0, 12), (4, (1 << 64) - 1), False),
    ],
)
def test_an_extended_table_has_to_fit_the_items(offsets: tuple[int, ...], lengths: tuple[int, ...], fits: bool) -> None:
    layout = make_layout(transfer_syntax_uid=JPEG_BASELINE, value_length=None, number_of_frames=2)
    tables = {
        "offsets": struct.pack(f"<{len(offsets)}Q", *offsets),
        "lengths": struct.pack(f"<{len(lengths)}Q", *lengths),
    }
    buffer = encapsulate([b"abcd", b"cdef"])
    if fits:
        check_extended_table(buffer, layout, **tables)
    else:
        with pytest.raises(SourceDataError, match="offset table"):
            check_extended_table(buffer, layout, **tables)
    with pytest.raises(SourceDataError, match="offset table"):  # more fragments than frames
        check_extended_table(encapsulate([b"abcd", b"cdef", b"gh"]), layout, **tables)


@pytest.mark.parametrize("syntax", [RLE, JPEG_BASELINE])
def test_frames_that_cannot_be_told_apart_are_refused(syntax: str) -> None:
    with pytest.raises(SourceDataError, match="told apart"):
        _encapsulated(encapsulate([b"ab", b"cd", b"ef"]), 2, syntax)


@pytest.mark.parametrize(
    "buffer",
    [
        encapsulate([b"ab"])[:-8],
        encapsulate([b"ab"])[:-9],
        encapsulate([]),
        b"",
        b"\xfe\xff\x00\xe0\xff\xff\xff\xff" + bytes(8),
        b"\xfe\xff\x00\xe0\0\0\0\0\xfe\xff\x00\xe0\xff\0\0\0ab\xfe\xff\xdd\xe0\0\0\0\0",
    ],
    ids=["no end", "cut off", "no fragments", "nothing", "undefined length", "too long"],
)
def test_damaged_items_are_refused(buffer: bytes) -> None:
    with pytest.raises(SourceDataError):
        _encapsulated(buffer, 1)


def test_more_frames_than_fragments_are_refused() -> None:
    with pytest.raises(SourceDataError, match="more frames"):
        _encapsulated(encapsulate([b"ab", b"cd"]), 3)


@pytest.mark.parametrize("syntax", ENCODERS)
@pytest.mark.parametrize("gap", [b"", b"\0", b"some words"])
def test_another_image_behind_the_end_of_a_frame_is_refused_since_nobody_would_read_it(syntax: str, gap: bytes) -> None:
    stream = ENCODERS[syntax](samples())
    for pieces, frames, table in (
        ([stream, gap + stream], 1, ()),
        ([stream + gap + stream], 1, ()),
        ([stream, stream + gap + stream], 2, ()),
        ([stream[:9], stream[9:], stream, gap + stream], 2, (0, len(stream) + 16)),
    ):
        with pytest.raises(SourceDataError, match="another image"):
            _encapsulated(encapsulate(pieces, table=table), frames, syntax)


def test_a_thumbnail_in_an_application_segment_is_no_other_image() -> None:
    stream = ENCODERS[JPEG_BASELINE](samples())
    frame = stream[:2] + segment(0xE1, b"Exif\0\0" + stream + stream) + stream[2:]
    assert bytes(_encapsulated(encapsulate([frame]), 1)[0].data) == frame


@pytest.mark.parametrize("second", [b"\xff\x0a more", b"\0\0\0\x0cJXL \r\n\x87\n"])
def test_a_second_jpeg_xl_image_in_a_fragment_of_its_own_is_refused(second: bytes) -> None:
    with pytest.raises(SourceDataError, match="another image"):
        _encapsulated(encapsulate([b"\xff\x0a image", second]), 1, JPEG_XL)
    assert _encapsulated(encapsulate([b"\xff\x0a image", b"goes on"]), 1, JPEG_XL)
