"""Uncompressed frames, native or encapsulated (PS3.5 8.1, A.1 to A.3, A.4.11, A.5): read, and patched in place.

What belongs here: the layout of native samples. What does not: finding the frames (``frames``), inflating a data set.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from deid_pipeline.codecs.bits import put_bits
from deid_pipeline.codecs.protocol import Buffer, FrameArray
from deid_pipeline.codecs.samples import check_claim, damaged, frame_shape, paint, patches_inside, sample_dtype
from deid_pipeline.model import Box, Patch, PixelLayout

_BIG_ENDIAN_UID = "1.2.840.10008.1.2.2"


@dataclass(frozen=True, slots=True)
class NativeCodec:
    """Samples as they are, little or big endian; 1, 8, 16 and 32 bits allocated, and floating point."""

    name: str = "native"
    transfer_syntax_uids: tuple[str, ...] = (
        "1.2.840.10008.1.2",
        "1.2.840.10008.1.2.1",
        "1.2.840.10008.1.2.1.98",
        "1.2.840.10008.1.2.1.99",
        _BIG_ENDIAN_UID,
    )
    can_redact: bool = True

    def decode_frame(self, frame: Buffer, layout: PixelLayout) -> FrameArray:
        """Decode one frame; see `Codec.decode_frame`."""
        _check(frame, layout)
        if layout.bits_allocated == 1:
            return _unpack_bits(frame, layout)
        cells = np.frombuffer(frame, dtype=_stored_dtype(layout), count=_cell_count(layout))
        if layout.photometric_interpretation == "YBR_FULL_422":
            cells = _repeat_chroma(cells, layout)
        elif layout.samples_per_pixel > 1 and layout.planar_configuration == 1:
            cells = np.moveaxis(cells.reshape(layout.samples_per_pixel, layout.rows, layout.columns), 0, -1)
        values = np.array(cells.reshape(frame_shape(layout)), dtype=sample_dtype(layout), order="C")
        return values if layout.keyword != "PixelData" else _used_bits(values, layout)

    def redact_frame(
        self,
        frame: Buffer,
        layout: PixelLayout,
        *,
        patches: Sequence[Patch],
        decoded: FrameArray | None = None,  # noqa: ARG002
    ) -> bytes:
        """Return the frame with boxes filled; see `Codec.redact_frame`.

        Whole cells are written, so bits above Bits Stored (embedded overlays) go as well. In native YBR_FULL_422
        two neighbours share their chroma: inside a patch they get the mean of both, at its edge that of the pixel
        inside, while the one outside keeps its luma.
        """
        _check(frame, layout)
        if layout.bits_allocated == 1:
            return _redacted_bits(frame, layout, patches=patches)
        view, copied = memoryview(frame), 0
        pieces: list[Buffer] = []
        for rows, some in _touched_rows(patches_inside(patches, layout), layout):
            part = replace(layout, rows=len(rows))
            start, end = (at * layout.frame_bits // layout.rows // 8 for at in (rows.start, rows.stop))
            content = bytearray(view[start:end])
            samples = np.frombuffer(content, dtype=_stored_dtype(layout, unsigned=True), count=_cell_count(part))
            for patch in some:
                _write(samples, part, patch)
            pieces += [view[copied:start], content]
            copied = end
        return b"".join([*pieces, view[copied:]])

    def changed_boxes(self, frame: Buffer, layout: PixelLayout, *, boxes: Sequence[Box]) -> tuple[Box, ...]:  # noqa: ARG002
        """Return the boxes, in YBR_FULL_422 widened to even columns: of what is added chroma alone may change."""
        if layout.photometric_interpretation != "YBR_FULL_422":
            return tuple(boxes)
        return tuple(Box(box.left // 2 * 2, box.top, (box.right + 1) // 2 * 2, box.bottom) for box in boxes)

    def redacted_interpretation(self, frame: Buffer, layout: PixelLayout) -> str:  # noqa: ARG002
        """Return the photometric interpretation as it is."""
        return layout.photometric_interpretation


def native_cells(content: Buffer, layout: PixelLayout) -> FrameArray:
    """View the cells of one frame as they lie, in the byte order of the file: unsigned, one axis, no bit masked.

    Writable where ``content`` is.

    Raises
    ------
    SourceDataError
        The layout is not defined, or the frame has another length than it says.
    """
    _check(content, layout)
    return np.frombuffer(content, dtype=_stored_dtype(layout, unsigned=True), count=_cell_count(layout))


def patch_cells(patch: Patch, layout: PixelLayout) -> FrameArray:
    """Put a patch's values into their cells: shifted below High Bit, sign extended, nothing else set; unsigned."""
    if layout.keyword != "PixelData":
        return patch.values.astype(sample_dtype(layout)).view(f"u{layout.bits_allocated // 8}")
    shift = layout.high_bit + 1 - layout.bits_stored
    cells = (patch.values.astype(np.int64) << shift) & ((1 << layout.bits_allocated) - 1)
    return cells.astype(f"u{layout.bits_allocated // 8}")


def _check(frame: Buffer, layout: PixelLayout) -> None:
    """Refuse layouts that are not defined, and frames whose length is not the layout's."""
    check_claim(layout)
    if layout.bits_allocated != 1:
        sample_dtype(layout)
    elif layout.samples_per_pixel != 1 or layout.keyword != "PixelData":
        raise damaged("1-bit pixel data of this layout are not supported")
    if layout.photometric_interpretation == "YBR_FULL_422":
        if layout.samples_per_pixel != 3 or layout.columns % 2 or layout.planar_configuration:
            raise damaged("native 4:2:2 samples of this layout are not defined")
    elif "42" in layout.photometric_interpretation:
        raise damaged("native samples of this photometric interpretation are not supported")
    size = (layout.frame_bits + 7) // 8
    if len(frame) not in (size, size + size % 2 if layout.is_encapsulated else size):
        raise damaged("a frame has another length than the header claims")


def _is_big_endian(layout: PixelLayout) -> bool:
    return layout.big_endian or layout.transfer_syntax_uid == _BIG_ENDIAN_UID


def _stored_dtype(layout: PixelLayout, *, unsigned: bool = False) -> np.dtype[np.generic]:
    """Dtype of one cell in the byte order of the file."""
    stored = sample_dtype(layout)
    wanted = np.dtype(f"u{stored.itemsize}") if unsigned else stored
    return wanted.newbyteorder(">" if _is_big_endian(layout) else "<")


def _cell_count(layout: PixelLayout) -> int:
    return layout.frame_bits // layout.bits_allocated


def _unpack_bits(frame: Buffer, layout: PixelLayout) -> FrameArray:
    """Unpack 1-bit samples, the first pixel in the least significant bit (PS3.5 8.1.1)."""
    pixels = layout.rows * layout.columns
    bits = np.unpackbits(np.frombuffer(frame, dtype=np.uint8), count=pixels, bitorder="little")
    return bits.reshape(layout.rows, layout.columns)


def _redacted_bits(frame: Buffer, layout: PixelLayout, *, patches: Sequence[Patch]) -> bytes:
    """Fill boxes of 1-bit samples; bits behind the last pixel stay."""
    values = _unpack_bits(frame, layout)
    paint(values, patches, layout)
    return put_bits(frame, np.packbits(values, bitorder="little").tobytes(), skip=0, count=values.size)


def _repeat_chroma(cells: FrameArray, layout: PixelLayout) -> FrameArray:
    """Spread ``Y1 Y2 CB CR`` over two pixels (PS3.3 C.7.6.3.1.2)."""
    pairs = cells.reshape(layout.rows, layout.columns // 2, 4)
    pixels = np.empty((layout.rows, layout.columns // 2, 2, 3), dtype=cells.dtype)
    pixels[..., 0] = pairs[..., :2]
    pixels[..., 1:] = pairs[..., np.newaxis, 2:]
    return pixels


def _used_bits(values: FrameArray, layout: PixelLayout) -> FrameArray:
    """Keep Bits Stored bits below High Bit, sign-extended for two's complement; in place where nothing is spare."""
    above = layout.bits_allocated - layout.high_bit - 1
    spare = layout.bits_allocated - layout.bits_stored
    if spare == 0:
        return values
    np.left_shift(values, above, out=values)
    np.right_shift(values, spare, out=values)
    return values


def _touched_rows(patches: Sequence[Patch], layout: PixelLayout) -> Iterator[tuple[range, list[Patch]]]:
    """Rows that patches touch, in order and apart from each other, each with its patches, counted from its first row.

    All rows where colours lie in planes, of which each has its own.
    """
    if layout.samples_per_pixel > 1 and layout.planar_configuration == 1:
        yield range(layout.rows), list(patches)
        return
    edges = sorted((patch.box.top, patch.box.bottom) for patch in patches)
    while edges:
        top, bottom = edges.pop(0)
        while edges and edges[0][0] <= bottom:
            bottom = max(bottom, edges.pop(0)[1])
        inside = (patch for patch in patches if top <= patch.box.top < bottom)
        yield range(top, bottom), [Patch(_moved_up(patch.box, top), patch.values) for patch in inside]


def _moved_up(box: Box, rows: int) -> Box:
    return Box(box.left, box.top - rows, box.right, box.bottom - rows)


def _write(samples: FrameArray, layout: PixelLayout, patch: Patch) -> None:
    """Write one patch that lies inside the frame."""
    box, cells = patch.box, patch_cells(patch, layout)
    rows = slice(box.top, box.bottom)
    if layout.photometric_interpretation == "YBR_FULL_422":
        _write_pairs(samples.reshape(layout.rows, layout.columns // 2, 4)[rows], box, cells)
        return
    columns = slice(box.left, box.right)
    if layout.samples_per_pixel > 1 and layout.planar_configuration == 1:
        planes = samples.reshape(layout.samples_per_pixel, layout.rows, layout.columns)
        for index, plane in enumerate(planes):
            plane[rows, columns] = cells[..., index]
        return
    cells = np.tile(cells, (1, box.right - box.left, 1)) if patch.is_plain else cells
    each = layout.samples_per_pixel  # whole rows of cells at once: three at a time take ten times as long
    lines = samples.reshape(layout.rows, layout.columns * each)
    lines[rows, box.left * each : box.right * each] = cells.reshape(cells.shape[0], -1)


def _write_pairs(pairs: FrameArray, box: Box, cells: FrameArray) -> None:
    """Write cells into the rows of a box, ``(rows, pairs, 4)`` of ``Y1 Y2 CB CR``: no luma but that inside."""
    left, right, odd = box.left, box.right, box.left % 2
    cells = np.broadcast_to(cells, (cells.shape[0], right - left, 3))
    pairs[:, (left + 1) // 2 : (right + 1) // 2, 0] = cells[:, odd::2, 0]
    pairs[:, left // 2 : right // 2, 1] = cells[:, 1 - odd :: 2, 0]
    chroma = np.pad(cells[..., 1:].astype(np.int64), ((0, 0), (odd, right % 2), (0, 0)), mode="edge")
    pairs[:, left // 2 : (right + 1) // 2, 2:] = (chroma[:, ::2] + chroma[:, 1::2]) // 2


NATIVE = NativeCodec()
