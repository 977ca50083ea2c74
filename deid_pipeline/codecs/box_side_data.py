"""Side data of JPEG 2000 and JPEG XL: comments, boxes around a codestream, bytes behind its end (T.800, ISO 18181-2).

What belongs here: finding them without decoding. What does not: which names are harmless (``harmless``).
"""

from __future__ import annotations

from collections.abc import Generator, Iterator

from deid_pipeline.codecs.harmless import Range, behind_end, is_encoder_name
from deid_pipeline.codecs.samples import damaged

_SOC, _SOT, _SOD, _EOC, _COM = b"\xff\x4f", b"\xff\x90", b"\xff\x93", b"\xff\xd9", 0x64
# SIZ, CAP, COD, COC, TLM, PLM, PLT, CPF, QCD, QCC, RGN, POC, PPM, PPT, CRG; those of part 2 lie from 0x72 to 0x7b.
_OF_SAMPLES = frozenset(
    {0x50, 0x51, 0x52, 0x53, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5C, 0x5D, 0x5E, 0x5F, 0x60, 0x61, 0x63}
) | frozenset(range(0x72, 0x7C))
_TEXT = b"\0\x01"  # registration of a comment in Latin letters, T.800 A.9.2
_JP2_BOXES = frozenset(
    {b"jP  ", b"ftyp", b"jp2h", b"ihdr", b"bpcc", b"pclr", b"cmap", b"cdef", b"res ", b"resc", b"resd"}
)
_JXL_BOXES = frozenset({b"JXL ", b"ftyp", b"jxll", b"jxlc", b"jxlp", b"jxli"})
_NESTED = frozenset({b"jp2h", b"res "})
_ENUMERATED_COLOUR = 1  # METH of a colour specification box, T.800 I.5.3.3


def in_jpeg_2000(data: bytes) -> Iterator[Range]:
    """Find ranges of a JPEG 2000 or HTJ2K frame that may identify, some of them empty of anything.

    Raises
    ------
    SourceDataError
        The codestream or the boxes around it cannot be followed to their end.
    """
    if data[4:8] != b"jP  ":
        yield from _in_codestream(data, 0, len(data))
        return
    for kind, start, end in _boxes(data, 0, len(data)):
        if kind == b"jp2c":
            yield from _in_codestream(data, start, end)
        elif kind == b"colr" and data[start : start + 1] != bytes([_ENUMERATED_COLOUR]):
            yield start + 3, end  # a profile
        elif kind not in _JP2_BOXES | {b"colr"}:
            yield start - 4, end  # its name too, so that nobody looks for what it announces


def in_jpeg_xl(data: bytes, *, keep: frozenset[bytes] = frozenset()) -> Iterator[Range]:
    """Find boxes around a JPEG XL codestream that may identify; a bare one has nothing beside samples.

    Boxes whose kind is in ``keep`` are known to say nothing.

    Raises
    ------
    SourceDataError
        The boxes cannot be followed to their end.
    """
    if data[4:8] != b"JXL ":
        return
    for kind, start, end in _boxes(data, 0, len(data)):
        if kind not in _JXL_BOXES | keep:
            yield start - 4, end


def _boxes(data: bytes, at: int, stop: int) -> Iterator[tuple[bytes, int, int]]:
    """Boxes in order, those in others right behind them: kind, start and end of the content (T.800 I.4)."""
    while at < stop:
        length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        start = at + 8
        if length == 0 and not any(data[at:stop]):
            return  # padding
        if length == 1:
            length, start = int.from_bytes(data[at + 8 : at + 16], "big"), at + 16
        end = at + length if length else stop
        if not start <= end <= stop:
            if stop - at <= 1:
                return
            raise damaged("a box around a codestream is cut off")
        yield kind, start, end
        if kind in _NESTED:
            yield from _boxes(data, start, end)
        at = end


def _in_codestream(data: bytes, at: int, stop: int) -> Iterator[Range]:
    """Walk main header, tile-parts and what lies behind them (T.800 A.3)."""
    if data[at : at + 2] != _SOC:
        raise damaged("a frame does not start as a JPEG 2000 stream")
    at = yield from _in_header(data, at + 2, stop, until=_SOT)
    while data[at : at + 2] == _SOT:
        length = int.from_bytes(data[at + 6 : at + 10], "big")
        body = yield from _in_header(data, at + 12, stop, until=_SOD)
        if length == 0:  # up to the end of the codestream, T.800 A.4.2
            found = data.find(_EOC, body, stop)
            at = found if found >= 0 else stop
        else:
            at += length
        if not body < at <= stop:
            raise damaged("a tile of a JPEG 2000 stream is cut off")
    if at < stop and data[at : at + 2] != _EOC:
        if stop - at <= 1:
            return
        raise damaged("a JPEG 2000 stream cannot be followed to its end")
    yield from behind_end(at + 2, stop)


def _in_header(data: bytes, at: int, stop: int, *, until: bytes) -> Generator[Range, None, int]:
    """Walk the marker segments of a header up to a marker; returns where that one stands."""
    while data[at : at + 2] != until:
        start, end = at + 4, at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if data[at : at + 1] != b"\xff" or not start <= end <= stop:
            raise damaged("the header of a JPEG 2000 stream is damaged")
        marker = data[at + 1]
        if marker == _COM and data.startswith(_TEXT, start):
            if not is_encoder_name(data[start + len(_TEXT) : end]):
                yield start + len(_TEXT), end
        elif marker not in _OF_SAMPLES:
            yield start, end
        at = end
    return at
