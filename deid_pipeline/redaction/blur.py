"""A coarse mosaic in the place of text: the box still shows how dark it was, and no letter.

What belongs here: the mosaic. What does not: writing it (room ``codecs``).

This is the weakest fill. A cell averages two letters or so, and only a few steps of brightness are kept; but what is
left depends on what was there, so somebody who knows a list of names could rank them. It is for pictures that stay
inside, and for no release that claims Safe Harbor: the outputs do not claim Clean Pixel Data (113101).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from deid_pipeline.errors import ResidualRiskError
from deid_pipeline.model import Patch
from deid_pipeline.redaction.solid import fill_for, refuse_floats

if TYPE_CHECKING:
    from deid_pipeline.model import PixelLayout
    from deid_pipeline.redaction.protocol import Groups, Lettering, Samples

_SMALLEST_CELL_PX = 8
_STEPS = 16  # of brightness between the darkest and the brightest value of the frame
_LUMA_CHROMA = frozenset({"YBR_FULL", "YBR_FULL_422"})


@dataclass(frozen=True, slots=True)
class BlurFill:
    """Cells as large as a box is high, averaged, in a few steps and smoothed into each other; weaker than others."""

    name: str = "blur"
    summary: str = "a coarse mosaic, smoothed; weaker than the others and not for release under Safe Harbor"
    is_plain: bool = False
    hides_all: bool = False

    def patches(
        self,
        frame: Samples,
        layout: PixelLayout,
        *,
        groups: Groups,
        letterings: Sequence[Lettering] = (),  # noqa: ARG002
    ) -> tuple[Patch, ...]:
        """A mosaic for each box; see `Fill.patches`. Cells of a palette hold their most frequent index."""
        refuse_floats(layout)
        fill_for(frame, layout)  # what has no black has no averages
        if layout.keyword != "PixelData":
            raise ResidualRiskError("floating-point pixels have no steps of brightness that a mosaic could keep")
        low, high = (frame.min(axis=(0, 1)), frame.max(axis=(0, 1)))
        return tuple(
            Patch(box, _mosaic(frame[box.top : box.bottom, box.left : box.right], layout, scale=(low, high)))
            for group in groups
            for box in group
        )


def _mosaic(inside: Samples, layout: PixelLayout, *, scale: tuple[Samples, Samples]) -> Samples:
    """The values of a box as a mosaic, ``(rows, columns, samples)``."""
    rows, columns = inside.shape[:2]
    cell = max(_SMALLEST_CELL_PX, min(rows, columns))
    down, across = _edges(rows, cell), _edges(columns, cell)
    if layout.photometric_interpretation == "PALETTE COLOR":
        return _frequent(inside, down, across)
    values = inside.reshape(rows, columns, -1).astype(np.float64)
    sums = np.add.reduceat(np.add.reduceat(values, down[:-1], axis=0), across[:-1], axis=1)
    means = sums / np.outer(np.diff(down), np.diff(across))[..., np.newaxis]
    if layout.photometric_interpretation in _LUMA_CHROMA:  # one hue a box: neighbours may share their chroma
        means[..., 1:] = values[..., 1:].mean(axis=(0, 1))
    low, high = (np.asarray(one, dtype=np.float64).reshape(-1) for one in scale)
    step = np.maximum((high - low) / _STEPS, 1)
    coarse = np.minimum(low + np.rint((means - low) / step) * step, high)
    smooth = _between(_between(coarse, down, axis=0), across, axis=1)
    bottom = -(1 << (layout.bits_stored - 1)) if layout.pixel_representation else 0
    return np.rint(smooth).astype(np.int64).clip(bottom, bottom + (1 << layout.bits_stored) - 1)


def _edges(length: int, cell: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Where cells of about equal size begin, and the end of the last: none smaller than ``cell``, if any fit."""
    count = max(1, length // cell)
    return np.arange(count + 1, dtype=np.int64) * length // count


def _between(cells: Samples, edges: np.ndarray[tuple[int], np.dtype[np.int64]], *, axis: int) -> Samples:
    """Cells spread over their pixels along an axis, linear between the middles of neighbours."""
    middles = (edges[:-1] + edges[1:] - 1) / 2
    places = np.arange(edges[-1])
    moved = np.moveaxis(cells, axis, 0)
    flat = moved.reshape(len(middles), -1)
    spread = np.stack([np.interp(places, middles, column) for column in flat.T], axis=1)
    return np.moveaxis(spread.reshape(len(places), *moved.shape[1:]), 0, axis)


def _frequent(
    inside: Samples,
    down: np.ndarray[tuple[int], np.dtype[np.int64]],
    across: np.ndarray[tuple[int], np.dtype[np.int64]],
) -> Samples:
    """Each cell's most frequent index."""
    result = np.empty((*inside.shape[:2], 1), dtype=np.int64)
    for top, bottom in itertools.pairwise(down):
        for left, right in itertools.pairwise(across):
            indices, counts = np.unique(inside[top:bottom, left:right], return_counts=True)
            result[top:bottom, left:right] = indices[counts.argmax()]
    return result


BLUR = BlurFill()
