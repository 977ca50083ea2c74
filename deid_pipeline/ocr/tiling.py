"""Cutting an image of any size into pieces of bounded size, and joining what was found in them.

What belongs here: scale, cuts, and boxes on their way back to the whole image. What does not: finding text in one piece
(engines).

A detector sees text best at a certain size: small images are enlarged until their shorter side has `SIDE_PX` pixels
(at most `MAX_ENLARGEMENT` times). What is then larger than one piece is read in overlapping pieces at full resolution,
never shrunk, so that small text on a large radiograph stays as legible as it is; one more look at the whole image,
shrunk to one piece, finds text larger than the overlap. Memory is bounded by one piece, time grows with the number of
pixels.

A box that is large for its piece is seldom a line of text: the piece is then read again in four overlapping, larger
quarters (`quarters`), so that text inside of it is found for itself, and what is no text is not redacted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from math import ceil

from deid_pipeline.model import Box, ReadLine

SIDE_PX = 1024
PIECE_PX = 2048
OVERLAP_PX = 192
MAX_ENLARGEMENT = 8.0
LARGE_SHARE = 0.25
"""A box whose shorter side is more than this share of its piece's is looked at again."""
_QUARTER_SHARE = 0.6  # of a side, so that quarters overlap by a fifth
_QUARTER_ZOOM = 1.5
_SAME_LINE = 0.8  # share of the smaller box that lies in the other


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the image, in pixels of the image, and the factor by which it is scaled for the engine."""

    box: Box
    scale: float

    @property
    def shown(self) -> tuple[int, int]:
        """Columns and rows of its picture for the engine: whole pixels, so not quite the scale."""
        width, height = self.box.right - self.box.left, self.box.bottom - self.box.top
        return max(1, round(width * self.scale)), max(1, round(height * self.scale))

    def in_image(self, found: Box) -> Box:
        """A box of its picture in pixels of the image, rounded outward to all that the picture's pixels show."""
        width, height = self.box.right - self.box.left, self.box.bottom - self.box.top
        columns, rows = self.shown
        return Box(
            self.box.left + max(0, found.left * width // columns),
            self.box.top + max(0, found.top * height // rows),
            min(self.box.right, self.box.left - (-found.right * width // columns)),
            min(self.box.bottom, self.box.top - (-found.bottom * height // rows)),
        )


def pieces(*, rows: int, columns: int, enlarge: bool = True) -> Iterator[Piece]:
    """Cut an image into pieces that cover it.

    Parameters
    ----------
    rows, columns
        Size of the image in pixels.
    enlarge
        Whether small images are enlarged.

    Yields
    ------
    Piece
        Row by row; none of them larger than `PIECE_PX` when scaled. With more than one, the whole image shrunk comes
        last.
    """
    shorter, longer = min(rows, columns), max(rows, columns)
    if shorter < 1:
        return
    scale = min(MAX_ENLARGEMENT, max(1.0, SIDE_PX / shorter)) if enlarge else 1.0
    if longer * scale <= PIECE_PX:
        yield Piece(Box(0, 0, columns, rows), scale)
        return
    side, overlap = max(1, int(PIECE_PX / scale)), int(OVERLAP_PX / scale)
    for top, bottom in _cuts(rows, side=side, overlap=overlap):
        for left, right in _cuts(columns, side=side, overlap=overlap):
            yield Piece(Box(left, top, right, bottom), scale)
    yield Piece(Box(0, 0, columns, rows), PIECE_PX / longer)


def _cuts(length: int, *, side: int, overlap: int) -> list[tuple[int, int]]:
    """Intervals of at most ``side`` that cover ``length``, neighbours sharing at least ``overlap``."""
    if length <= side:
        return [(0, length)]
    count = -(-(length - overlap) // (side - overlap))
    return [(start, start + side) for start in ((length - side) * at // (count - 1) for at in range(count))]


def quarters(piece: Piece) -> Iterator[Piece]:
    """Cut a piece into four overlapping parts, shown larger but never larger than the piece was.

    Yields
    ------
    Piece
        From the upper left to the lower right.
    """
    box = piece.box
    width = ceil((box.right - box.left) * _QUARTER_SHARE)
    height = ceil((box.bottom - box.top) * _QUARTER_SHARE)
    for top in (box.top, box.bottom - height):
        for left in (box.left, box.right - width):
            yield Piece(Box(left, top, left + width, top + height), piece.scale * _QUARTER_ZOOM)


def is_large(box: Box, piece: Piece) -> bool:
    """Whether a box is larger than a line of text ought to be in its piece."""
    side = min(piece.box.right - piece.box.left, piece.box.bottom - piece.box.top)
    return min(box.right - box.left, box.bottom - box.top) > LARGE_SHARE * side


def join_lines(lines: Iterable[ReadLine]) -> list[ReadLine]:
    """Drop lines seen twice where pieces overlap.

    Parameters
    ----------
    lines
        Lines of all pieces, boxes in pixels of the whole image.

    Returns
    -------
    list of ReadLine
        From top to bottom. Of two boxes of which the smaller lies for the most part in the larger, the larger stays,
        grown to cover both, with its own text: it saw more of the line.
    """
    kept: list[ReadLine] = []
    for line in sorted(lines, key=lambda one: -one.box.area):
        for index, other in enumerate(kept):
            if _shared(line.box, other.box) >= _SAME_LINE * line.box.area:
                kept[index] = replace(other, box=_union(line.box, other.box))
                break
        else:
            kept.append(line)
    return sorted(kept, key=lambda one: (one.box.top, one.box.left))


def with_further(lines: list[ReadLine], further: Iterable[ReadLine]) -> list[ReadLine]:
    """The lines seen in one rendering of an image, and those of another one that it did not show.

    Parameters
    ----------
    lines
        What was seen first; stays as it is.
    further
        What was seen in the other rendering, boxes in pixels of the same image.

    Returns
    -------
    list of ReadLine
        From top to bottom; of ``further`` only lines whose boxes do not for the most part lie in one seen before.
    """
    found = list(lines)
    for line in further:
        if all(_shared(line.box, other.box) < _SAME_LINE * line.box.area for other in found):
            found.append(line)
    return sorted(found, key=lambda one: (one.box.top, one.box.left))


def _shared(one: Box, other: Box) -> int:
    return Box(
        max(one.left, other.left), max(one.top, other.top), min(one.right, other.right), min(one.bottom, other.bottom)
    ).area


def _union(one: Box, other: Box) -> Box:
    return Box(
        min(one.left, other.left), min(one.top, other.top), max(one.right, other.right), max(one.bottom, other.bottom)
    )
