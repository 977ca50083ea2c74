"""Headers of compressed codestreams: what a frame says about itself before anything is decoded.

What belongs here: reading the frame header of JPEG, JPEG-LS (both ITU-T T.81 style markers) and JPEG 2000 (T.800), and
comparing it with the layout. What does not: decoding.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from deid_pipeline.codecs.protocol import Buffer
from deid_pipeline.codecs.samples import check_claim, damaged
from deid_pipeline.model import PixelLayout

_STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})
_FRAME_HEADERS = frozenset({*range(0xC0, 0xD0), 0xF7}) - {0xC4, 0xC8, 0xCC}
_START_OF_SCAN, _END_OF_IMAGE, _APP14 = 0xDA, 0xD9, 0xEE
_COD, _QCD, _QCC = 0x52, 0x5C, 0x5D
_NO_QUANTISATION, _DERIVED, _EXPOUNDED = range(3)
_MOST_PLANES = 30  # of bits, guard bits among them
_MOST_TILES = 65535
_MAX_HEADER_SEARCH = 1 << 16  # bytes before the codestream of a JP2 file


@dataclass(frozen=True, slots=True)
class Codestream:
    """What the header of one codestream says: pixels, bits of a sample, kind of frame.

    ``process`` is the low byte of the JPEG frame marker (0xC0 baseline, 0xC3 lossless, 0xF7 JPEG-LS), 0x51 for JPEG
    2000. ``adobe_transform`` is 0 for RGB, 1 for YCbCr, None without an Adobe segment.
    """

    rows: int
    columns: int
    components: int
    precision: int
    process: int
    adobe_transform: int | None = None
    is_signed: bool = False


@dataclass(frozen=True, slots=True)
class CodingStyle:
    """How a JPEG 2000 stream was made (COD segment, T.800 A.6.1).

    ``levels`` counts wavelet decompositions; ``mixes_components`` says whether the first three components were
    transformed together, reversibly (RCT) when ``is_reversible``, else not (ICT).
    """

    levels: int
    mixes_components: bool
    is_reversible: bool


def header_segments(frame: Buffer) -> Iterator[tuple[int, bytes]]:
    """Walk the segments of a JPEG or JPEG-LS stream up to its first scan header, which is the last one.

    Yields
    ------
    tuple of int and bytes
        The low byte of the marker, and the parameters behind the length.

    Raises
    ------
    SourceDataError
        No start of image.
    """
    if len(frame) < 4 or bytes(frame[:2]) != b"\xff\xd8":
        raise damaged("a frame does not start as a JPEG stream")
    position = 2
    while position + 4 <= len(frame) and frame[position] == 0xFF:
        marker = int(frame[position + 1])
        if marker == 0xFF or marker in _STANDALONE:
            position += 1 if marker == 0xFF else 2
            continue
        if marker == _END_OF_IMAGE:
            return
        length = int.from_bytes(frame[position + 2 : position + 4], "big")
        yield marker, bytes(frame[position + 4 : position + 2 + length])
        if marker == _START_OF_SCAN:
            return
        position += 2 + length


def read_scan_header(frame: Buffer) -> bytes:
    """Read the parameters of the first scan of a JPEG or JPEG-LS stream (T.81 B.2.3, T.87 C.2.3).

    Raises
    ------
    SourceDataError
        There is no scan, or its header is too short for its components.
    """
    for marker, body in header_segments(frame):
        if marker == _START_OF_SCAN and len(body) >= 6 and len(body) == 4 + 2 * body[0]:
            return body
    raise damaged("a JPEG stream has no scan")


def read_jpeg_header(frame: Buffer) -> Codestream:
    """Read the first frame header of a JPEG or JPEG-LS stream.

    Raises
    ------
    SourceDataError
        No start of image, or no frame header before the first scan.
    """
    adobe = None
    found: Codestream | None = None
    for marker, segment in header_segments(frame):
        if marker in _FRAME_HEADERS and len(segment) >= 6 and found is None:
            found = Codestream(
                rows=int.from_bytes(segment[1:3], "big"),
                columns=int.from_bytes(segment[3:5], "big"),
                components=segment[5],
                precision=segment[0],
                process=marker,
            )
        if marker == _APP14 and segment[:5] == b"Adobe" and len(segment) >= 12:
            adobe = segment[11]
    if found is None:
        raise damaged("a JPEG stream has no frame header")
    return replace(found, adobe_transform=adobe)


def read_jpeg_2000_header(frame: Buffer) -> Codestream:
    """Read the SIZ segment of a JPEG 2000 or HTJ2K codestream, bare or inside JP2 boxes.

    Raises
    ------
    SourceDataError
        No such segment, or components that differ in size or precision.
    """
    head = bytes(frame[:_MAX_HEADER_SEARCH])
    start = 0 if head.startswith(b"\xff\x4f\xff\x51") else head.find(b"\xff\x4f\xff\x51")
    if start < 0 or (start > 0 and head[4:8] != b"jP  "):
        raise damaged("a frame does not start as a JPEG 2000 stream")
    siz = head[start + 6 : start + 6 + 16384 * 3 + 36]
    if len(siz) < 39:
        raise damaged("a JPEG 2000 stream is cut off in its header")
    right, bottom, left, top = (int.from_bytes(siz[at : at + 4], "big") for at in (2, 6, 10, 14))
    components = int.from_bytes(siz[34:36], "big")
    described = {bytes(siz[36 + 3 * index : 39 + 3 * index]) for index in range(components)}
    if len(described) != 1 or len(siz) < 36 + 3 * components:
        raise damaged("a JPEG 2000 stream has components of different kinds")
    (first,) = described
    if first[1:] != b"\x01\x01" or right <= left or bottom <= top:
        raise damaged("a JPEG 2000 stream has subsampled components or no pixels")
    _check_tiles(siz)
    precision, is_signed = (first[0] & 0x7F) + 1, first[0] > 0x7F
    return Codestream(bottom - top, right - left, components, precision, 0x51, None, is_signed)


def read_coding_style(frame: Buffer) -> CodingStyle:
    """Read the COD segment of a JPEG 2000 or HTJ2K codestream, bare or inside JP2 boxes.

    Raises
    ------
    SourceDataError
        There is none in the main header.
    """
    for marker, body in _main_header(frame):
        if marker == _COD and len(body) >= 10:
            return CodingStyle(levels=body[5], mixes_components=bool(body[4]), is_reversible=body[9] == 1)
    raise damaged("a JPEG 2000 stream has no coding style")


def check_quantisation(frame: Buffer) -> None:
    """Refuse quantisation that no encoder writes (QCD and QCC segments, T.800 A.6.4, A.6.5): OpenJPH dies of it.

    Raises
    ------
    SourceDataError
        An unknown style, another number of steps than there are bands, or one of too many bits.
    """
    bands = 3 * read_coding_style(frame).levels + 1
    for marker, body in _main_header(frame):
        if marker not in (_QCD, _QCC):
            continue
        steps = body if marker == _QCD else body[1:]  # components are few enough for one byte
        style, guard = (steps[0] & 0x1F, steps[0] >> 5) if steps else (-1, 0)
        width = 1 if style == _NO_QUANTISATION else 2
        exponents = [step >> 3 for step in steps[1::width]]
        wanted = 1 if style == _DERIVED else bands
        if style not in (_NO_QUANTISATION, _DERIVED, _EXPOUNDED) or len(steps) - 1 < wanted * width:
            raise damaged("the quantisation of a JPEG 2000 stream is damaged")
        if max(exponents) + guard - 1 > _MOST_PLANES:
            raise damaged("a JPEG 2000 stream claims more bits than any sample has")


def _main_header(frame: Buffer) -> Iterator[tuple[int, bytes]]:
    """The segments of the main header behind the first: low byte of the marker, parameters."""
    head = bytes(frame[:_MAX_HEADER_SEARCH])
    position = head.find(b"\xff\x4f\xff\x51") + 2
    while position >= 2 and head[position : position + 2] not in (b"", b"\xff\x90"):
        length = int.from_bytes(head[position + 2 : position + 4], "big")
        yield head[position + 1] if position + 1 < len(head) else 0, head[position + 4 : position + 2 + length]
        position += 2 + max(2, length)


def _check_tiles(siz: bytes) -> None:
    """Refuse tiles that do not cover the picture (T.800 B.3), on which decoders divide by zero or do not end."""
    right, bottom, left, top, *rest = (int.from_bytes(siz[at : at + 4], "big") for at in range(2, 34, 4))
    wide, high, first, upper = rest
    if not wide or not high or first > left or upper > top or first + wide <= left or upper + high <= top:
        raise damaged("the tiles of a JPEG 2000 stream do not cover its picture")
    if -(-(right - first) // wide) * -(-(bottom - upper) // high) > _MOST_TILES:
        raise damaged("a JPEG 2000 stream has more tiles than it may")


def check_against(header: Codestream, layout: PixelLayout) -> None:
    """Refuse a codestream that contradicts the instance's header, before memory is allocated for either.

    Raises
    ------
    SourceDataError
        Another size, number of components or more bits; or a frame that is too large to decode.
    """
    check_claim(layout)
    if (header.rows, header.columns) != (layout.rows, layout.columns):
        raise damaged("a compressed frame has another size than the header claims")
    if header.components != layout.samples_per_pixel:
        raise damaged("a compressed frame has another number of samples than the header claims")
    if not 0 < header.precision <= layout.bits_allocated:
        raise damaged("a compressed frame has more bits than the header claims")
