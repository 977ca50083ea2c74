"""Parts of compressed frames that decoders skip: where a codestream can hold words.

What belongs here: finding them by the syntax of each family, and which words say nothing. What does not: judging (the
checks), decoding (``decoding``). Nothing is taken from the room ``codecs``: its mistakes must not hide here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from deid_pipeline.errors import SourceDataError

_PREFIX = "1.2.840.10008.1.2."
_WORDLESS = frozenset({"1.98", "8.1"})  # encapsulated, but nothing beside samples
# No frames of their own; what their containers say is looked at when they are read.
_VIDEO = frozenset(f"4.{number}" for number in range(100, 109))
_WORDS = frozenset(
    "by created creator default encoder gd gdcm ijg inc intel ipp jasper jpeg kakadu lavc lead library openjpeg "
    "openjph quality r technologies using v ver version".split()
)
_MOST_DIGITS, _MOST_DIGITS_IN_A_ROW = 12, 3
_COMMENT = "comment"


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes ``start`` to ``end`` of a frame that no decoder needs; ``kind`` is a word for details."""

    start: int
    end: int
    kind: str

    def says_something(self, frame: bytes) -> bool:
        """Whether more stands there than zeros, a padding byte or the name of an encoder."""
        content = frame[self.start : self.end]
        if not content.strip(b"\0") or (self.kind == "tail" and len(content) == 1):
            return False
        return self.kind != _COMMENT or not _is_name_of_encoder(content)


def is_wordless(transfer_syntax_uid: str) -> bool:
    """Whether frames of a syntax have nothing beside samples, or none can be told apart."""
    family = transfer_syntax_uid.removeprefix(_PREFIX)
    return family in _WORDLESS or family[:5] in _VIDEO


def free_spans(frame: bytes, transfer_syntax_uid: str) -> Iterator[Span]:
    """Find what decoders skip, in order.

    Raises
    ------
    SourceDataError
        The syntax is not known here, or the frame cannot be followed to its end.
    """
    family = transfer_syntax_uid.removeprefix(_PREFIX)
    if is_wordless(transfer_syntax_uid):
        return iter(())
    if family not in _FAMILIES:
        raise SourceDataError("frames of this transfer syntax are not known", tag_path="(0002,0010)")
    return _FAMILIES[family](frame)


def is_zeroed_only(before: bytes, after: bytes, transfer_syntax_uid: str) -> bool:
    """Whether a frame differs from another one only by zeros where decoders skip; not when that cannot be told."""
    if len(before) != len(after):
        return False
    differs = np.frombuffer(before, np.uint8) != np.frombuffer(after, np.uint8)
    try:
        spans = list(free_spans(before, transfer_syntax_uid))
    except SourceDataError:
        return False
    for span in spans:
        place = differs[span.start : span.end]
        if np.frombuffer(after, np.uint8)[span.start : span.end][place].any():
            return False
        place[:] = False
    return not differs.any()


def _is_name_of_encoder(content: bytes) -> bool:
    text = content.decode("latin-1").rstrip("\0\r\n ").lower()
    digits = re.findall(r"\d+", text)
    if sum(map(len, digits)) > _MOST_DIGITS or any(len(run) > _MOST_DIGITS_IN_A_ROW for run in digits):
        return False
    return text.isascii() and text.isprintable() and _WORDS.issuperset(re.findall(r"[a-z]+", text))


def _stuck() -> SourceDataError:
    return SourceDataError("a codestream cannot be followed to its end", tag_path="(7fe0,0010)")


def _jpeg(frame: bytes, *, first_marker: int = 0x01) -> Iterator[Span]:
    """Segments of ITU-T T.81 and T.87; ``first_marker`` is the least byte that makes a marker of 0xFF in a scan."""
    array = np.frombuffer(frame, np.uint8)
    behind = array[1:]
    possible = (
        (array[:-1] == 0xFF) & (behind >= first_marker) & (behind != 0xFF) & ~((behind >= 0xD0) & (behind < 0xD8))
    )
    markers = np.flatnonzero(possible)
    if frame[:2] != b"\xff\xd8":
        raise _stuck()
    at, in_scan = 2, False
    while True:
        if in_scan:
            index = int(np.searchsorted(markers, at))
            at = int(markers[index]) if index < len(markers) else len(frame)
        at = next((place for place in range(at, len(frame)) if frame[place] != 0xFF), len(frame)) - 1
        if at + 1 >= len(frame) or frame[at] != 0xFF or frame[at + 1] in (0x00, 0xD8):
            raise _stuck()
        code = frame[at + 1]
        if code == 0xD9:
            yield Span(at + 2, len(frame), "tail")
            return
        if code == 0x01 or 0xD0 <= code <= 0xD7:
            at += 2
            continue
        end = at + 2 + int.from_bytes(frame[at + 2 : at + 4], "big")
        if not at + 4 <= end <= len(frame):
            raise _stuck()
        if code == 0xFE:
            yield Span(at + 4, end, _COMMENT)
        elif not (0xC0 <= code <= 0xDF or code in (0xF7, 0xF8)):
            yield Span(min(end, at + 4 + _needed(frame[at + 4 : end], code)), end, "segment")
        at, in_scan = end, code == 0xDA


def _needed(content: bytes, code: int) -> int:
    """How many bytes of an application segment say how to read samples."""
    for number, start, length in (
        (0xE0, b"JFIF\0", 12),
        (0xE8, b"SPIFF\0", 30),
        (0xE8, b"\0\0\0\1\xff\xd8", 6),
        (0xE8, b"mrfx", 5),
        (0xEE, b"Adobe", 12),
    ):
        if code == number and content[: len(start)] == start and len(content) >= length:
            return length
    return 0


def _jpeg_ls(frame: bytes) -> Iterator[Span]:
    return _jpeg(frame, first_marker=0x80)


def _jpeg_2000(frame: bytes) -> Iterator[Span]:
    """A codestream of ITU-T T.800, bare or in boxes."""
    if frame[4:8] != b"jP  ":
        yield from _tiles(frame, 0, len(frame))
    else:
        yield from _in_boxes(frame, (0, len(frame)), "jP  ftypjp2hihdrbpccpclrcmapcdefres rescresd")


def _jpeg_xl(frame: bytes) -> Iterator[Span]:
    if frame[4:8] == b"JXL ":
        yield from _in_boxes(frame, (0, len(frame)), "JXL ftypjxlljxlcjxlpjxli")


def _jpeg_xl_of_jpeg(frame: bytes) -> Iterator[Span]:
    """As JPEG XL; what a JPEG stream is made of again may stay where that stream says nothing."""
    import imagecodecs

    known = "JXL ftypjxlljxlcjxlpjxli"
    if b"jbrd" in frame:
        try:
            stream = bytes(imagecodecs.jpegxl_decode_jpeg(frame, numthreads=1))
        except (RuntimeError, ValueError):
            raise _stuck() from None
        if not any(span.says_something(stream) for span in _jpeg(stream)):
            known += "jbrd"
    yield from _in_boxes(frame, (0, len(frame)), known)


def _in_boxes(frame: bytes, place: tuple[int, int], known: str) -> Iterator[Span]:
    at, stop = place
    names = {known[index : index + 4].encode() for index in range(0, len(known), 4)}
    while at < stop:
        length, name, head = int.from_bytes(frame[at : at + 4], "big"), frame[at + 4 : at + 8], 8
        if length == 1:
            length, head = int.from_bytes(frame[at + 8 : at + 16], "big"), 16
        if not frame[at:stop].strip(b"\0") or stop - at == 1:
            return
        end = at + length if length else stop
        if not at + head <= end <= stop:
            raise _stuck()
        if name in (b"jp2h", b"res "):
            yield from _in_boxes(frame, (at + head, end), known)
        elif name == b"jp2c":
            yield from _tiles(frame, at + head, end)
        elif name == b"colr" and "jp2h" in known:
            if frame[at + head] != 1:
                yield Span(at + head + 3, end, "profile")
        elif name not in names:
            yield Span(at + head - 4, end, "box")
        at = end


def _tiles(frame: bytes, at: int, stop: int) -> Iterator[Span]:
    """Comments of the main header and of tile-parts, and what lies behind the end of the codestream."""
    needed = {0x50, 0x51, 0x52, 0x53, *range(0x55, 0x5A), *range(0x5C, 0x62), 0x63, *range(0x72, 0x7C), 0x90}
    if frame[at : at + 2] != b"\xff\x4f":
        raise _stuck()
    at, tile_end = at + 2, 0
    while at < stop:
        code = frame[at + 1] if frame[at] == 0xFF and at + 1 < stop else 0
        if code == 0xD9 and not tile_end:
            yield Span(at + 2, stop, "tail")
            return
        if code == 0x93 and tile_end:
            if not at < tile_end <= stop:
                raise _stuck()
            at, tile_end = tile_end, 0
            continue
        end = at + 2 + int.from_bytes(frame[at + 2 : at + 4], "big")
        if code < 0x50 or not at + 4 <= end <= stop:
            if code == 0 and stop - at == 1:
                return
            raise _stuck()
        if code == 0x90:
            length = int.from_bytes(frame[at + 6 : at + 10], "big")
            tile_end = at + length
            if not length:
                last = frame.find(b"\xff\xd9", at, stop)
                tile_end = last if last >= 0 else stop
        elif code == 0x64:
            is_text = frame[at + 4 : at + 6] == b"\0\1"
            yield Span(at + 6, end, _COMMENT) if is_text else Span(at + 4, end, "segment")
        elif code not in needed:
            yield Span(at + 4, end, "segment")
        at = end


def _run_lengths(frame: bytes) -> Iterator[Span]:
    """Offsets of segments that are not there, and what stands before the first segment (PS3.5 annex G.5)."""
    words = np.frombuffer(frame[:64], "<u4")
    if len(words) < 16 or not 1 <= words[0] <= 15 or not 64 <= words[1] <= len(frame):
        raise _stuck()
    yield Span(4 + 4 * int(words[0]), 64, "header")
    yield Span(64, int(words[1]), "gap")


_FAMILIES: dict[str, Callable[[bytes], Iterator[Span]]] = {
    "5": _run_lengths,
    **dict.fromkeys(("4.50", "4.51", "4.57", "4.70"), _jpeg),
    **dict.fromkeys(("4.80", "4.81"), _jpeg_ls),
    **dict.fromkeys(("4.90", "4.91", "4.201", "4.202", "4.203"), _jpeg_2000),
    **dict.fromkeys(("4.110", "4.112"), _jpeg_xl),
    "4.111": _jpeg_xl_of_jpeg,
}
