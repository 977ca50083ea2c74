"""Compressed frames as samples, read by other libraries than those that wrote them, where there are any.

What belongs here: which library reads which transfer syntax, and frames of encapsulated pixel data as pydicom finds
them. What does not: judging (the checks). Nothing is taken from the room ``codecs``: its mistakes must not hide here.
"""

from __future__ import annotations

import io
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from deid_pipeline.checks.codestreams import free_spans
from deid_pipeline.checks.reading import Part10
from deid_pipeline.checks.samples import Samples, native_shape
from deid_pipeline.errors import SourceDataError

_PREFIX = "1.2.840.10008.1.2."
_TRANSFER_SYNTAX = 0x0010
_MOST_PILLOW_PIXELS = 1 << 26  # Pillow takes larger ones for bombs
_MOST_WAITING_BYTES = 64 << 20
_EXTENDED_TABLE, _EXTENDED_LENGTHS = 0x7FE00001, 0x7FE00002
COSINE_TRANSFORMS = frozenset({f"{_PREFIX}4.50", f"{_PREFIX}4.51", f"{_PREFIX}4.111"})
"""Syntaxes of which no less than a unit of blocks can be rewritten."""

MADE_LOSSLESS = {
    **dict.fromkeys((f"{_PREFIX}4.91", f"{_PREFIX}4.203"), ("YBR_ICT", "YBR_RCT")),
    f"{_PREFIX}4.112": ("XYB", "RGB"),
}
"""By syntax, the photometric interpretation that no rewriting without loss can keep, and what it becomes then."""

LOSSY_WAVELETS = frozenset({f"{_PREFIX}4.91", f"{_PREFIX}4.203"})
"""Syntaxes whose irreversible frames decoders may read differently by a rounding."""


UNCOMPRESSED = frozenset({f"{_PREFIX}1.98", f"{_PREFIX}8.1"})
"""Syntaxes of native frames in items."""
DITHERED = frozenset({f"{_PREFIX}4.111"})
"""Syntaxes whose first reader spreads what it rounds over neighbours: one colour comes as two. The second does not."""

IRREVERSIBLE = COSINE_TRANSFORMS | LOSSY_WAVELETS | {f"{_PREFIX}4.{end}" for end in ("81", "107", "108", "112")}
"""Syntaxes whose frames may be lossy: no bit of a sample means anything by itself."""

_START_OF_IMAGE, _START_OF_CODESTREAM = b"\xff\xd8", b"\xff\x4f\xff\x51"
_START_OF_SCAN = b"\xff\xda"
_END_OF_CODESTREAM = b"\xff\xd9"
_SIZE, _FRAME_HEADERS = 0xFF51, frozenset({*range(0xFFC0, 0xFFD0), 0xFFF7} - {0xFFC4, 0xFFC8, 0xFFCC})


def encapsulated_frames(file: Part10, path: Path) -> Iterator[bytes]:
    """The compressed frames of a file, one at a time, cut by its own offset tables; one of zeros counts as none.

    Raises
    ------
    Exception
        Whatever pydicom raises when the frames cannot be told apart.
    """
    from pydicom.encaps import generate_frames, parse_basic_offsets

    tables = tuple(bytes(leaf.raw) for tag in (_EXTENDED_TABLE, _EXTENDED_LENGTHS) if (leaf := file.top(tag)))
    count = file.number(0x00280008, 1) or 1
    with path.open("rb") as stream:
        start = stream.seek((file.pixel_range or (0, 0))[0])
        extended = (tables[0], tables[1]) if len(tables) == 2 and all(tables) else None
        if extended is None and count > 1 and not any(parse_basic_offsets(stream)):
            yield from _without_table(stream, count)
            return
        stream.seek(start)
        yield from generate_frames(stream, number_of_frames=count, extended_offsets=extended)


def _without_table(stream: BinaryIO, count: int) -> Iterator[bytes]:
    """Several frames of one fragment each, or of as many as it takes to the end of a codestream and padding."""
    from pydicom.encaps import generate_fragments, parse_fragments

    if parse_fragments(stream)[0] == count:
        yield from generate_fragments(stream)
        return
    found, frame = 0, bytearray()
    for fragment in generate_fragments(stream):
        frame += fragment
        if frame[-4:].rstrip(b"\0").endswith(_END_OF_CODESTREAM) or frame[-3:-1] == _END_OF_CODESTREAM:
            yield bytes(frame)
            found, frame = found + 1, bytearray()
    if frame or found != count:
        raise SourceDataError("frames cannot be told apart", tag_path="(7fe0,0010)")


def decoded(frame: bytes, file: Part10, *, reader: int = 0) -> Samples:
    """Decode one frame, ``(rows, columns, samples)``, without regard to its photometric interpretation.

    Parameters
    ----------
    reader
        Which of the syntax's readers to take; 0 is the one that shares least with the codec of the syntax.

    Raises
    ------
    SourceDataError
        No reader is there, or the frame has another size than the header says.
    Exception
        Whatever the reader raises for a damaged frame: the check then crashes, and the file is held.
    """
    syntax = file.meta_text(_TRANSFER_SYNTAX)
    readers = _READERS.get(syntax.removeprefix(_PREFIX), ())
    if reader >= len(readers):
        raise SourceDataError("no library reads this transfer syntax", tag_path="(0002,0010)")
    array = readers[reader](frame, file)
    if array.shape[:2] != (file.number(0x00280010), file.number(0x00280011)):
        raise SourceDataError("a frame has another size than the header says", tag_path="(7fe0,0010)")
    return array if array.ndim == 3 else array[:, :, np.newaxis]


def readers_of(file: Part10) -> int:
    """How many libraries read a file's transfer syntax here."""
    return len(_READERS.get(file.meta_text(_TRANSFER_SYNTAX).removeprefix(_PREFIX), ()))


def _uncompressed(frame: bytes, file: Part10) -> Samples:
    shape = native_shape(file)
    if len(frame) not in (shape.frame_bytes, shape.frame_bytes + shape.frame_bytes % 2):
        raise SourceDataError("a frame has another length than the header says", tag_path="(7fe0,0010)")
    cells = shape.view(memoryview(frame), 0)
    if not shape.halved_chroma:
        return cells
    pixels = np.repeat(cells[:, :, 1:], 2, axis=1)  # the last two samples of each pair are its chroma
    pixels[:, :, 0] = cells[:, :, :2].reshape(shape.rows, shape.columns)
    return pixels


def _deflated(frame: bytes, file: Part10) -> Samples:
    size = native_shape(file).frame_bytes
    return _uncompressed(zlib.decompressobj(wbits=-zlib.MAX_WBITS).decompress(frame, size + 1), file)


def precision(frame: bytes, file: Part10) -> int:
    """Bits of a sample in a compressed frame, by its own header; those allocated where it has none.

    Raises
    ------
    SourceDataError
        The frame has no header that says so.
    """
    if (
        not file.meta_text(_TRANSFER_SYNTAX).startswith(f"{_PREFIX}4.")
        or file.meta_text(_TRANSFER_SYNTAX) == f"{_PREFIX}4.110"
    ):
        return file.number(0x00280100)
    at = 2 if frame[:2] == _START_OF_IMAGE else frame.find(_START_OF_CODESTREAM) + 2  # which boxes may hold
    while at + 4 <= len(frame):
        marker, length = int.from_bytes(frame[at : at + 2], "big"), int.from_bytes(frame[at + 2 : at + 4], "big")
        if marker == _SIZE:  # after capabilities, sizes, offsets, tiles and the number of components
            return max((size & 0x7F) + 1 for size in frame[at + 40 : at + 2 + length : 3])
        if marker in _FRAME_HEADERS:
            return frame[at + 4]
        at += 2 + length
    raise SourceDataError("a frame does not say how wide its samples are", tag_path="(7fe0,0010)")


class SharedFrames:
    """Decoded frames of an output that two checks look at: what the first one decoded waits for the second one.

    Bounded: what does not fit is decoded twice.
    """

    def __init__(self) -> None:
        self._waiting: dict[int, Samples] = {}
        self._bytes = 0

    def decoded(self, index: int, frame: bytes, file: Part10) -> Samples:
        """As the function `decoded`, for frame ``index`` (0-based) of the output; not to be changed."""
        found = self._waiting.pop(index, None)
        if found is not None:
            self._bytes -= found.nbytes
            return found
        found = decoded(frame, file)
        if self._bytes + found.nbytes <= _MOST_WAITING_BYTES:
            self._waiting[index] = found
            self._bytes += found.nbytes
        return found


def _run_lengths(frame: bytes, file: Part10) -> Samples:
    from rle.rle import decode_frame

    rows, columns, bits = (file.number(tag) for tag in (0x00280010, 0x00280011, 0x00280100))
    cells = np.frombuffer(decode_frame(frame, rows * columns, bits, "<"), dtype=f"<u{bits // 8}")
    return np.moveaxis(cells.reshape(-1, rows, columns), 0, -1)


def _jpeg(frame: bytes, file: Part10) -> Samples:
    """Baseline by Pillow; other libraries of a permissive licence do not read 12 bits."""
    from PIL import Image

    if file.number(0x00280010) * file.number(0x00280011) > _MOST_PILLOW_PIXELS or file.number(0x00280100) > 8:
        return _turbo(frame, file)
    return np.asarray(Image.open(io.BytesIO(frame)))


def _turbo(frame: bytes, file: Part10) -> Samples:
    import imagecodecs

    equal = "RGB" if file.number(0x00280002, 1) == 3 else None  # no conversion between equal spaces
    return np.asarray(imagecodecs.jpeg8_decode(frame, colorspace=equal, outcolorspace=equal))


def _lossless_jpeg(frame: bytes, file: Part10) -> Samples:
    import imagecodecs

    if not _is_plain_lossless(frame):
        return _turbo(frame, file)
    try:
        return np.asarray(imagecodecs.jpegsof3_decode(frame))
    except (RuntimeError, ValueError):  # restart markers
        return _turbo(frame, file)


def _is_plain_lossless(frame: bytes) -> bool:
    """Whether one scan holds all components, without a point transform: jpegsof3 misreads others silently."""
    at, components = 2, 0
    while at + 4 <= len(frame) and frame[at] == 0xFF:
        if frame[at + 1] == 0xFF:  # a fill byte
            at += 1
            continue
        end = at + 2 + int.from_bytes(frame[at + 2 : at + 4], "big")
        if frame[at : at + 2] == _START_OF_SCAN:
            return frame[at + 4 : at + 5] == bytes([components]) and frame[end - 1 : end] == b"\0"
        if int.from_bytes(frame[at : at + 2], "big") in _FRAME_HEADERS:
            components = frame[at + 9]
        at = end
    return False


def _jpeg_ls(frame: bytes, file: Part10) -> Samples:
    from jpeg_ls import decode

    deque(free_spans(frame, file.meta_text(_TRANSFER_SYNTAX)), maxlen=0)  # it does not come back from data without end
    return np.asarray(decode(np.frombuffer(frame, dtype=np.uint8)))


def _open_jpeg(frame: bytes, _: Part10) -> Samples:
    from openjpeg import decode

    return np.asarray(decode(frame))


def _jpeg_2000(frame: bytes, _: Part10) -> Samples:
    import imagecodecs

    return np.asarray(imagecodecs.jpeg2k_decode(frame, numthreads=1))


def _open_jph(frame: bytes, _: Part10) -> Samples:
    import imagecodecs

    return np.asarray(imagecodecs.htj2k_decode(frame, planar=False))


def _jpeg_in_jpeg_xl(frame: bytes, file: Part10) -> Samples:
    """The components of the JPEG stream that a frame was made of, which the header's interpretation names."""
    import imagecodecs

    return _turbo(bytes(imagecodecs.jpegxl_decode_jpeg(frame, numthreads=1)), file)


def _jpeg_xl(frame: bytes, _: Part10) -> Samples:
    """Samples, also of what was made of a JPEG stream: by another way than through that stream."""
    import imagecodecs

    return np.asarray(imagecodecs.jpegxl_decode(frame, numthreads=1))


_READERS: dict[str, tuple[Callable[[bytes, Part10], Samples], ...]] = {
    "1.98": (_uncompressed,),
    "8.1": (_deflated,),
    "5": (_run_lengths,),
    "4.50": (_jpeg, _turbo),
    "4.51": (_jpeg, _turbo),
    "4.57": (_lossless_jpeg, _turbo),
    "4.70": (_lossless_jpeg, _turbo),
    "4.80": (_jpeg_ls,),
    "4.81": (_jpeg_ls,),
    "4.90": (_open_jpeg, _jpeg_2000),
    "4.91": (_open_jpeg, _jpeg_2000),
    "4.201": (_open_jpeg, _open_jph),
    "4.202": (_open_jpeg, _open_jph),
    "4.203": (_open_jpeg, _open_jph),
    "4.110": (_jpeg_xl,),
    "4.111": (_jpeg_xl, _jpeg_in_jpeg_xl),
    "4.112": (_jpeg_xl,),
}
