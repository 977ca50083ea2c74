"""The bits of overlay planes (60xx,3000): read frame by frame, and cleared in boxes (PS3.5 8.1.2).

What belongs here: bitmaps in elements of their own. What does not: finding them (room ``dicom``), overlays in the cells
of the pixel data (``unused_bits``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from deid_pipeline.codecs.protocol import Buffer, FrameArray
from deid_pipeline.codecs.samples import damaged
from deid_pipeline.model import Box, OverlayLayout


def overlay_frame(data: Buffer, layout: OverlayLayout, *, frame_index: int) -> FrameArray:
    """One frame of a plane.

    Parameters
    ----------
    data
        The value field of the plane.
    layout
        The layout of the plane.
    frame_index
        0-based.

    Returns
    -------
    numpy.ndarray
        New uint8 array of 0 and 1, ``(rows, columns)``.

    Raises
    ------
    SourceDataError
        There is no such frame, or the data are shorter than the layout says.
    """
    first, behind = _byte_range(data, layout, frame_index)
    bits = np.unpackbits(_in_order(data, layout, first, behind), bitorder="little")
    skipped = layout.frame_bits * frame_index - 8 * first
    return bits[skipped : skipped + layout.frame_bits].reshape(layout.rows, layout.columns)


def redact_overlay(data: Buffer, layout: OverlayLayout, *, boxes: Mapping[int, Sequence[Box]]) -> bytes:
    """The value field of a plane with the bits of boxes, and those behind its last frame, set to 0.

    Parameters
    ----------
    data, layout
        As for `overlay_frame`.
    boxes
        Half-open rectangles of the plane's pixels by 0-based frame index; parts outside the plane are ignored.

    Returns
    -------
    bytes
        As long as ``data``; equal to them where nothing had to go.

    Raises
    ------
    SourceDataError
        A box lies on a frame that is not there, or the data are shorter than the layout says.
    """
    packed = _in_order(data, layout, 0, len(data)).copy()
    for index, some in boxes.items():
        first, behind = _byte_range(data, layout, index)
        bits = np.unpackbits(packed[first:behind], bitorder="little")
        skipped = layout.frame_bits * index - 8 * first
        frame = bits[skipped : skipped + layout.frame_bits].reshape(layout.rows, layout.columns)
        for box in some:
            frame[max(0, box.top) : max(0, box.bottom), max(0, box.left) : max(0, box.right)] = 0
        packed[first:behind] = np.packbits(bits, bitorder="little")
    used = layout.frame_bits * layout.number_of_frames
    if used > 8 * packed.size:
        raise damaged("an overlay plane is shorter than its header claims")
    packed[-(-used // 8) :] = 0
    if used % 8:
        packed[used // 8] &= (1 << used % 8) - 1
    return _in_order(packed.tobytes(), layout, 0, packed.size).tobytes()


def _byte_range(data: Buffer, layout: OverlayLayout, frame_index: int) -> tuple[int, int]:
    """The bytes in which the bits of a frame lie; whole words where words are swapped."""
    first, behind = layout.frame_bits * frame_index // 8, -(-layout.frame_bits * (frame_index + 1) // 8)
    if not 0 <= frame_index < layout.number_of_frames or behind > len(data):
        raise damaged("an overlay plane has fewer frames than asked for")
    return (first // 2 * 2, -(-behind // 2) * 2) if layout.swapped else (first, behind)


def _in_order(data: Buffer, layout: OverlayLayout, first: int, behind: int) -> FrameArray:
    """Bytes of a plane in the order of its pixels, or back; a view where nothing is swapped."""
    content = np.frombuffer(data, dtype=np.uint8, count=behind - first, offset=first)
    return content.view(np.uint16).byteswap().view(np.uint8) if layout.swapped else content
