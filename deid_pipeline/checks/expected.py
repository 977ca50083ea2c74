"""What was to be written into the boxes of a frame, compared with what a reader finds there.

What belongs here: patches as a picture, and that picture in the cells of native and compressed frames. What does not:
reading frames (``samples``, ``decoding``), boxes of one colour (``pixels_hidden``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from deid_pipeline.checks.reading import Part10
from deid_pipeline.model import Box, Patch

if TYPE_CHECKING:
    import numpy.typing as npt

_BITS_ALLOCATED, _BITS_STORED, _HIGH_BIT = 0x00280100, 0x00280101, 0x00280102


@dataclass(frozen=True, slots=True)
class Expected:
    """The expected stored values of a frame, ``(rows, columns, samples)``, where ``known``, ``(rows, columns)``."""

    values: npt.NDArray[np.int64]
    known: npt.NDArray[np.bool_]

    def covers(self, boxes: Sequence[Box]) -> bool:
        """Whether something is expected at every pixel of the boxes."""
        return all(bool(self.known[_slices(box)].all()) for box in boxes)


def expected(patches: Sequence[Patch], *, rows: int, columns: int, pairs: bool = False) -> Expected:
    """Draw patches in their order.

    Parameters
    ----------
    patches
        Boxes with their values, all of the same number of samples.
    rows, columns
        Size of the frame in pixels.
    pairs
        Native 4:2:2: the chroma of a patch, not its luma, takes whole pairs of columns: that at its edge is repeated.
    """
    samples = patches[0].values.shape[2] if patches else 1
    picture = Expected(np.zeros((rows, columns, samples), np.int64), np.zeros((rows, columns), np.bool_))
    for patch in patches:
        box = patch.box
        values = np.broadcast_to(patch.values, (box.bottom - box.top, box.right - box.left, samples))
        if pairs:
            wide = Box(box.left - box.left % 2, box.top, box.right + box.right % 2, box.bottom)
            chroma = np.pad(values[..., 1:], ((0, 0), (box.left % 2, box.right % 2), (0, 0)), mode="edge")
            picture.values[_slices(wide)][..., 1:] = _inside(chroma, wide, rows, columns)
        picture.values[_slices(box)] = _inside(values, box, rows, columns)
        picture.known[_slices(box)] = True
    return picture


def equals_native(view: npt.NDArray[Any], picture: Expected, file: Part10, *, pairs: bool) -> bool:
    """Whether a native frame holds what is expected, whole cells with all their bits.

    ``view`` is ``(rows, columns, samples)``, for 4:2:2 ``(rows, pairs, 4)``, unsigned cells.
    """
    shift = file.number(_HIGH_BIT, file.number(_BITS_STORED) - 1) + 1 - file.number(_BITS_STORED)
    values, known = picture.values, picture.known
    if pairs:
        luma = known.reshape(known.shape[0], -1, 2)
        known = np.concatenate((luma, np.repeat(luma.any(axis=2, keepdims=True), 2, axis=2)), axis=2)
        chroma = (values[:, ::2, 1:] + values[:, 1::2, 1:]) // 2
        values = np.concatenate((values[:, ::2, :1], values[:, 1::2, :1], chroma), axis=2)
    cells = (values << shift) & ((1 << file.number(_BITS_ALLOCATED)) - 1)
    return bool((view.astype(np.int64)[known] == cells[known]).all())


def equals_decoded(samples: npt.NDArray[Any], picture: Expected, file: Part10) -> bool:
    """Whether a compressed frame decodes to what is expected, in the bits that are stored, of whatever sign."""
    used = (1 << file.number(_BITS_STORED)) - 1
    known = picture.known
    found = samples.astype(np.int64)[known]
    return found.shape == picture.values[known].shape and bool(((found ^ picture.values[known]) & used == 0).all())


def _inside(values: npt.NDArray[Any], box: Box, rows: int, columns: int) -> npt.NDArray[Any]:
    """The part of a box's values that lies inside the frame."""
    return values[max(0, -box.top) : rows - box.top, max(0, -box.left) : columns - box.left]


def _slices(box: Box) -> tuple[slice, slice]:
    return slice(max(0, box.top), max(0, box.bottom)), slice(max(0, box.left), max(0, box.right))
