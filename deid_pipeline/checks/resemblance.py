"""Whether a box of a frame that cannot hold exact samples shows what it should, and nothing of what it showed before.

What belongs here: comparison of pictures that went through a cosine transform. What does not: exact comparison
(``expected``), reading frames (``decoding``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from deid_pipeline.checks.expected import Expected
from deid_pipeline.model import Box

if TYPE_CHECKING:
    import numpy.typing as npt

_TILE_PX = 16  # about a unit
_MOST_ERROR = 0.08  # mean difference from what was expected, as a share of the range of values
_FLAT = 0.02  # spread of a picture without content, as a share of the range
_DRAWN = (0.6, 1.4)  # how much of the expected contrast has to be there
_MOST_LEFT, _MOST_LEFT_IN_A_TILE = 0.2, 0.5  # share of the source's detail in what differs from the expected
_HEARD = 0.5  # spread of such a share in that of the rest of the error: what is below is like it by chance


def resembles(
    after: npt.NDArray[Any], before: npt.NDArray[Any], picture: Expected, *, boxes: Sequence[Box], bits: int
) -> bool:
    """Whether all boxes show what they should.

    Parameters
    ----------
    after, before
        The frame of the output and of the source by one reader, ``(rows, columns, samples)``.
    picture
        What was to be written.
    boxes
        Half-open pixel rectangles; parts outside the frame are ignored.
    bits
        Of a stored sample.

    Returns
    -------
    bool
        The error is small, the contrast of what was to be drawn is there, and the error has nothing of the detail of
        the source, neither in a whole box nor in a part of it as large as what is coded for itself.
    """
    if after.shape != before.shape or after.shape != picture.values.shape:
        return False
    scale = float((1 << bits) - 1)
    for box in boxes:
        place = slice(max(0, box.top), max(0, box.bottom)), slice(max(0, box.left), max(0, box.right))
        parts = [one[place].astype(np.float64) / scale for one in (after, before, picture.values)]
        for sample in range(after.shape[2]):
            if not _shows([part[..., sample] for part in parts]):
                return False
    return True


def _shows(parts: Sequence[npt.NDArray[np.float64]]) -> bool:
    after, before, wanted = parts
    if not after.size:
        return True
    error = after - wanted
    if np.abs(error).mean() > _MOST_ERROR or _share(error, before) > _MOST_LEFT:
        return False
    if wanted.std() > _FLAT and not _DRAWN[0] <= _slope(after, wanted) <= _DRAWN[1]:
        return False
    return not any(_is_left(error[tile], before[tile], wanted[tile]) for tile in _tiles(*after.shape))


def _is_left(error: npt.NDArray[np.float64], before: npt.NDArray[np.float64], wanted: npt.NDArray[np.float64]) -> bool:
    """Whether the error in a tile is the source's detail, in part at least.

    A stroke that a unit could not hold in all its coefficients makes an error far larger than a faint source, and of a
    tile alone may lie along it. If detail was left, little of the error is neither that nor what was to be drawn.
    """
    share = _share(error, before)
    if share <= _MOST_LEFT_IN_A_TILE:
        return False
    known = np.stack([(part - part.mean()).ravel() for part in (before, wanted)], axis=1)
    deviation = (error - error.mean()).ravel()
    rest = deviation - known @ np.linalg.lstsq(known, deviation, rcond=None)[0]
    return bool(share * before.std() > _HEARD * rest.std())


def _share(error: npt.NDArray[np.float64], before: npt.NDArray[np.float64]) -> float:
    """How much of the source's detail an error holds; 0 where the source had none."""
    return abs(_slope(error, before)) if before.std() > _FLAT else 0.0


def _slope(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> float:
    """Slope of the line through pairs of values, ``one`` over ``other``."""
    deviation = other - other.mean()
    return float((deviation * (one - one.mean())).sum() / (deviation**2).sum())


def _tiles(rows: int, columns: int) -> Iterator[tuple[slice, slice]]:
    for top in range(0, rows, _TILE_PX):
        for left in range(0, columns, _TILE_PX):
            yield slice(top, top + _TILE_PX), slice(left, left + _TILE_PX)
