"""The colour that lies around a box, so that a fill does not catch the eye or stretch a display.

What belongs here: the choice of that colour. What does not: writing it (room ``codecs``), black (``solid``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from deid_pipeline.model import Box, Patch, one_colour
from deid_pipeline.redaction.boxes import grow_box
from deid_pipeline.redaction.solid import fill_for

if TYPE_CHECKING:
    import numpy.typing as npt

    from deid_pipeline.model import PixelLayout
    from deid_pipeline.redaction.protocol import Groups, Lettering, Samples

_NARROWEST_PX = 4  # of the ring around a box
_FEWEST_PIXELS = 16  # in a ring; with less it is widened


@dataclass(frozen=True, slots=True)
class BackgroundFill:
    """One colour for each box, the median of what surrounds it; for a palette the index seen most often there."""

    name: str = "background"
    summary: str = "the median of what surrounds the box, one colour a box; of a palette the most frequent index"
    is_plain: bool = True
    hides_all: bool = True

    def patches(
        self,
        frame: Samples,
        layout: PixelLayout,
        *,
        groups: Groups,
        letterings: Sequence[Lettering] = (),  # noqa: ARG002
    ) -> tuple[Patch, ...]:
        """One colour for each group; see `Fill.patches`."""
        hidden = _mask([box for group in groups for box in group], layout)
        return tuple(
            patch for group in groups for patch in one_colour(group, _around(frame, layout, group, hidden=hidden))
        )


def _mask(boxes: Sequence[Box], layout: PixelLayout) -> npt.NDArray[np.bool_]:
    mask = np.zeros((layout.rows, layout.columns), dtype=np.bool_)
    for box in boxes:
        mask[box.top : box.bottom, box.left : box.right] = True
    return mask


def _around(
    frame: Samples, layout: PixelLayout, group: Sequence[Box], *, hidden: npt.NDArray[np.bool_]
) -> tuple[float, ...]:
    """The colour around a group of boxes, a value of the frame itself; black where nothing is around them.

    Pixels of any box are left out: they may show text.
    """
    width = max(_NARROWEST_PX, min(min(box.right - box.left, box.bottom - box.top) for box in group) // 2)
    while True:
        grown = [_widened(box, width, layout) for box in group]
        rows = slice(min(box.top for box in grown), max(box.bottom for box in grown))
        columns = slice(min(box.left for box in grown), max(box.right for box in grown))
        ring = _mask(grown, layout)[rows, columns] & ~hidden[rows, columns]
        pixels = frame[rows, columns][ring]
        if layout.keyword != "PixelData":
            pixels = pixels[np.isfinite(pixels)]
        if len(pixels) >= _FEWEST_PIXELS or width >= max(layout.rows, layout.columns):
            return _typical(pixels, layout) if len(pixels) else fill_for(frame, layout)
        width *= 2


def _widened(box: Box, by: int, layout: PixelLayout) -> Box:
    return grow_box(box, rows=layout.rows, columns=layout.columns, grow_px=by, grow_share=0)


def _typical(pixels: Samples, layout: PixelLayout) -> tuple[float, ...]:
    """The value in the middle of pixels, ``(count,)`` or ``(count, samples)``: one of them, in the range of the layout.

    Of several samples the pixel nearest to the medians of each is taken, so that no colour is made up.
    """
    if layout.photometric_interpretation == "PALETTE COLOR":
        indices, counts = np.unique(pixels, return_counts=True)
        return (int(indices[counts.argmax()]),)
    columns = pixels.reshape(len(pixels), -1)
    middles = np.partition(columns, (len(columns) - 1) // 2, axis=0)[(len(columns) - 1) // 2]
    if columns.shape[1] > 1:
        distances = np.abs(columns.astype(np.float64) - middles.astype(np.float64)).sum(axis=1)
        middles = columns[distances.argmin()]
    if layout.keyword != "PixelData":
        return tuple(middles.tolist())
    low = -(1 << (layout.bits_stored - 1)) if layout.pixel_representation else 0
    return tuple(int(value) for value in middles.astype(np.int64).clip(low, low + (1 << layout.bits_stored) - 1))


BACKGROUND = BackgroundFill()
