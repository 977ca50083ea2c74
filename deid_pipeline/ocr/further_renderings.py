"""Other pictures of a frame than the one over its full range, for text that the full range hides.

What belongs here: when another picture shows more, and that picture. What does not: the picture that is always read
(``rendering``), engines.

Text needs about 8 % of a picture's range to be found: of text planted in made CT images with a noise of 5 or 20 units,
all was found at a contrast of 20 of 255 grey levels and none at 12 (`benchmarks/ocr_renderings.py`). One pixel far out,
a padding value, or an implant is enough to press all other values into less. A person does not see that: a viewer shows
a window.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from deid_pipeline.ocr.rendering import stretch, to_8bit
from deid_pipeline.ocr.tiling import with_further

if TYPE_CHECKING:
    import numpy.typing as npt

    from deid_pipeline.model import Display, PixelLayout, ReadLine
    from deid_pipeline.ocr.protocol import Image, OcrEngine

_WORTH_A_LOOK = 2.0  # times the contrast of the full range
_TAIL = 0.0002  # share of the pixels that may be far out at each end
_HISTOGRAM_VALUES = 1 << 17
_SAMPLED_PIXELS = 1 << 20  # of frames without a histogram
_MOST_GAPS = 4
_OTHER_GREY = 16  # grey levels by which two pictures of one palette have to differ somewhere


def renderings(array: npt.NDArray[Any], layout: PixelLayout, display: Display) -> tuple[Image, list[Image]]:
    """Render one decoded frame for OCR in all ways that may show text.

    Parameters
    ----------
    array
        Stored values as `to_8bit` takes them.
    layout
        The layout of the instance.
    display
        What its header says about showing it.

    Returns
    -------
    tuple
        The picture to read with all care, and further ones, mostly none. For PALETTE COLOR the first one is what people
        see, a further one tells neighbouring indices apart where the colours do not. For grey frames further ones are
        the header's windows, and the values in use without the farthest and without gaps, each where it has at least
        twice the contrast of the full range.
    """
    if layout.photometric_interpretation == "PALETTE COLOR" and array.ndim == 2:
        plain = to_8bit(array, layout)
        if not display.palette:
            return plain, []
        shown = to_8bit(array, layout, palette=np.array(display.palette), palette_first=display.palette_first)
        return shown, [plain] if _differ(shown, plain) else []
    if array.ndim != 2:
        return to_8bit(array, layout), []
    return to_8bit(array, layout), [*_windows(array, display), *_gathered(array)]


def read_frame(reader: OcrEngine, array: npt.NDArray[Any], layout: PixelLayout, display: Display) -> list[ReadLine]:
    """Find every line of text on a decoded frame, in each of its `renderings`.

    Parameters
    ----------
    reader
        The engine.
    array
        Stored values as `to_8bit` takes them.
    layout, display
        How the instance is laid out, and shown.

    Returns
    -------
    list of ReadLine
        Boxes in pixels of the frame. Further renderings are read without enlarging, and give only what the first one
        did not show.
    """
    first, further = renderings(array, layout, display)
    lines = reader.read(first)
    for image in further:
        lines = with_further(lines, reader.read(image, enlarge=False))
    return lines


def _differ(coloured: Image, plain: Image) -> bool:
    """Whether the two pictures of a palette are more than shades of each other."""
    grey = coloured.astype(np.int16).sum(axis=2) // 3
    return int(np.abs(stretch(grey).astype(np.int16) - plain).max(initial=0)) > _OTHER_GREY


def _windows(array: npt.NDArray[Any], display: Display) -> Iterator[Image]:
    numbers = array[np.isfinite(array)] if np.issubdtype(array.dtype, np.floating) else array
    if not display.windows or not numbers.size:
        return
    low, high = float(numbers.min()), float(numbers.max())
    for window in display.windows:
        bottom, top = max(low, min(window)), min(high, max(window))
        if 0 < (top - bottom) * _WORTH_A_LOOK <= high - low:
            yield stretch(np.clip(array, bottom, top))


def _gathered(array: npt.NDArray[Any]) -> Iterator[Image]:
    """The values in use, the farthest left out and gaps closed, where that shows the others twice as well."""
    if not array.size:
        return
    if np.issubdtype(array.dtype, np.integer):
        low, high = int(array.min()), int(array.max())
        if high - low < _HISTOGRAM_VALUES:
            yield from _gathered_by_rank(array, low, high)
            return
    sample = array.ravel()[:: max(1, array.size // _SAMPLED_PIXELS)]
    sample = np.sort(sample[np.isfinite(sample)].astype(np.float64))
    if sample.size:
        bottom, top = _crowd(sample)
        if 0 < (top - bottom) * _WORTH_A_LOOK <= sample[-1] - sample[0]:
            yield stretch(np.clip(array.astype(np.float64), bottom, top))


def _crowd(values: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Ends of where most of the ascending values lie: without the farthest, and without what lies behind a wide gap."""
    far = int(_TAIL * values.size)
    crowd = values[far : values.size - far]
    for _ in range(_MOST_GAPS):
        gaps = np.diff(crowd)
        widest = int(gaps.argmax()) + 1 if gaps.size else 0
        larger = crowd[:widest] if 2 * widest >= crowd.size else crowd[widest:]
        if not gaps.size or 2 * gaps[widest - 1] < crowd[-1] - crowd[0] or larger[0] == larger[-1]:
            break
        crowd = larger
    return float(crowd[0]), float(crowd[-1])


def _gathered_by_rank(array: npt.NDArray[Any], low: int, high: int) -> Iterator[Image]:
    counts = np.bincount((array.astype(np.int64) - low).ravel(), minlength=high - low + 1)
    below = np.cumsum(counts)
    far = _TAIL * array.size
    bottom, top = np.searchsorted(below, far, "right"), np.searchsorted(below, array.size - far, "left")
    used = np.flatnonzero(counts[bottom : top + 1])
    if used.size < 2:
        return
    step = float(np.median(np.diff(used)))  # of values that are all multiples of something, gaps hide nothing
    if (high - low) / step < _WORTH_A_LOOK * (used.size - 1):
        return
    ranks = np.cumsum(counts[bottom : top + 1] > 0) - 1
    scale = np.concatenate((np.zeros(bottom), ranks, np.full(high - low - top, ranks[-1])))
    yield np.round(scale * (255.0 / ranks[-1])).astype(np.uint8)[array.astype(np.int64) - low]
