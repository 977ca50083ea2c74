"""Pseudonyms drawn where identifiers stood, on the colour that lies around them.

What belongs here: where letters go and in which colour. What does not: their shape (``lettering``), which pseudonym
(``stages``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from deid_pipeline.model import Box, Patch
from deid_pipeline.redaction.background import BACKGROUND
from deid_pipeline.redaction.lettering import drawn
from deid_pipeline.redaction.solid import refuse_floats

if TYPE_CHECKING:
    from deid_pipeline.model import PixelLayout
    from deid_pipeline.redaction.protocol import Groups, Lettering, Samples

_HEIGHT_SHARE, _WIDTH_SHARE = 0.6, 0.94  # of a box that letters take: boxes are grown beyond what was read
_MARGIN_PX = 2  # of paper around letters
_COVERED = 0.5  # from which share of a pixel on a palette takes it for ink


@dataclass(frozen=True, slots=True)
class SurrogateFill:
    """The pseudonym in the place of what it stands for; boxes without one, or too small for it, become background."""

    name: str = "surrogate"
    summary: str = "the pseudonym drawn on the background; background alone where there is none or no room for it"
    is_plain: bool = False
    hides_all: bool = True

    def patches(
        self, frame: Samples, layout: PixelLayout, *, groups: Groups, letterings: Sequence[Lettering] = ()
    ) -> tuple[Patch, ...]:
        """Background for all boxes, then the letters; see `Fill.patches`."""
        refuse_floats(layout)
        plain = BACKGROUND.patches(frame, layout, groups=groups)
        if layout.keyword != "PixelData":  # no range of values that ink could stand out in
            letterings = ()
        letters = (_lettered(frame, layout, lettering, plain) for lettering in letterings)
        return (*plain, *(patch for patch in letters if patch is not None))


def _lettered(frame: Samples, layout: PixelLayout, lettering: Lettering, plain: Sequence[Patch]) -> Patch | None:
    """The letters of one text in the middle of its box, flush left; None when they do not fit or have no ink."""
    box = lettering.box
    rows, columns = box.bottom - box.top, box.right - box.left
    coverage = drawn(
        lettering.text,
        rows=min(int(rows * _HEIGHT_SHARE), rows - 2 * _MARGIN_PX),
        columns=int(columns * _WIDTH_SHARE) - 2 * _MARGIN_PX - 2,
    )
    around = next((patch for patch in plain if _is_in(box, patch.box)), None)
    if coverage is None or around is None:
        return None
    paper = around.values[0, 0]
    ink = _ink(frame, layout, box, paper)
    if ink is None:
        return None
    # A margin, so that codings which repeat the edge repeat paper, and whole pairs of columns, which may share chroma.
    coverage = np.pad(coverage, ((_MARGIN_PX, _MARGIN_PX), (_MARGIN_PX, _MARGIN_PX + coverage.shape[1] % 2)))
    height, width = coverage.shape
    left, top = box.left + int(columns * (1 - _WIDTH_SHARE) / 2), box.top + (rows - height) // 2
    left += left % 2
    share = coverage[..., np.newaxis]
    if layout.photometric_interpretation == "PALETTE COLOR":
        share = (share >= _COVERED).astype(np.float64)
    values = np.rint(paper + (ink - paper.astype(np.float64)) * share).astype(np.int64)
    return Patch(Box(left, top, left + width, top + height), values)


def _is_in(box: Box, around: Box) -> bool:
    return (
        around.left <= box.left and around.top <= box.top and box.right <= around.right and box.bottom <= around.bottom
    )


def _ink(frame: Samples, layout: PixelLayout, box: Box, paper: Samples) -> Samples | None:
    """The colour of letters: the frame's extreme that is farther from the paper, of a palette what stood out before."""
    if layout.photometric_interpretation == "PALETTE COLOR":
        indices, counts = np.unique(frame[box.top : box.bottom, box.left : box.right], return_counts=True)
        counts[indices == paper[0]] = 0
        return indices[[counts.argmax()]].astype(np.int64) if counts.any() else None
    low = -(1 << (layout.bits_stored - 1)) if layout.pixel_representation else 0
    top = low + (1 << layout.bits_stored) - 1
    values = frame.reshape(layout.rows, layout.columns, -1)
    ink = paper.astype(np.int64).copy()
    lettered = slice(0, 1) if layout.photometric_interpretation.startswith("YBR_FULL") else slice(None)
    darkest = np.clip(values[..., lettered].min(axis=(0, 1)).astype(np.int64), low, top)
    brightest = np.clip(values[..., lettered].max(axis=(0, 1)).astype(np.int64), low, top)
    middle = (darkest + brightest) / 2
    ink[lettered] = brightest if float((paper[lettered] - middle).sum()) < 0 else darkest
    return ink if not np.array_equal(ink, paper) else None


SURROGATE = SurrogateFill()
