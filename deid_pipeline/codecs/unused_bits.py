"""Bits of a cell that belong to no sample: whether they hold anything, and frames in which they do not.

What belongs here: bits outside Bits Stored below High Bit (PS3.5 8.1.1), where overlays once lay (8.1.2, retired) and
anything can hide, since every reader masks them. What does not: what is done about them (``stages``).

Such bits hold nothing when they are zero throughout a frame, or repeat the sign of each sample of a signed image.
A codestream has them only where its samples are wider than Bits Stored. What an irreversible codestream decodes to
there is not masked but read as it is: such frames are said to have none.
"""

from __future__ import annotations

import numpy as np

from deid_pipeline.codecs.deflated_frames import DeflatedFramesCodec, deflate_frame, inflate_frame
from deid_pipeline.codecs.native import NativeCodec, native_cells
from deid_pipeline.codecs.protocol import Buffer, Codec, FrameArray
from deid_pipeline.codecs.reencoding import Reencoding, stream_samples
from deid_pipeline.codecs.rle import RleCodec, run_length_cells, run_length_frame
from deid_pipeline.errors import ResidualRiskError, SourceDataError
from deid_pipeline.model import PixelLayout

_PREFIX = "1.2.840.10008.1.2.4."
IRREVERSIBLE = frozenset(_PREFIX + end for end in ("50", "51", "81", "91", "203", "111", "112"))
"""Syntaxes whose frames may be lossy: no bit of a sample means anything by itself."""


def may_have_unused_bits(layout: PixelLayout) -> bool:
    """Whether cells of this layout are wider than samples."""
    return layout.keyword == "PixelData" and 1 < layout.bits_allocated != layout.bits_stored


def has_unused_bits_set(codec: Codec, frame: Buffer, layout: PixelLayout, *, decoded: FrameArray | None = None) -> bool:
    """Whether bits that belong to no sample hold something in this frame.

    Parameters
    ----------
    codec
        The codec of the layout's transfer syntax.
    frame
        The bytes of one frame.
    layout
        The layout of the instance.
    decoded
        What ``codec`` gave for this frame, where the caller has it already.

    Raises
    ------
    ResidualRiskError
        Nobody knows how to see such bits in this transfer syntax.
    SourceDataError
        The frame is damaged or contradicts the layout.
    """
    if not may_have_unused_bits(layout):
        return False
    cells = _cells(codec, frame, layout, decoded)
    return cells is not None and _hold_something(cells, layout)


def clear_unused_bits(codec: Codec, frame: Buffer, layout: PixelLayout) -> bytes | None:
    """Make the same frame with nothing but samples in its cells: zeros beside them, or their sign.

    Parameters
    ----------
    codec, frame, layout
        As for `has_unused_bits_set`.

    Returns
    -------
    bytes or None
        New frame, None when this one holds nothing beside its samples.

    Raises
    ------
    ResidualRiskError
        The frame cannot be encoded without changing a sample.
    SourceDataError
        The frame is damaged or contradicts the layout.
    """
    cells = _cells(codec, frame, layout, None) if may_have_unused_bits(layout) else None
    if cells is None or not _hold_something(cells, layout):
        return None
    if isinstance(codec, NativeCodec):
        return _cleared(cells, layout).astype(cells.dtype).tobytes()
    if isinstance(codec, DeflatedFramesCodec):
        return deflate_frame(_cleared(cells, layout).astype(cells.dtype).tobytes())
    clean = _cleared(cells, layout)
    new = run_length_frame(clean) if isinstance(codec, RleCodec) else _encoded(codec, frame, layout, clean)
    again = _cells(codec, new, layout, None)
    if again is None or not np.array_equal(again, clean):
        raise ResidualRiskError("a frame cannot be written without what lies in unused bits of its samples")
    return new


def _cells(codec: Codec, frame: Buffer, layout: PixelLayout, decoded: FrameArray | None) -> FrameArray | None:
    """Cells as unsigned numbers, None where they have no bits beside the samples."""
    if isinstance(codec, NativeCodec):
        return native_cells(frame, layout)
    if isinstance(codec, DeflatedFramesCodec):
        return native_cells(inflate_frame(frame, layout), layout)
    if isinstance(codec, RleCodec):
        return run_length_cells(frame, layout)
    if layout.transfer_syntax_uid in IRREVERSIBLE:
        return None
    if not isinstance(codec, Reencoding):
        raise ResidualRiskError("what bits outside Bits Stored hold in this transfer syntax cannot be seen")
    if codec.read_header(frame).precision <= layout.bits_stored:
        return None
    values = codec.decode_frame(frame, layout) if decoded is None else decoded
    return values.view(f"u{values.dtype.itemsize}")


def _hold_something(cells: FrameArray, layout: PixelLayout) -> bool:
    """One pass over the cells where nothing is set, which is nearly always."""
    low = layout.high_bit + 1 - layout.bits_stored
    unused = ((1 << layout.bits_allocated) - 1) ^ (((1 << layout.bits_stored) - 1) << low)
    native = cells.view(cells.dtype.newbyteorder("=")).ravel()  # the bytes may be swapped
    seen = np.array(np.bitwise_or.reduce(native), dtype=native.dtype).view(cells.dtype).item() if native.size else 0
    if not seen & unused:
        return False
    return not layout.pixel_representation or not np.array_equal(_cleared(cells, layout), cells)


def _cleared(cells: FrameArray, layout: PixelLayout) -> FrameArray:
    """New cells, unsigned and in native byte order, of samples alone; their sign extended where they have one."""
    above = layout.bits_allocated - layout.high_bit - 1
    low = layout.high_bit + 1 - layout.bits_stored
    width = cells.dtype.itemsize
    values = cells.astype(f"{'i' if layout.pixel_representation else 'u'}{width}")
    values <<= above
    values >>= above + low  # drops the bits below the sample
    values <<= low
    return values.view(f"u{width}")


def _encoded(codec: Codec, frame: Buffer, layout: PixelLayout, cells: FrameArray) -> bytes:
    """A codestream of other samples, like that of a frame."""
    if not isinstance(codec, Reencoding):
        raise ResidualRiskError("no codec of this version rewrites frames of this transfer syntax")
    values = cells.view(f"{'i' if layout.pixel_representation else 'u'}{cells.dtype.itemsize}")
    try:
        return codec.encode_frame(stream_samples(values, codec.read_header(frame)), layout, like=frame)
    except SourceDataError:
        raise ResidualRiskError("a frame cannot be encoded without what lies in unused bits of its samples") from None
