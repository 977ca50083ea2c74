"""JPEG XL frames: headers, what is refused, and what other readers see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import imagecodecs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deid_pipeline.codecs import telling_ranges
from deid_pipeline.codecs.jpeg_xl import JPEG_XL
from deid_pipeline.codecs.jpeg_xl_header import read_jpeg_xl_header
from deid_pipeline.errors import ResidualRiskError, SourceDataError
from deid_pipeline.model import Box, PixelLayout, one_colour
from deid_pipeline_tests.unit.codecs.layouts import make_layout

_LOSSLESS, _RECOMPRESSED, _LOSSY = (f"1.2.840.10008.1.2.4.{end}" for end in (110, 111, 112))
_BOX = Box(3, 2, 20, 11)


def _layout(syntax: str, **changes: Any) -> PixelLayout:
    return make_layout(
        **{
            "transfer_syntax_uid": syntax,
            "rows": 40,
            "columns": 56,
            "bits_allocated": 8,
            "value_length": None,
            **changes,
        }
    )


def _noise(*shape: int, bits: int = 8) -> np.ndarray[Any, Any]:
    dtype = np.uint8 if bits <= 8 else np.uint16
    return np.random.default_rng(9).integers(0, 1 << bits, shape).astype(dtype)


def _colours(layout: str = "420", **how: Any) -> bytes:
    rows, columns = np.mgrid[0:40, 0:56]
    picture = np.dstack([rows * 5, columns * 4, 255 - rows * 3]).astype(np.uint8) ^ (_noise(40, 56, 3) & 15)
    return bytes(imagecodecs.jpeg8_encode(picture, level=85, subsampling=layout, **how))


@given(
    rows=st.integers(1, 700) | st.sampled_from([8, 64, 512, 8192]),
    columns=st.integers(1, 700) | st.sampled_from([8, 64, 512, 9000]),
    bits=st.sampled_from([1, 7, 8, 10, 12, 13, 16]),
    samples=st.sampled_from([1, 3]),
    container=st.booleans(),
)
def test_headers_say_what_was_encoded(rows: int, columns: int, bits: int, samples: int, container: bool) -> None:
    shape = (rows, columns) if samples == 1 else (rows, columns, samples)
    values = np.zeros(shape, np.uint8 if bits <= 8 else np.uint16)
    frame = imagecodecs.jpegxl_encode(values, lossless=True, bitspersample=bits, effort=1, usecontainer=container)
    header = read_jpeg_xl_header(bytes(frame))
    stream = header.stream
    assert (stream.rows, stream.columns, stream.components, stream.precision) == (rows, columns, samples, bits)
    assert not header.holds_jpeg


def test_a_lossy_stream_of_the_usual_kind_and_a_recompressed_one_have_headers_too() -> None:
    lossy = read_jpeg_xl_header(bytes(imagecodecs.jpegxl_encode(_noise(40, 56, 3), lossless=False, distance=2.0)))
    assert (lossy.stream.rows, lossy.stream.columns, lossy.stream.components, lossy.stream.precision) == (40, 56, 3, 8)
    made = read_jpeg_xl_header(bytes(imagecodecs.jpegxl_encode_jpeg(_colours())))
    assert made.holds_jpeg
    assert (made.stream.rows, made.stream.columns, made.stream.components, made.stream.precision) == (40, 56, 3, 8)


@given(data=st.binary(max_size=80))
def test_no_header_is_anything_but_read_or_refused(data: bytes) -> None:
    for start in (b"\xff\x0a", b"\0\0\0\x0cJXL \x0d\x0a\x87\x0a", b""):
        try:
            read_jpeg_xl_header(start + data)
        except (SourceDataError, ResidualRiskError):
            continue


def _boxed(kind: bytes, content: bytes) -> bytes:
    return (8 + len(content)).to_bytes(4, "big") + kind + content


def test_boxes_around_a_codestream_are_no_hindrance_and_their_words_are_found() -> None:
    bare = bytes(imagecodecs.jpegxl_encode(_noise(40, 56), lossless=True))
    start = b"\0\0\0\x0cJXL \x0d\x0a\x87\x0a" + _boxed(b"ftyp", b"jxl \0\0\0\0jxl ")
    layout = _layout(_LOSSLESS)
    for kind in (b"", b"Exif", b"xml ", b"jumb"):
        frame = start + (_boxed(kind, b"\0\0\0\0Quill") if kind else b"") + _boxed(b"jxlc", bare)
        np.testing.assert_array_equal(JPEG_XL.decode_frame(frame, layout), _noise(40, 56))
        np.testing.assert_array_equal(JPEG_XL.decode_frame(frame + b"\0", layout), _noise(40, 56))
        zeroed = bytearray(frame)
        for first, behind in telling_ranges(frame, _LOSSLESS):
            zeroed[first:behind] = bytes(behind - first)
        assert b"Quill" not in zeroed
        np.testing.assert_array_equal(JPEG_XL.decode_frame(zeroed, layout), _noise(40, 56))


def test_a_recompressed_jpeg_keeps_its_stream_unless_that_says_something() -> None:
    layout = _layout(_RECOMPRESSED, samples_per_pixel=3, photometric_interpretation="YBR_FULL_422")
    plain = bytes(imagecodecs.jpegxl_encode_jpeg(_colours()))
    assert telling_ranges(plain, _RECOMPRESSED) == []
    source = _colours()
    words = source[:2] + b"\xff\xfe\0\x0eQuillfeather" + source[2:]
    frame = bytearray(imagecodecs.jpegxl_encode_jpeg(words))
    ranges = telling_ranges(frame, _RECOMPRESSED)
    assert ranges
    before = JPEG_XL.decode_frame(bytes(frame), layout)
    for first, behind in ranges:
        frame[first:behind] = bytes(behind - first)
    after = JPEG_XL.decode_frame(frame, layout)
    assert np.abs(before.astype(int) - after).max() < 16, "what viewers show, read in another way"
    with pytest.raises(ResidualRiskError, match="no JPEG stream"):
        JPEG_XL.redact_frame(frame, layout, patches=one_colour([_BOX], (0, 128, 128)))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda frame: frame[: len(frame) // 2],
        lambda frame: frame[:30],
        lambda frame: b"\xff\x0a\xff" + frame[3:],
        lambda frame: b"\xff\xd8" + frame[2:],
    ],
)
def test_damaged_frames_are_refused(spoil: Callable[[bytes], bytes]) -> None:
    for syntax, frame in (
        (_LOSSLESS, bytes(imagecodecs.jpegxl_encode(_noise(40, 56), lossless=True))),
        (_RECOMPRESSED, bytes(imagecodecs.jpegxl_encode_jpeg(_colours()))),
    ):
        colours = {"samples_per_pixel": 3, "photometric_interpretation": "YBR_FULL_422"} if "111" in syntax else {}
        with pytest.raises(SourceDataError):
            JPEG_XL.decode_frame(spoil(frame), _layout(syntax, **colours))


@pytest.mark.parametrize(
    "changes",
    [
        {"rows": 41},
        {"samples_per_pixel": 3, "photometric_interpretation": "RGB"},
        {"rows": 1 << 15, "columns": 1 << 16},
    ],
)
def test_a_header_that_contradicts_the_frame_is_refused_before_decoding(
    changes: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = bytes(imagecodecs.jpegxl_encode(_noise(40, 56), lossless=True))
    monkeypatch.setattr(imagecodecs, "jpegxl_decode", lambda *_, **__: pytest.fail("it was decoded"))
    with pytest.raises(SourceDataError):
        JPEG_XL.decode_frame(frame, _layout(_LOSSLESS, **changes))


def test_a_stream_of_floating_point_or_with_transparency_is_refused() -> None:
    floats = bytes(imagecodecs.jpegxl_encode(np.zeros((40, 56), np.float32), lossless=True))
    clear = bytes(imagecodecs.jpegxl_encode(_noise(40, 56, 4), lossless=True))
    for frame in (floats, clear):
        with pytest.raises(SourceDataError):
            JPEG_XL.decode_frame(frame, _layout(_LOSSLESS))


def test_what_a_jpeg_was_recompressed_to_gives_a_jpeg_whose_other_units_are_untouched() -> None:
    source = _colours()
    frame = bytes(imagecodecs.jpegxl_encode_jpeg(source))
    layout = _layout(_RECOMPRESSED, samples_per_pixel=3, photometric_interpretation="YBR_FULL_422")
    new = JPEG_XL.redact_frame(frame, layout, patches=one_colour([_BOX], (0, 128, 128)))
    jpeg = bytes(imagecodecs.jpegxl_decode_jpeg(new))
    before, after = (imagecodecs.jpeg8_decode(one).astype(int) for one in (source, jpeg))
    (changed,) = JPEG_XL.changed_boxes(frame, layout, boxes=[_BOX])
    outside = np.ones((40, 56), bool)
    outside[changed.top : changed.bottom, changed.left : changed.right] = False
    np.testing.assert_array_equal(before[outside], after[outside])
    assert after[2:11, 3:20].max() <= 2


def test_a_recompressed_jpeg_whose_chroma_is_predicted_from_luma_is_held() -> None:
    slope = np.arange(120)[None, :, None] * np.array([2, 2, 1]) + np.zeros((120, 1, 1))
    picture = np.clip(slope + np.random.default_rng(1).normal(0, 30, (120, 120, 3)), 0, 255).astype(np.uint8)
    frame = bytes(imagecodecs.jpegxl_encode_jpeg(bytes(imagecodecs.jpeg8_encode(picture, subsampling="444"))))
    layout = _layout(_RECOMPRESSED, rows=120, columns=120, samples_per_pixel=3, photometric_interpretation="YBR_FULL")
    with pytest.raises(ResidualRiskError, match="look different outside"):
        JPEG_XL.redact_frame(frame, layout, patches=one_colour([Box(0, 0, 50, 50)], (0, 128, 128)))


def test_a_progressive_jpeg_inside_and_none_inside_are_held() -> None:
    import io

    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(_noise(40, 56)).save(stream, "JPEG", progressive=True)
    layout = _layout(_RECOMPRESSED)
    with pytest.raises(ResidualRiskError):
        JPEG_XL.redact_frame(
            bytes(imagecodecs.jpegxl_encode_jpeg(stream.getvalue())), layout, patches=one_colour([_BOX], (0,))
        )
    other = bytes(imagecodecs.jpegxl_encode(_noise(40, 56), lossless=True))
    with pytest.raises(ResidualRiskError, match="no JPEG stream"):
        JPEG_XL.redact_frame(other, layout, patches=one_colour([_BOX], (0,)))
