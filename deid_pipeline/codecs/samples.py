"""From decoded samples to stored values, and the limits on what may be allocated.

What belongs here: integer ranges, signs, shapes and sizes shared by all codecs. What does not: bit streams (one file
for each codec), headers of codestreams (``codestream``).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from deid_pipeline.codecs.protocol import FrameArray
from deid_pipeline.errors import ResidualRiskError, SourceDataError
from deid_pipeline.model import Box, Patch, PixelLayout

PIXEL_TAG = "(7fe0,0010)"
MAX_DECODED_BYTES = 1 << 28
"""Largest frame in bytes that is decoded from a compressed one: a few kilobytes may claim it, and redacting
and checking take several times as much. A header that claims more is taken for damage or a decompression bomb."""
_MAX_NATIVE_BYTES = 1 << 30  # of a frame that lies in the file as it is, which no small file can claim

_DTYPES = {
    ("PixelData", 8): ("u1", "i1"),
    ("PixelData", 16): ("u2", "i2"),
    ("PixelData", 32): ("u4", "i4"),
    ("FloatPixelData", 32): ("f4", "f4"),
    ("DoubleFloatPixelData", 64): ("f8", "f8"),
}


def damaged(message: str) -> SourceDataError:
    """Make the error for pixel data that cannot be read; ``message`` holds no value of the file."""
    return SourceDataError(message, tag_path=PIXEL_TAG)


def sample_dtype(layout: PixelLayout) -> np.dtype[np.generic]:
    """Dtype of one stored value in native byte order, by keyword, bits allocated and pixel representation.

    Raises
    ------
    SourceDataError
        Bits allocated that PS3.5 section 8 does not give to this keyword, or contradicting bits stored or high bit.
    """
    names = _DTYPES.get((layout.keyword, layout.bits_allocated))
    if names is None:
        raise damaged("bits allocated are not supported for this kind of pixel data")
    if layout.keyword == "PixelData" and not (0 < layout.bits_stored <= layout.high_bit + 1 <= layout.bits_allocated):
        raise damaged("bits stored, high bit and bits allocated contradict each other")
    return np.dtype(names[1 if layout.pixel_representation else 0])


def check_claim(layout: PixelLayout) -> None:
    """Refuse a layout without pixels, or one whose frame is larger than this version reads: see `MAX_DECODED_BYTES`.

    Raises
    ------
    SourceDataError
        In both cases.
    """
    if min(layout.rows, layout.columns, layout.samples_per_pixel, layout.number_of_frames) < 1:
        raise damaged("the header claims no pixels")
    size = layout.rows * layout.columns * layout.samples_per_pixel * max(1, layout.bits_allocated // 8)
    if size > (MAX_DECODED_BYTES if layout.is_encapsulated else _MAX_NATIVE_BYTES):
        raise damaged("the header claims a frame larger than this version reads")


def frame_shape(layout: PixelLayout) -> tuple[int, ...]:
    """Shape of a decoded frame, ``(rows, columns)`` or ``(rows, columns, samples)``."""
    grey = (layout.rows, layout.columns)
    return grey if layout.samples_per_pixel == 1 else (*grey, layout.samples_per_pixel)


def inside_frame(box: Box, layout: PixelLayout) -> Box | None:
    """Cut a box to the frame; None when nothing is left."""
    inside = Box(max(0, box.left), max(0, box.top), min(layout.columns, box.right), min(layout.rows, box.bottom))
    return inside if inside.left < inside.right and inside.top < inside.bottom else None


def patches_inside(patches: Sequence[Patch], layout: PixelLayout) -> list[Patch]:
    """Cut patches to the frame, leave out those that lie outside.

    Raises
    ------
    ResidualRiskError
        A patch has another number of values than its box has pixels or a pixel has samples, or one outside the range
        of stored values.
    """
    low = -(1 << (layout.bits_stored - 1)) if layout.pixel_representation else 0
    for patch in patches:
        height, width = patch.box.bottom - patch.box.top, patch.box.right - patch.box.left
        shape = patch.values.shape
        fits = shape[2:] == (layout.samples_per_pixel,) and shape[:2] in ((1, 1), (height, width))
        if not fits or not patch.values.size:
            raise ResidualRiskError("the fill does not fit its box or the samples of a pixel")
        if layout.keyword != "PixelData":
            if not np.isfinite(patch.values.astype(sample_dtype(layout))).all():
                raise ResidualRiskError("a fill value is no number")
        elif int(patch.values.min()) < low or int(patch.values.max()) >= low + (1 << layout.bits_stored):
            raise ResidualRiskError("a fill value is outside the range of stored values")
    cut = (patch.inside(rows=layout.rows, columns=layout.columns) for patch in patches)
    return [patch for patch in cut if patch is not None]


def paint(values: FrameArray, patches: Sequence[Patch], layout: PixelLayout) -> None:
    """Write patches into a decoded frame, in place; parts outside the frame are ignored.

    Raises
    ------
    ResidualRiskError
        As `patches_inside`.
    """
    for patch in patches_inside(patches, layout):
        place = values[patch.box.top : patch.box.bottom, patch.box.left : patch.box.right]
        place[...] = patch.values if values.ndim == 3 else patch.values[..., 0]


def stored_values(samples: FrameArray, layout: PixelLayout, *, precision: int) -> FrameArray:
    """Give decoded samples the dtype and sign of the layout.

    Compressed streams carry signed data as unsigned ones or with a sign of their own; their low ``precision`` bits are
    what the header's pixel representation interprets (PS3.5 8.2).

    Parameters
    ----------
    samples
        Integers, ``(rows, columns)`` or ``(rows, columns, samples)``, a trailing axis of one is dropped.
    layout
        The layout of the instance.
    precision
        Bits of a sample in the stream.

    Returns
    -------
    numpy.ndarray
        Array of `frame_shape` and `sample_dtype`; it may be ``samples`` themselves.

    Raises
    ------
    SourceDataError
        Another shape or more bits than the header announced.
    """
    shape = frame_shape(layout)
    if samples.shape != shape and samples.shape != (*shape, 1):
        raise damaged("a decoded frame has another shape than the header claims")
    target = sample_dtype(layout)
    if precision > layout.bits_allocated or not np.issubdtype(samples.dtype, np.integer):
        raise damaged("a decoded frame has more bits than the header claims")
    width = samples.dtype.itemsize * 8
    kind = "i" if layout.pixel_representation else "u"
    values: FrameArray = np.ascontiguousarray(samples).reshape(shape).view(f"{kind}{width // 8}")
    spare = max(0, width - precision)
    if spare and kind == "i":
        values = (values << spare) >> spare
    elif spare:
        values = values & ((1 << precision) - 1)
    return values.astype(target, copy=False)
