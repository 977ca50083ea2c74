"""The size a codestream claims for itself is read before decoding and compared with the header."""

from __future__ import annotations

import imagecodecs
import numpy as np
import pytest

from deid_pipeline.codecs.codestream import (
    Codestream,
    check_against,
    read_jpeg_2000_header,
    read_jpeg_header,
)
from deid_pipeline.errors import SourceDataError
from deid_pipeline_tests.unit.codecs.layouts import make_layout

_GREY = np.arange(24, dtype=np.uint8).reshape(4, 6)
_RGB = np.arange(72, dtype=np.uint8).reshape(4, 6, 3)


def test_jpeg_header_is_read() -> None:
    assert read_jpeg_header(imagecodecs.jpeg8_encode(_GREY)) == Codestream(4, 6, 1, 8, 0xC0)
    lossless = imagecodecs.jpeg8_encode(_GREY.astype(np.uint16), lossless=True, bitspersample=12)
    assert read_jpeg_header(lossless) == Codestream(4, 6, 1, 12, 0xC3)


def test_adobe_transform_is_read() -> None:
    plain = imagecodecs.jpeg8_encode(_RGB, colorspace="RGB", outcolorspace="RGB")
    assert read_jpeg_header(plain).adobe_transform == 0


def test_fill_bytes_before_a_marker_are_skipped() -> None:
    stream = imagecodecs.jpeg8_encode(_GREY)
    assert read_jpeg_header(stream[:2] + b"\xff\xff" + stream[2:]).rows == 4


@pytest.mark.parametrize("codecformat", ["j2k", "jp2"])
def test_jpeg_2000_header_is_read_bare_and_in_boxes(codecformat: str) -> None:
    stream = imagecodecs.jpeg2k_encode(_RGB, codecformat=codecformat)
    assert read_jpeg_2000_header(stream) == Codestream(4, 6, 3, 8, 0x51)


@pytest.mark.parametrize("stream", [b"", b"\xff\xd8\xff\xd9", b"\xff\xd8\xff\xe0\xff\xff", bytes(99), b"\xff\xd8abcd"])
def test_streams_without_a_header_are_refused(stream: bytes) -> None:
    with pytest.raises(SourceDataError):
        read_jpeg_header(stream)
    with pytest.raises(SourceDataError):
        read_jpeg_2000_header(stream)


def test_a_cut_off_jpeg_2000_header_is_refused() -> None:
    with pytest.raises(SourceDataError):
        read_jpeg_2000_header(imagecodecs.jpeg2k_encode(_GREY, codecformat="j2k")[:30])


@pytest.mark.parametrize(
    "header",
    [
        Codestream(4, 7, 1, 16, 0xC3),
        Codestream(5, 6, 1, 16, 0xC3),
        Codestream(4, 6, 3, 16, 0xC3),
        Codestream(4, 6, 1, 17, 0xC3),
    ],
)
def test_contradictions_are_refused(header: Codestream) -> None:
    check_against(Codestream(4, 6, 1, 16, 0xC3), make_layout())
    with pytest.raises(SourceDataError):
        check_against(header, make_layout())


def test_a_bomb_whose_header_agrees_is_refused_by_its_size() -> None:
    with pytest.raises(SourceDataError, match="larger"):
        check_against(Codestream(65_000, 65_000, 1, 16, 0x51), make_layout(rows=65_000, columns=65_000))
