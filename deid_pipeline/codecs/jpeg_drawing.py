"""Pictures in units of a JPEG frame: patches laid out by units, and what their blocks come to (ITU-T T.81 annex A).

What belongs here: which unit shows which colour or which picture, and the forward transform. What does not: writing
coefficients (``jpeg_coder``), the structure of a stream (``jpeg_stream``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from deid_pipeline.codecs.jpeg_header import JpegFrame
from deid_pipeline.codecs.jpeg_stream import Scan, ScanComponent
from deid_pipeline.codecs.samples import damaged
from deid_pipeline.errors import ResidualRiskError
from deid_pipeline.model import Box, Patch

_COARSEST = 2  # largest DC step, in ranges of a sample, that no decoder takes for an overflow

_UNDECIDED = np.iinfo(np.int32).max  # a unit with a picture or a colour of its own

Units = npt.NDArray[np.int32]
Block = tuple[int, ...]
"""The 64 quantised coefficients of a block in zigzag order."""


@dataclass(frozen=True, slots=True)
class UnitPictures:
    """What the units of a frame are to show.

    ``hits``, ``(rows, columns)`` of units, holds -1 for units that stay, the index of a colour, or behind the colours
    that of a picture. ``pictures`` are ``(height, width, components)`` of a unit in values of the components.
    """

    hits: Units
    colours: tuple[tuple[int, ...], ...]
    pictures: tuple[npt.NDArray[np.int32], ...]


def units_of(frame: JpegFrame, boxes: Sequence[Box]) -> Iterator[tuple[int, int, int, int]]:
    """Left, top, right and bottom of each box in whole units of the frame; boxes outside are left out."""
    wide, high = frame.unit
    for box in boxes:
        left, right = max(0, box.left), min(frame.columns, box.right)
        top, bottom = max(0, box.top), min(frame.rows, box.bottom)
        if left < right and top < bottom:
            yield left // wide, top // high, -(-right // wide), -(-bottom // high)


def lay_out(frame: JpegFrame, patches: Sequence[Patch]) -> UnitPictures:
    """Lay patches out in units.

    A patch of one colour takes its units whole. Of any other, units that nothing touched yet show its edge beyond the
    box; in units that an earlier patch has taken only the box changes.

    Raises
    ------
    SourceDataError
        A patch has another number of values than the frame has components.
    """
    if any(patch.values.shape[2:] != (len(frame.components),) for patch in patches):
        raise damaged("a fill does not fit the components of a JPEG stream")
    wide, high = frame.unit
    across, down = frame.units
    hits: Units = np.full((down, across), -1, dtype=np.int32)
    colours: dict[tuple[int, ...], int] = {}
    drawn = not all(patch.is_plain for patch in patches)
    shape = (down * high, across * wide, len(frame.components)) if drawn else (0, 0, len(frame.components))
    canvas = np.zeros(shape, dtype=np.int32)
    for patch in patches:
        for left, top, right, bottom in units_of(frame, (patch.box,)):
            units = hits[top:bottom, left:right]
            area = canvas[top * high : bottom * high, left * wide : right * wide]
            if patch.is_plain:
                units[...] = colours.setdefault(tuple(patch.values[0, 0].tolist()), len(colours))
                area[...] = patch.values
            else:
                fresh = np.repeat(np.repeat(units < 0, high, axis=0), wide, axis=1)
                _draw(area, patch, fresh, origin=(left * wide, top * high))
                units[...] = _UNDECIDED
    return _decided(hits, canvas, colours, unit=(wide, high))


def _draw(area: npt.NDArray[np.int32], patch: Patch, fresh: npt.NDArray[np.bool_], *, origin: tuple[int, int]) -> None:
    """Write a patch into an area of whole units that begins at ``origin`` (left, top)."""
    left, top = patch.box.left - origin[0], patch.box.top - origin[1]
    rows = np.clip(np.arange(area.shape[0]) - top, 0, patch.values.shape[0] - 1)
    columns = np.clip(np.arange(area.shape[1]) - left, 0, patch.values.shape[1] - 1)
    extended = patch.values[rows][:, columns]
    area[fresh] = extended[fresh]
    rows_in = slice(max(0, top), top + patch.values.shape[0])
    columns_in = slice(max(0, left), left + patch.values.shape[1])
    area[rows_in, columns_in] = extended[rows_in, columns_in]


def _decided(
    hits: Units, canvas: npt.NDArray[np.int32], colours: dict[tuple[int, ...], int], *, unit: tuple[int, int]
) -> UnitPictures:
    """Tell units of one colour from those with a picture."""
    wide, high = unit
    pictures: list[npt.NDArray[np.int32]] = []
    places = np.argwhere(hits == _UNDECIDED).tolist()
    waiting = []
    for row, column in places:
        picture = canvas[row * high : (row + 1) * high, column * wide : (column + 1) * wide]
        if (picture == picture[0, 0]).all():
            hits[row, column] = colours.setdefault(tuple(picture[0, 0].tolist()), len(colours))
        else:
            waiting.append((row, column, picture))
    for row, column, picture in waiting:
        hits[row, column] = len(colours) + len(pictures)
        pictures.append(picture)
    return UnitPictures(hits, tuple(colours), tuple(pictures))


@dataclass(frozen=True, slots=True)
class ScanContents:
    """What the MCUs of one scan are to hold.

    ``hits`` as in `UnitPictures`, by MCU of the scan; ``levels`` are the DC coefficients of the colours by component
    of the scan, ``blocks`` the blocks of pictures in the order of a MCU.
    """

    hits: Units
    levels: list[list[int]]
    blocks: list[list[Block]]


def contents_of(scan: Scan, frame: JpegFrame, units: UnitPictures) -> ScanContents:
    """What one scan holds of the units: all components of a unit, or the blocks of one component for themselves.

    Raises
    ------
    ResidualRiskError
        The scan is quantised too coarsely for a fill, or a component is sampled by no whole factor.
    """
    levels = [_levels(scan, colour, precision=frame.precision) for colour in units.colours]
    if len(scan.components) > 1 or len(frame.components) == 1:
        blocks = [
            [block for component in scan.components for row in _transformed(picture, component, frame) for block in row]
            for picture in units.pictures
        ]
        return ScanContents(units.hits, levels, blocks)
    sampling = frame.components[scan.components[0].index]
    hits = np.repeat(np.repeat(units.hits, sampling.vertical, axis=0), sampling.horizontal, axis=1)
    first, blocks = len(units.colours), []
    for number, picture in enumerate(units.pictures):
        row, column = np.argwhere(units.hits == first + number)[0] * (sampling.vertical, sampling.horizontal)
        for down, line in enumerate(_transformed(picture, scan.components[0], frame)):
            for across, block in enumerate(line):
                hits[row + down, column + across] = first + len(blocks)
                blocks.append([block])
    return ScanContents(hits[: scan.rows, : scan.columns], levels, blocks)


def _transformed(picture: npt.NDArray[np.int32], component: ScanComponent, frame: JpegFrame) -> Iterator[list[Block]]:
    """The rows of blocks of a component in a unit: means of its samples, transformed, quantised (T.81 A.3.3, A.3.4)."""
    sampling = frame.components[component.index]
    across, down = (1, 1) if len(frame.components) == 1 else (sampling.horizontal, sampling.vertical)
    height, width = picture.shape[:2]
    if height % (8 * down) or width % (8 * across):
        raise ResidualRiskError(
            "a component of a JPEG stream is sampled by no whole factor: nothing can be drawn in it"
        )
    values = picture[..., component.index].astype(np.float64)
    means = values.reshape(8 * down, height // (8 * down), 8 * across, width // (8 * across)).mean(axis=(1, 3))
    means -= 1 << (frame.precision - 1)
    steps = np.array(component.steps, dtype=np.float64)
    limit = (1 << (frame.precision + 2)) - 1
    cosines = _cosines()
    for row in range(down):
        line = []
        for column in range(across):
            block = means[8 * row : 8 * row + 8, 8 * column : 8 * column + 8]
            coefficients = (cosines @ block @ cosines.T).ravel()[_zigzag()]
            line.append(tuple(np.rint(coefficients / steps).astype(np.int64).clip(-limit, limit).tolist()))
        yield line


@cache
def _cosines() -> npt.NDArray[np.float64]:
    """The matrix of the transform: frequency, place (T.81 A.3.3)."""
    places = np.arange(8)
    matrix = np.cos((2 * places + 1) * places[:, np.newaxis] * np.pi / 16) / 2
    matrix[0] /= np.sqrt(2)
    return matrix


@cache
def _zigzag() -> npt.NDArray[np.int64]:
    """Places in a block, row by row, in the order of their coefficients (T.81 figure A.6)."""
    order = sorted(((row, column) for row in range(8) for column in range(8)), key=_along_diagonals)
    return np.array([8 * row + column for row, column in order])


def _along_diagonals(place: tuple[int, int]) -> tuple[int, int]:
    row, column = place
    return row + column, row if (row + column) % 2 else column


def _levels(scan: Scan, fill: Sequence[int], *, precision: int) -> list[int]:
    """Quantised DC coefficients that show as ``fill``, by component of the scan (T.81 A.3.1, A.3.3).

    A flat block of value v has the coefficient ``8 * (v - 2**(precision - 1))``. At both ends of the range it is
    rounded outward, since decoders clip.
    """
    centre, top = 1 << (precision - 1), (1 << precision) - 1
    levels = []
    for component in scan.components:
        step, value = component.steps[0], min(max(0, fill[component.index]), top)
        if step > _COARSEST << precision:
            raise ResidualRiskError("a JPEG stream is quantised too coarsely for a fill")
        scaled = 8 * (value - centre)
        if value == 0:
            levels.append(scaled // step)
        elif value == top:
            levels.append(-(-scaled // step))
        else:
            levels.append((2 * scaled + step) // (2 * step))
    return levels
