"""What a JPEG XL frame says about itself before anything is decoded (ISO/IEC 18181-1 annex D, 18181-2).

What belongs here: boxes of the container, size and image metadata of the codestream. What does not: decoding
(``jpeg_xl``), headers of other codestreams (``codestream``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from deid_pipeline.codecs.codestream import Codestream
from deid_pipeline.codecs.protocol import Buffer
from deid_pipeline.codecs.samples import damaged

_BARE = b"\xff\x0a"
_CONTAINER = b"\0\0\0\x0cJXL \x0d\x0a\x87\x0a"
_CODESTREAM, _PART, _JPEG = b"jxlc", b"jxlp", b"jbrd"
_HEADER_BYTES = 64  # more than size and image metadata take
_RATIOS = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))
_GREY = 1  # of colour spaces
_PROCESS = 0x0A


@dataclass(frozen=True, slots=True)
class JpegXlHeader:
    """Header of one frame. ``stream`` is its size and samples; ``holds_jpeg``: it can be turned into a JPEG again."""

    stream: Codestream
    holds_jpeg: bool


@dataclass
class _Bits:
    """Numbers of a header, each from its lowest bit on, byte after byte."""

    data: bytes
    position: int = field(default=0)

    def take(self, count: int) -> int:
        """The next ``count`` bits as a number.

        Raises
        ------
        SourceDataError
            There are not as many.
        """
        end = self.position + count
        if end > 8 * len(self.data):
            raise damaged("a JPEG XL frame is cut off in its header")
        value = int.from_bytes(self.data[self.position // 8 : (end + 7) // 8], "little") >> self.position % 8
        self.position = end
        return value & ((1 << count) - 1)

    def choose(self, *choices: tuple[int, int]) -> int:
        """A number of variable length: two bits choose how many bits follow, and what is added to them."""
        base, count = choices[self.take(2)]
        return base + self.take(count)


def read_jpeg_xl_header(frame: Buffer) -> JpegXlHeader:
    """Read the header of a JPEG XL frame, bare or in a container.

    Raises
    ------
    SourceDataError
        It is damaged, or of a kind that DICOM does not know: animated, turned, with a preview, with more than one or
        three samples, or with samples that are no whole numbers.
    """
    head, holds_jpeg = _codestream_head(frame)
    if not head.startswith(_BARE):
        raise damaged("a frame does not start as a JPEG XL stream")
    bits = _Bits(head[len(_BARE) :])
    rows, columns = _size(bits)
    precision, components = _samples(bits)
    return JpegXlHeader(Codestream(rows, columns, components, precision, _PROCESS), holds_jpeg)


def jpeg_in(frame: Buffer) -> bytes | None:
    """The JPEG stream that a frame was made of, byte for byte; None where it was made of none, or that is lost.

    Raises
    ------
    SourceDataError
        The frame is damaged.
    """
    import imagecodecs

    if not read_jpeg_xl_header(frame).holds_jpeg:
        return None
    try:
        return bytes(imagecodecs.jpegxl_decode_jpeg(bytes(frame), numthreads=1))
    except (RuntimeError, ValueError):
        raise damaged("a JPEG XL frame cannot be decoded") from None


def _codestream_head(frame: Buffer) -> tuple[bytes, bool]:
    """The first bytes of the codestream, and whether a JPEG can be made of it again."""
    if bytes(frame[:2]) == _BARE:
        return bytes(frame[:_HEADER_BYTES]), False
    if bytes(frame[: len(_CONTAINER)]) != _CONTAINER:
        raise damaged("a frame does not start as a JPEG XL stream")
    head: bytes | None = None
    kinds = set()
    for kind, start, end in _boxes(frame):
        kinds.add(kind)
        if kind in (_CODESTREAM, _PART) and head is None:
            content = start + (4 if kind == _PART else 0)  # behind the number of the part
            head = bytes(frame[content : min(end, content + _HEADER_BYTES)])
    if head is None:
        raise damaged("a JPEG XL container holds no codestream")
    return head, _JPEG in kinds


def _boxes(frame: Buffer) -> Iterator[tuple[bytes, int, int]]:
    """Kind, start and end of the content of each box; a padding byte may follow the last one."""
    position = 0
    while len(frame) - position > 1:
        size, kind = int.from_bytes(frame[position : position + 4], "big"), bytes(frame[position + 4 : position + 8])
        start = position + 8
        if size == 1:
            size, start = int.from_bytes(frame[position + 8 : position + 16], "big"), position + 16
        end = len(frame) if size == 0 else position + size
        if not start <= end <= len(frame):
            raise damaged("a box of a JPEG XL container is cut off")
        yield kind, start, end
        position = end


def _size(bits: _Bits) -> tuple[int, int]:
    """Rows and columns (D.2)."""
    small = bits.take(1)

    def length() -> int:
        return 8 * (bits.take(5) + 1) if small else 1 + bits.choose((0, 9), (0, 13), (0, 18), (0, 30))

    rows = length()
    ratio = bits.take(3)
    if not ratio:
        return rows, length()
    times, by = _RATIOS[ratio - 1]
    return rows, rows * times // by


def _samples(bits: _Bits) -> tuple[int, int]:
    """Bits of a sample and samples of a pixel (D.3)."""
    if bits.take(1):  # all as usual: 8 bits, three colours
        return 8, 3
    if bits.take(1):
        turned, intrinsic = bits.take(3), bits.take(1)
        if intrinsic:
            _size(bits)
        if turned or bits.take(1) or bits.take(1):
            raise damaged("a JPEG XL frame is turned, animated or has a preview")
    if bits.take(1):
        raise damaged("a JPEG XL frame has floating-point samples")
    precision = bits.choose((8, 0), (10, 0), (12, 0), (1, 6))
    bits.take(1)  # whether decoders may compute with 16 bits
    if bits.choose((0, 0), (1, 0), (2, 4), (1, 12)):
        raise damaged("a JPEG XL frame has other samples than colours")
    bits.take(1)  # whether colours are coded as XYB
    if bits.take(1):  # the usual colour space
        return precision, 3
    bits.take(1)  # whether an ICC profile describes it
    space = bits.choose((0, 0), (1, 0), (2, 4), (18, 6))
    return precision, 1 if space == _GREY else 3
