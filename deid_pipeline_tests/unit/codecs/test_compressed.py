"""Compressed frames come back as they were encoded; damage is reported without values; boxes alone change."""

from __future__ import annotations

import struct
import sys
from typing import Any

import imagecodecs
import numpy as np
import pytest

from deid_pipeline.codecs import codec_for
from deid_pipeline.codecs.codestream import header_segments
from deid_pipeline.errors import ResidualRiskError, SourceDataError
from deid_pipeline.model import Box, one_colour
from deid_pipeline_tests.unit.codecs.layouts import (
    HTJ2K,
    JPEG_2000,
    JPEG_BASELINE,
    JPEG_LOSSLESS,
    JPEG_LS,
    RLE,
    make_layout,
)

_ROWS, _COLUMNS = 20, 33


def _pack_rle(planes: list[bytes]) -> bytes:
    segments = [imagecodecs.packbits_encode(plane) for plane in planes]
    segments = [segment + b"\0" * (len(segment) % 2) for segment in segments]
    offsets, place = [], 64
    for segment in segments:
        offsets.append(place)
        place += len(segment)
    header = [len(segments), *offsets] + [0] * (15 - len(segments))
    return struct.pack("<16I", *header) + b"".join(segments)


def _rle(array: np.ndarray[Any, Any]) -> bytes:
    cells = np.ascontiguousarray(array.astype(array.dtype.newbyteorder(">"))).view(np.uint8)
    cells = cells.reshape(-1, array.shape[2] if array.ndim == 3 else 1, array.dtype.itemsize)
    return _pack_rle([cells[:, s, b].tobytes() for s in range(cells.shape[1]) for b in range(cells.shape[2])])


def _lossless_jpeg(array: np.ndarray[Any, Any]) -> bytes:
    unsigned = array.view(f"u{array.dtype.itemsize}")
    colour = {"colorspace": "RGB", "outcolorspace": "RGB"} if array.ndim == 3 else {}
    return bytes(imagecodecs.jpeg8_encode(unsigned, lossless=True, bitspersample=array.dtype.itemsize * 8, **colour))


def _jpeg_ls(array: np.ndarray[Any, Any]) -> bytes:
    return bytes(imagecodecs.jpegls_encode(array.view(f"u{array.dtype.itemsize}")))


def _jpeg_2000(array: np.ndarray[Any, Any]) -> bytes:
    return bytes(imagecodecs.jpeg2k_encode(array, codecformat="j2k", reversible=True, level=0))


def _htj2k(array: np.ndarray[Any, Any]) -> bytes:
    return bytes(imagecodecs.htj2k_encode(array))


_LOSSLESS = {RLE: _rle, JPEG_LOSSLESS: _lossless_jpeg, JPEG_LS: _jpeg_ls, JPEG_2000: _jpeg_2000, HTJ2K: _htj2k}


def _picture(dtype: str, samples: int) -> np.ndarray[Any, Any]:
    shape = (_ROWS, _COLUMNS) if samples == 1 else (_ROWS, _COLUMNS, samples)
    limits = np.iinfo(dtype)
    return np.random.default_rng(3).integers(limits.min, limits.max, shape, dtype=dtype, endpoint=True)


def _layout(array: np.ndarray[Any, Any], syntax: str, **changes: Any) -> Any:
    values: dict[str, Any] = {
        "transfer_syntax_uid": syntax,
        "value_length": None,
        "rows": _ROWS,
        "columns": _COLUMNS,
        "bits_allocated": array.dtype.itemsize * 8,
        "samples_per_pixel": array.shape[2] if array.ndim == 3 else 1,
        "photometric_interpretation": "RGB" if array.ndim == 3 else "MONOCHROME2",
        "pixel_representation": int(array.dtype.kind == "i"),
    }
    return make_layout(**(values | changes))


@pytest.mark.parametrize("syntax", _LOSSLESS)
@pytest.mark.parametrize(("dtype", "samples"), [("u1", 1), ("u2", 1), ("i2", 1), ("u1", 3)])
def test_lossless_frames_come_back_exactly(syntax: str, dtype: str, samples: int) -> None:
    array = _picture(dtype, samples)
    decoded = codec_for(syntax).decode_frame(memoryview(_LOSSLESS[syntax](array)), _layout(array, syntax))
    assert decoded.dtype == array.dtype
    np.testing.assert_array_equal(decoded, array)


def test_run_length_coded_32_bit_comes_back_exactly() -> None:
    array = _picture("u4", 1)
    np.testing.assert_array_equal(codec_for(RLE).decode_frame(_rle(array), _layout(array, RLE)), array)


@pytest.mark.parametrize("syntax", [*_LOSSLESS, JPEG_BASELINE])
def test_damaged_frames_are_refused_without_values(syntax: str) -> None:
    array = _picture("u1", 1)
    stream = _LOSSLESS.get(syntax, lambda a: bytes(imagecodecs.jpeg8_encode(a)))(array)
    codec, layout = codec_for(syntax), _layout(array, syntax)
    for broken in (b"", stream[:10], stream[: len(stream) // 8], bytes(len(stream)), b"\xff\xd8" * 40):
        with pytest.raises(SourceDataError) as caught:
            codec.decode_frame(broken, layout)
        assert caught.value.__cause__ is None
        assert not any(
            character.isdigit()
            for character in str(caught.value).replace("(7fe0,0010)", "").replace("2000", "").replace("HTJ2K", "")
        )


@pytest.mark.parametrize("syntax", [*_LOSSLESS, JPEG_BASELINE])
def test_a_frame_of_another_size_than_the_header_is_refused(syntax: str) -> None:
    array = _picture("u1", 1)
    stream = _LOSSLESS.get(syntax, lambda a: bytes(imagecodecs.jpeg8_encode(a)))(array)
    with pytest.raises(SourceDataError):
        codec_for(syntax).decode_frame(stream, _layout(array, syntax, columns=_COLUMNS + 1))


@pytest.mark.parametrize("syntax", _LOSSLESS)
@pytest.mark.parametrize(("dtype", "samples"), [("u1", 1), ("u2", 1), ("i2", 1), ("u1", 3)])
def test_compressed_frames_change_inside_the_boxes_only(syntax: str, dtype: str, samples: int) -> None:
    array = _picture(dtype, samples)
    codec, layout = codec_for(syntax), _layout(array, syntax)
    fill = (int(np.iinfo(dtype).min),) * samples
    boxes = [Box(-3, 2, 9, 7), Box(20, 15, 99, 99), Box(5, 5, 5, 9)]
    new = codec.redact_frame(_LOSSLESS[syntax](array), layout, patches=one_colour(boxes, fill))
    array[2:7, :9] = array[15:, 20:] = fill if samples > 1 else fill[0]
    np.testing.assert_array_equal(codec.decode_frame(new, layout), array)


def test_a_lossless_jpeg_keeps_its_components_names_and_segments() -> None:
    array = _picture("u1", 3)
    stream = _lossless_jpeg(array)
    at, length = stream.index(b"\xff\xee"), 16
    named = stream[:at] + b"\xff\xfe\x00\x06note" + stream[at + length :]  # a comment in place of Adobe's segment
    for name, number in ((b"R", b"\x01"), (b"G", b"\x02"), (b"B", b"\x03")):
        named = named.replace(name + b"\x11\x00", number + b"\x11\x00", 1).replace(name + b"\x00", number + b"\x00", 1)
    layout = _layout(array, JPEG_LOSSLESS)
    new = codec_for(JPEG_LOSSLESS).redact_frame(named, layout, patches=one_colour([Box(1, 1, 9, 9)], (0, 0, 0)))
    old_segments, new_segments = dict(header_segments(named)), dict(header_segments(new))
    assert old_segments[0xC3][6::3] == b"\x01\x02\x03"
    for marker in (0xC3, 0xDA, 0xFE):
        assert new_segments[marker] == old_segments[marker]
    assert 0xEE not in new_segments


@pytest.mark.parametrize("wrong", [_jpeg_2000(_picture("u2", 1)), _jpeg_2000(_picture("u1", 3)), b""])
def test_a_rewritten_frame_of_another_kind_is_not_given_out(monkeypatch: pytest.MonkeyPatch, wrong: bytes) -> None:
    array = _picture("u1", 1)
    frame = _jpeg_2000(array)
    monkeypatch.setattr(imagecodecs, "jpeg2k_encode", lambda *_, **__: wrong)
    with pytest.raises(ResidualRiskError, match="a rewritten frame"):
        codec_for(JPEG_2000).redact_frame(frame, _layout(array, JPEG_2000), patches=one_colour([Box(0, 0, 9, 9)], (0,)))


def test_rgb_jpeg_without_any_marker_is_not_taken_for_ycbcr() -> None:
    array = np.zeros((16, 16, 3), dtype=np.uint8)
    array[..., 0] = 200
    stream = bytes(imagecodecs.jpeg8_encode(array, level=100, colorspace="RGB", outcolorspace="RGB"))
    at = stream.index(b"\xff\xee")
    length = int.from_bytes(stream[at + 2 : at + 4], "big")
    bare = stream[:at] + stream[at + 2 + length :]
    layout = _layout(array, JPEG_BASELINE, rows=16, columns=16)
    assert np.abs(codec_for(JPEG_BASELINE).decode_frame(bare, layout).astype(int) - array).max() <= 3


def test_ycbcr_jpeg_stays_ycbcr_unless_the_header_says_rgb_against_an_adobe_segment() -> None:
    array = np.zeros((16, 16, 3), dtype=np.uint8)
    array[..., 0] = 200
    stream = bytes(imagecodecs.jpeg8_encode(array, level=100, subsampling="444"))
    layout = _layout(array, JPEG_BASELINE, rows=16, columns=16, photometric_interpretation="YBR_FULL")
    luma, blue, red = codec_for(JPEG_BASELINE).decode_frame(stream, layout)[8, 8].astype(int)
    assert abs(luma - 60) <= 3
    assert abs(blue - 94) <= 3
    assert abs(red - 228) <= 3
    adobe = stream[:2] + b"\xff\xee\x00\x0eAdobe\x00\x64\0\0\0\0\x01" + stream[2:]
    rgb = _layout(array, JPEG_BASELINE, rows=16, columns=16)
    assert np.abs(codec_for(JPEG_BASELINE).decode_frame(adobe, rgb).astype(int) - array).max() <= 4


@pytest.mark.parametrize("marker", [b"\xff\xc5", b"\xff\xcb", b"\xff\xcd"])
def test_hierarchical_and_lossless_arithmetic_jpeg_is_refused_before_decoding(marker: bytes) -> None:
    stream = bytes(imagecodecs.jpeg8_encode(_picture("u1", 1)))
    with pytest.raises(SourceDataError, match="process"):
        codec_for(JPEG_BASELINE).decode_frame(
            stream.replace(b"\xff\xc0", marker, 1), _layout(_picture("u1", 1), JPEG_BASELINE)
        )


def test_a_run_length_frame_cannot_hold_what_the_header_claims() -> None:
    array = _picture("u1", 1)
    with pytest.raises(SourceDataError, match="more pixels"):
        codec_for(RLE).decode_frame(_rle(array), _layout(array, RLE, rows=16_000, columns=16_000))


@pytest.mark.parametrize(
    "header",
    [[2, 64, 70], [1, 60], [1, 5000], [0]],
    ids=["another count", "inside the header", "behind the end", "none"],
)
def test_run_length_headers_that_lie_are_refused(header: list[int]) -> None:
    array = _picture("u1", 1)
    frame = struct.pack("<16I", *(header + [0] * (16 - len(header)))) + _rle(array)[64:]
    with pytest.raises(SourceDataError):
        codec_for(RLE).decode_frame(frame, _layout(array, RLE))


def test_damage_that_the_htj2k_decoder_cannot_raise_is_refused_too(capfd: pytest.CaptureFixture[str]) -> None:
    array = _picture("u2", 1)
    stream = _htj2k(array)
    hooks, refused = (sys.unraisablehook, sys.excepthook), 0
    for at in range(120, len(stream) - 2, 3):
        broken = stream[:at] + bytes([stream[at] ^ 0xFF]) + stream[at + 1 :]
        try:
            decoded = codec_for(HTJ2K).decode_frame(broken, _layout(array, HTJ2K))
        except SourceDataError as error:
            refused += "to its end" in str(error)
        else:
            assert decoded.shape == array.shape
    assert refused > 0
    assert (sys.unraisablehook, sys.excepthook) == hooks
    assert capfd.readouterr().err == ""


def test_an_unknown_syntax_is_refused() -> None:
    with pytest.raises(SourceDataError, match="of its own"):
        codec_for("1.2.840.10008.1.2.4.100")
