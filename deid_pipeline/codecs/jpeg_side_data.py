"""Side data of JPEG and JPEG-LS streams: application and comment segments, bytes behind the end (ITU-T T.81, T.87).

What belongs here: finding them without decoding. What does not: which names are harmless (``harmless``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from deid_pipeline.codecs.harmless import Range, behind_end, is_encoder_name
from deid_pipeline.codecs.samples import damaged

_SOI, _EOI, _SOS, _COM = 0xD8, 0xD9, 0xDA, 0xFE
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD8)})
# Frame headers, tables, scans, restart interval, number of lines, hierarchical ones; presets of JPEG-LS.
_OF_SAMPLES = frozenset({*range(0xC0, 0xD0), *range(0xDA, 0xE0), 0xF7, 0xF8})
_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_MARKER_OF_JPEG_LS = re.compile(rb"\xff[\x80-\xcf\xd8-\xfe]")  # bits are stuffed so that other pairs are data, T.87 A.1

# By marker: how an application segment begins that says how to read samples, and how many of its bytes do so.
_TELLING: dict[int, tuple[tuple[bytes, int], ...]] = {
    0xE0: ((b"JFIF\0", 12),),  # behind it the size of a thumbnail and the thumbnail, T.871 10.1
    0xE8: ((b"SPIFF\0", 30), (b"\0\0\0\x01\xff\xd8", 6), (b"mrfx", 5)),  # T.84 F.2; colour transform of JPEG-LS
    0xEE: ((b"Adobe", 12),),  # T.872 6.5.3
}


def in_jpeg(data: bytes) -> Iterator[Range]:
    """Find ranges of a JPEG stream that may identify, some of them empty of anything.

    Raises
    ------
    SourceDataError
        The stream cannot be followed to its end.
    """
    return _in_stream(data, _MARKER)


def in_jpeg_ls(data: bytes) -> Iterator[Range]:
    """Find ranges of a JPEG-LS stream that may identify; see `in_jpeg`."""
    return _in_stream(data, _MARKER_OF_JPEG_LS)


def _in_stream(data: bytes, marker_in_scan: re.Pattern[bytes]) -> Iterator[Range]:
    """Walk all segments, in scans from marker to marker (T.81 B.1.1.3)."""
    if data[:2] != b"\xff\xd8":
        raise damaged("a frame does not start as a JPEG stream")
    at = 2
    while True:
        while data[at : at + 2] == b"\xff\xff":  # fill bytes, T.81 B.1.1.2
            at += 1
        if data[at : at + 1] != b"\xff" or at + 1 >= len(data) or data[at + 1] in (0, _SOI):
            raise damaged("a JPEG stream cannot be followed to its end")
        marker = data[at + 1]
        if marker == _EOI:
            yield from behind_end(at + 2, len(data))
            return
        if marker in _WITHOUT_LENGTH:
            at += 2
            continue
        start, end = at + 4, at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if not start <= end <= len(data):
            raise damaged("a segment of a JPEG stream is cut off")
        yield from _in_segment(data, marker, start, end)
        at = end
        if marker == _SOS:
            found = marker_in_scan.search(data, end)
            if found is None:
                raise damaged("a JPEG stream has no end")
            at = found.start()


def _in_segment(data: bytes, marker: int, start: int, end: int) -> Iterator[Range]:
    """The part of one segment that may identify."""
    if marker in _OF_SAMPLES or (marker == _COM and is_encoder_name(data[start:end])):
        return
    for beginning, length in _TELLING.get(marker, ()):
        if data.startswith(beginning, start) and end - start >= length:
            start += length
            break
    if start < end:
        yield start, end
