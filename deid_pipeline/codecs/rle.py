"""RLE Lossless (PS3.5 annex G): one byte plane after the other, each packed on its own.

What belongs here: the RLE header and its segments. What does not: finding the frames (``frames``).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from deid_pipeline.codecs.decode_only import DecodeOnly
from deid_pipeline.codecs.protocol import Buffer, FrameArray
from deid_pipeline.codecs.samples import check_claim, damaged, sample_dtype, stored_values
from deid_pipeline.model import PixelLayout

_HEADER_BYTES = 64
_BEST_RATIO = 64  # two bytes stand for at most 128


@dataclass(frozen=True, slots=True)
class RleCodec(DecodeOnly):
    """Run-length coded byte planes, most significant byte first; decoded only."""

    name: str = "rle"
    transfer_syntax_uids: tuple[str, ...] = ("1.2.840.10008.1.2.5",)

    def decode_frame(self, frame: Buffer, layout: PixelLayout) -> FrameArray:
        """Decode one frame; see `Codec.decode_frame`."""
        check_claim(layout)
        dtype = sample_dtype(layout)
        planes = layout.samples_per_pixel * dtype.itemsize
        pixels = layout.rows * layout.columns
        if pixels * planes > _BEST_RATIO * len(frame):
            raise damaged("the header claims more pixels than a run-length coded frame can hold")
        segments = _segments(frame, count=planes)
        packed = np.empty((pixels, layout.samples_per_pixel, dtype.itemsize), dtype=np.uint8)
        for index, segment in enumerate(segments):
            sample, byte = divmod(index, dtype.itemsize)
            packed[:, sample, byte] = _unpack(segment, pixels=pixels)
        values = packed.view(dtype.newbyteorder(">")).reshape(layout.rows, layout.columns, layout.samples_per_pixel)
        return stored_values(values.astype(dtype), layout, precision=min(layout.bits_stored, layout.bits_allocated))


def _segments(frame: Buffer, *, count: int) -> list[bytes]:
    """Cut a frame into its segments by the offsets of its header (PS3.5 G.5)."""
    if len(frame) < _HEADER_BYTES:
        raise damaged("a run-length coded frame has no header")
    header = np.frombuffer(frame, dtype="<u4", count=_HEADER_BYTES // 4)
    if int(header[0]) != count:
        raise damaged("a run-length coded frame has another number of segments than the header claims")
    bounds = [int(offset) for offset in header[1 : count + 1]] + [len(frame)]
    if bounds[0] < _HEADER_BYTES or any(left >= right for left, right in itertools.pairwise(bounds)):
        raise damaged("the segments of a run-length coded frame are out of order")
    return [bytes(frame[left:right]) for left, right in itertools.pairwise(bounds)]


def _unpack(segment: bytes, *, pixels: int) -> FrameArray:
    """Expand one segment; a padding byte behind the last run is ignored."""
    import imagecodecs

    try:
        plane = np.frombuffer(imagecodecs.packbits_decode(segment), dtype=np.uint8)
    except (RuntimeError, ValueError):
        raise damaged("a run-length coded segment cannot be expanded") from None
    if not pixels <= plane.size <= pixels + 1:
        raise damaged("a run-length coded segment has another length than the header claims")
    return plane[:pixels]


RLE = RleCodec()
