"""RLE Lossless (PS3.5 annex G): one byte plane after the other, each packed on its own.

What belongs here: the RLE header and its segments, read and written. What does not: finding the frames (``frames``).
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from deid_pipeline.codecs.native import patch_cells
from deid_pipeline.codecs.protocol import Buffer, FrameArray
from deid_pipeline.codecs.samples import check_claim, damaged, patches_inside, sample_dtype, stored_values
from deid_pipeline.errors import ResidualRiskError
from deid_pipeline.model import Box, Patch, PixelLayout

_HEADER_BYTES = 64
_MOST_SEGMENTS = 15
_BEST_RATIO = 64  # two bytes stand for at most 128


@dataclass(frozen=True, slots=True)
class RleCodec:
    """Run-length coded byte planes, most significant byte first; segments that do not change are kept as they are."""

    name: str = "rle"
    transfer_syntax_uids: tuple[str, ...] = ("1.2.840.10008.1.2.5",)
    can_redact: bool = True

    def decode_frame(self, frame: Buffer, layout: PixelLayout) -> FrameArray:
        """Decode one frame; see `Codec.decode_frame`."""
        segments = _segments(frame, layout)
        dtype = sample_dtype(layout)
        pixels = layout.rows * layout.columns
        packed = np.empty((pixels, layout.samples_per_pixel, dtype.itemsize), dtype=np.uint8)
        for index, segment in enumerate(segments):
            sample, byte = divmod(index, dtype.itemsize)
            packed[:, sample, byte] = _unpack(segment, pixels=pixels)
        values = packed.view(dtype.newbyteorder(">")).reshape(layout.rows, layout.columns, layout.samples_per_pixel)
        return stored_values(values.astype(dtype), layout, precision=min(layout.bits_stored, layout.bits_allocated))

    def redact_frame(
        self,
        frame: Buffer,
        layout: PixelLayout,
        *,
        patches: Sequence[Patch],
        decoded: FrameArray | None = None,  # noqa: ARG002
    ) -> bytes:
        """Return the frame with boxes filled; see `Codec.redact_frame`.

        Whole cells are written, bits above Bits Stored among them; outside the boxes those bits stay. Each segment
        that changes is packed again and unpacked to be compared.
        """
        if layout.high_bit + 1 != layout.bits_stored:
            raise ResidualRiskError("run-length coded samples above bit 0 cannot be redacted by this version")
        size = layout.bits_allocated // 8
        cells = [(patch.box, patch_cells(patch, layout)) for patch in patches_inside(patches, layout)]
        segments = []
        for index, segment in enumerate(_segments(frame, layout)):
            sample, byte = divmod(index, size)
            shift = 8 * (size - 1 - byte)
            planes = [(box, (values[..., sample] >> shift & 0xFF).astype(np.uint8)) for box, values in cells]
            segments.append(_redacted(segment, layout, planes=planes))
        return _joined(segments)

    def changed_boxes(self, frame: Buffer, layout: PixelLayout, *, boxes: Sequence[Box]) -> tuple[Box, ...]:  # noqa: ARG002
        """Return the boxes themselves: nothing around them changes."""
        return tuple(boxes)

    def redacted_interpretation(self, frame: Buffer, layout: PixelLayout) -> str:  # noqa: ARG002
        """Return the photometric interpretation as it is."""
        return layout.photometric_interpretation


def _redacted(segment: bytes, layout: PixelLayout, *, planes: Sequence[tuple[Box, FrameArray]]) -> bytes:
    """One segment with the boxes of its byte plane set to values; the segment itself where they had them before."""
    import imagecodecs

    pixels = layout.rows * layout.columns
    plane = _unpack(segment, pixels=pixels).reshape(layout.rows, layout.columns).copy()
    before = plane.copy()
    for box, values in planes:
        plane[box.top : box.bottom, box.left : box.right] = values
    if np.array_equal(before, plane):
        return segment
    packed = bytes(imagecodecs.packbits_encode(plane, axis=-1))  # each row on its own, PS3.5 G.3.1
    if not np.array_equal(_unpack(packed, pixels=pixels), plane.ravel()):
        raise ResidualRiskError("a rewritten run-length coded segment does not hold the values it should")
    return packed


def _joined(segments: Sequence[bytes]) -> bytes:
    """A frame of segments, each padded to an even length (PS3.5 G.3.1, G.5)."""
    padded = [segment + b"\0" * (len(segment) % 2) for segment in segments]
    offsets = [_HEADER_BYTES, *itertools.accumulate(map(len, padded), initial=_HEADER_BYTES)][1:-1]
    header = [len(padded), *offsets]
    return struct.pack("<16I", *header, *[0] * (16 - len(header))) + b"".join(padded)


def _segments(frame: Buffer, layout: PixelLayout) -> list[bytes]:
    """Cut a frame into its segments by the offsets of its header (PS3.5 G.5)."""
    check_claim(layout)
    count = layout.samples_per_pixel * sample_dtype(layout).itemsize
    if layout.rows * layout.columns * count > _BEST_RATIO * len(frame):
        raise damaged("the header claims more pixels than a run-length coded frame can hold")
    if len(frame) < _HEADER_BYTES:
        raise damaged("a run-length coded frame has no header")
    header = np.frombuffer(frame, dtype="<u4", count=_HEADER_BYTES // 4)
    if int(header[0]) != count or count > _MOST_SEGMENTS:
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
