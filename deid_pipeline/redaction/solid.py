"""The fill value that a viewer shows as black, for each photometric interpretation.

What belongs here: the choice of stored sample values. What does not: writing them (room ``codecs``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from deid_pipeline.errors import ResidualRiskError, SourceDataError
from deid_pipeline.model import Patch, one_colour

if TYPE_CHECKING:
    import numpy.typing as npt

    from deid_pipeline.model import PixelLayout
    from deid_pipeline.redaction.protocol import Groups, Lettering, Samples

_EXTREMES = frozenset({"MONOCHROME1", "MONOCHROME2"})
_LUMA_CHROMA = frozenset({"YBR_FULL", "YBR_FULL_422"})
_RGB = frozenset({"RGB", "YBR_RCT", "YBR_ICT", "XYB"})


@dataclass(frozen=True, slots=True)
class SolidFill:
    """Black as the viewer sees it; nothing of the box is left, and nobody takes it for image content."""

    name: str = "solid"
    summary: str = "black as the viewer sees it"
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
        """One colour for all boxes; see `Fill.patches` and `fill_for`."""
        return one_colour([box for group in groups for box in group], fill_for(frame, layout))


def fill_for(frame_array: npt.NDArray[Any], layout: PixelLayout) -> tuple[float, ...]:
    """Choose the stored sample values of a black pixel (PS3.3 C.7.6.3.1.2).

    The extreme of the frame itself is taken for grey images, so that no window, padding value or display that
    stretches to the range of the values sees a new extreme; lossy frames may go beyond Bits Stored, the fill does not.

    Parameters
    ----------
    frame_array
        Decoded frame, ``(rows, columns)`` or ``(rows, columns, samples)``, stored values.
    layout
        The layout of the instance.

    Returns
    -------
    tuple of float
        One value for each sample of a pixel: MONOCHROME2 the minimum and MONOCHROME1 the maximum of the frame,
        PALETTE COLOR the darkest entry's index, RGB (also YBR_RCT, YBR_ICT and XYB, which decode to RGB) zeros,
        YBR_FULL and YBR_FULL_422 no luma and neutral chroma. Whole numbers, but for floating-point pixels: of those the
        extreme is that of the values that are numbers, 0 where none is.

    Raises
    ------
    ResidualRiskError
        Black is unknown: an unreadable palette, another photometric interpretation.
    SourceDataError
        The frame has no pixels.
    """
    if frame_array.size == 0:
        raise SourceDataError("a frame without pixels", tag_path="(7fe0,0010)")
    interpretation = layout.photometric_interpretation
    if layout.keyword != "PixelData" and interpretation in _EXTREMES:
        return (_extreme_number(frame_array, brightest=interpretation == "MONOCHROME1"),)
    low = -(1 << (layout.bits_stored - 1)) if layout.pixel_representation else 0
    if interpretation == "MONOCHROME1":
        return (min(int(frame_array.max()), low + (1 << layout.bits_stored) - 1),)
    if interpretation == "MONOCHROME2":
        return (max(int(frame_array.min()), low),)
    if interpretation == "PALETTE COLOR":
        if layout.darkest_palette_index is None:
            raise ResidualRiskError("the darkest entry of the palette is unknown")
        return (layout.darkest_palette_index,)
    if interpretation in _LUMA_CHROMA:
        neutral = 1 << (layout.bits_stored - 1)
        return (0, neutral, neutral)
    if interpretation in _RGB:
        return (0, 0, 0)
    raise ResidualRiskError("black is unknown for this photometric interpretation")


def refuse_floats(layout: PixelLayout) -> None:
    """Refuse a layout in which nothing can be drawn exactly.

    Raises
    ------
    ResidualRiskError
        The pixels are floating-point numbers.
    """
    if layout.keyword != "PixelData":
        raise ResidualRiskError("a fill that draws cannot be written into floating-point pixel data")


def _extreme_number(frame_array: npt.NDArray[Any], *, brightest: bool) -> float:
    """The largest or smallest value that is a number, 0 where none is."""
    import numpy as np

    numbers = frame_array[np.isfinite(frame_array)]
    if not numbers.size:
        return 0.0
    return float(numbers.max() if brightest else numbers.min())


SOLID = SolidFill()
