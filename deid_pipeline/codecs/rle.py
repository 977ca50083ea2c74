"""RLE Lossless (PS3.5 annex G): one byte plane after the other, each packed on its own.

What belongs here: the RLE header and its segments, read and written. What does not: finding the frames (``frames``).
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

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
        values = run_length_cells(frame, layout).view(sample_dtype(layout))
        return stored_values(values, layout, precision=min(layout.bits_stored, layout.bits_allocated))

    def redact_frame(
        self,
        frame: Buffer,
        layout: PixelLayout,
        *,
        patches: Sequence[Patch],
        decoded: FrameArray | None = None,
    ) -> bytes:
        """Return the frame with boxes filled; see `Codec.redact_frame`.

        Whole cells are written, bits above Bits Stored among them; outside the boxes those bits stay. Each segment
        that changes is packed again.
        """
        if layout.high_bit + 1 != layout.bits_stored:
            raise ResidualRiskError("run-length coded samples above bit 0 cannot be redacted by this version")
        size = layout.bits_allocated // 8
        cells = [(patch.box, patch_cells(patch, layout)) for patch in patches_inside(patches, layout)]
        segments = []
        for index, segment in enumerate(_segments(frame, layout)):
            sample, byte = divmod(index, size)
            shift = 8 * (size - 1 - byte)
            planes = [(box, _byte_of(values[..., sample], shift)) for box, values in cells]
            known = None
            if decoded is not None and shift + 8 <= layout.bits_stored:  # else it lacks bits above Bits Stored
                known = _byte_of(decoded if decoded.ndim == 2 else decoded[..., sample], shift)
            segments.append(_redacted(segment, layout, planes=planes, known=known))
        return _joined(segments)

    def changed_boxes(self, frame: Buffer, layout: PixelLayout, *, boxes: Sequence[Box]) -> tuple[Box, ...]:  # noqa: ARG002
        """Return the boxes themselves: nothing around them changes."""
        return tuple(boxes)

    def redacted_interpretation(self, frame: Buffer, layout: PixelLayout) -> str:  # noqa: ARG002
        """Return the photometric interpretation as it is."""
        return layout.photometric_interpretation


def run_length_cells(frame: Buffer, layout: PixelLayout) -> FrameArray:
    """Expand the cells of one frame, no bit masked: new unsigned array, ``(rows, columns, samples)``.

    Raises
    ------
    SourceDataError
        The frame is damaged or contradicts the layout.
    """
    segments = _segments(frame, layout)
    dtype = np.dtype(f"u{sample_dtype(layout).itemsize}")
    pixels = layout.rows * layout.columns
    packed = np.empty((pixels, layout.samples_per_pixel, dtype.itemsize), dtype=np.uint8)
    for index, segment in enumerate(segments):
        sample, byte = divmod(index, dtype.itemsize)
        packed[:, sample, byte] = _unpack(segment, pixels=pixels)
    cells = packed.view(dtype.newbyteorder(">")).reshape(layout.rows, layout.columns, layout.samples_per_pixel)
    return cells.astype(dtype)


def run_length_frame(cells: FrameArray) -> bytes:
    """Pack unsigned cells, ``(rows, columns, samples)``, as `run_length_cells` expands them."""
    import imagecodecs

    size = cells.dtype.itemsize
    planes = cells.astype(cells.dtype.newbyteorder(">")).view(np.uint8).reshape(*cells.shape, size)
    return _joined(
        [
            bytes(imagecodecs.packbits_encode(np.ascontiguousarray(planes[:, :, sample, byte]), axis=-1))
            for sample in range(cells.shape[2])
            for byte in range(size)
        ]
    )


def _byte_of(values: FrameArray, shift: int) -> FrameArray:
    """One byte of each value, the one that begins at bit ``shift``; a new array."""
    return (values >> shift).astype(np.uint8)


def _redacted(
    segment: Buffer, layout: PixelLayout, *, planes: Sequence[tuple[Box, FrameArray]], known: FrameArray | None
) -> Buffer:
    """One segment with the boxes of its byte plane set to values; the segment itself where they had them before.

    ``known`` is the plane where it need not be unpacked; it is changed.
    """
    import imagecodecs

    pixels = layout.rows * layout.columns
    plane = _unpack(segment, pixels=pixels).reshape(layout.rows, layout.columns) if known is None else known
    if all((plane[box.top : box.bottom, box.left : box.right] == values).all() for box, values in planes):
        return segment
    plane = plane.copy() if known is None else plane
    for box, values in planes:
        plane[box.top : box.bottom, box.left : box.right] = values
    return imagecodecs.packbits_encode(plane, axis=-1)  # each row on its own, PS3.5 G.3.1


def _joined(segments: Sequence[Buffer]) -> bytes:
    """A frame of segments, each padded to an even length (PS3.5 G.3.1, G.5)."""
    lengths = [len(segment) + len(segment) % 2 for segment in segments]
    header = [len(segments), *itertools.accumulate(lengths[:-1], initial=_HEADER_BYTES)]
    pieces: list[Buffer] = [struct.pack("<16I", *header, *[0] * (16 - len(header)))]
    for segment in segments:
        pieces += [segment, b"\0" * (len(segment) % 2)]
    return b"".join(pieces)


def _segments(frame: Buffer, layout: PixelLayout) -> list[memoryview]:
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
    view = memoryview(frame)
    return [view[left:right] for left, right in itertools.pairwise(bounds)]


def _unpack(segment: Buffer, *, pixels: int) -> FrameArray:
    """Expand one segment; a padding byte behind the last run is ignored."""
    import imagecodecs

    try:
        plane = np.frombuffer(imagecodecs.packbits_decode(cast("bytes", segment)), dtype=np.uint8)
    except (RuntimeError, ValueError):
        raise damaged("a run-length coded segment cannot be expanded") from None
    if not pixels <= plane.size <= pixels + 1:
        raise damaged("a run-length coded segment has another length than the header claims")
    return plane[:pixels]


RLE = RleCodec()
