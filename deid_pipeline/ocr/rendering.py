"""From stored values to the 8-bit picture an OCR engine reads.

What belongs here: grey levels and colour spaces. What does not: decoding (room ``codecs``), reading (engines), the
header's window: text is often burned in at values that it clips. Where the full range hides text, there are
``further_renderings``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from deid_pipeline.model import PixelLayout
    from deid_pipeline.ocr.protocol import Image

_BLOCK_BYTES = 1 << 24  # working memory of one conversion step
_LUMA_CHROMA = frozenset({"YBR_FULL", "YBR_FULL_422"})


def to_8bit(
    array: npt.NDArray[Any],
    layout: PixelLayout,
    *,
    palette: npt.NDArray[Any] | None = None,
    palette_first: int = 0,
) -> Image:
    """Render one decoded frame for OCR by its own minimum and maximum.

    Parameters
    ----------
    array
        Stored values, ``(rows, columns)`` or ``(rows, columns, samples)``, integer or floating point, in the colour
        space that `deid_pipeline.codecs.Codec.decode_frame` documents.
    layout
        The layout of the instance.
    palette
        Colours of a PALETTE COLOR image, ``(entries, 3)``, any range. Without it the indices are spread by their rank,
        so that neighbouring indices in use differ visibly.
    palette_first
        The stored value of the palette's first entry; values below have that colour, values behind the last one that.

    Returns
    -------
    numpy.ndarray
        New uint8 array, ``(rows, columns)`` for one sample (MONOCHROME1 is not inverted), else RGB
        ``(rows, columns, 3)``. The minimum over the whole frame maps to 0, the maximum to 255; a constant frame
        gives zeros; values that are not numbers give 0, infinities the end of the scale.
    """
    if layout.photometric_interpretation == "PALETTE COLOR" and array.ndim == 2:
        if palette is None:
            return stretch(_ranks(array))
        return stretch(palette[np.clip(array.astype(np.int64) - palette_first, 0, len(palette) - 1)])
    if array.ndim == 2:
        return stretch(array)
    if layout.photometric_interpretation in _LUMA_CHROMA and array.shape[2] == 3:
        return stretch(_ybr_to_rgb(array, bits=layout.bits_stored))
    return stretch(array[:, :, :3] if array.shape[2] >= 3 else array[:, :, 0])


def _ranks(array: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Replace each value by its rank among the values in use."""
    _, inverse = np.unique(array, return_inverse=True)
    ranks: npt.NDArray[np.int64] = inverse.reshape(array.shape)
    return ranks


def _blocks(array: npt.NDArray[Any]) -> list[slice]:
    """Cut the rows of an array so that a float32 copy of each cut stays small."""
    row_bytes = max(1, 4 * array[:1].size)
    step = max(1, _BLOCK_BYTES // row_bytes)
    return [slice(start, start + step) for start in range(0, array.shape[0], step)]


def _limits(array: npt.NDArray[Any]) -> tuple[float, float]:
    """Smallest and largest number of an array, ``(0, 0)`` when there is none."""
    if array.size == 0:
        return 0.0, 0.0
    if not np.issubdtype(array.dtype, np.floating):
        return float(array.min()), float(array.max())
    numbers = (block[np.isfinite(block)] for block in (array[rows] for rows in _blocks(array)))
    seen = [(float(block.min()), float(block.max())) for block in numbers if block.size]
    return (min(low for low, _ in seen), max(high for _, high in seen)) if seen else (0.0, 0.0)


def stretch(array: npt.NDArray[Any]) -> Image:
    """Map minimum to maximum linearly onto 0 to 255."""
    image: Image = np.zeros(array.shape, dtype=np.uint8)
    low, high = _limits(array)
    if not low < high:
        return image
    middle, half = low / 2 + high / 2, high / 2 - low / 2  # the span itself may be too large for a double
    for rows in _blocks(array):
        block = ((array[rows].astype(np.float64) - middle) / half + 1.0) * 127.5
        image[rows] = np.nan_to_num(np.clip(block, 0, 255), nan=0.0).round().astype(np.uint8)
    return image


def _ybr_to_rgb(array: npt.NDArray[Any], *, bits: int) -> npt.NDArray[np.float32]:
    """Convert full-range YCbCr to RGB (PS3.3 C.7.6.3.1.2), clipped to the range of ``bits``."""
    middle, top = float(1 << (bits - 1)), float((1 << bits) - 1)
    rgb = np.empty(array.shape, dtype=np.float32)
    for rows in _blocks(array):
        luma, blue, red = np.moveaxis(array[rows].astype(np.float32), -1, 0)
        blue, red = blue - middle, red - middle
        rgb[rows, :, 0] = luma + 1.402 * red
        rgb[rows, :, 1] = luma - 0.344136 * blue - 0.714136 * red
        rgb[rows, :, 2] = luma + 1.772 * blue
    return np.clip(rgb, 0, top, out=rgb)
