"""Boxes on their way from what was found to what is filled.

What belongs here: geometry of pixel rectangles. What does not: finding text (room ``ocr``), writing samples (room
``codecs``).
"""

from __future__ import annotations

from collections.abc import Iterable

from deid_pipeline.model import Box


def prepare_boxes(boxes: Iterable[Box], *, rows: int, columns: int, grow_px: int = 2) -> tuple[Box, ...]:
    """Grow, clip and merge boxes so that none of the results overlap.

    Parameters
    ----------
    boxes
        Half-open rectangles in pixels; empty and inverted ones are ignored, also when growing would give them area.
    rows, columns
        Size of the frame in pixels.
    grow_px
        Pixels added on each side before clipping.

    Returns
    -------
    tuple of Box
        Sorted, inside the frame, none of them empty, no two of them overlapping. Overlapping boxes are replaced by
        their common bounding box, repeatedly, so that the result covers everything the input covered.
    """
    grown = (_clip(_grow(box, grow_px), rows=rows, columns=columns) for box in boxes if box.area > 0)
    return _merge(sorted(box for box in grown if box.area > 0))


def _grow(box: Box, by: int) -> Box:
    return Box(box.left - by, box.top - by, box.right + by, box.bottom + by)


def _clip(box: Box, *, rows: int, columns: int) -> Box:
    return Box(max(0, box.left), max(0, box.top), min(columns, box.right), min(rows, box.bottom))


def _overlap(one: Box, other: Box) -> bool:
    return one.left < other.right and other.left < one.right and one.top < other.bottom and other.top < one.bottom


def _union(one: Box, other: Box) -> Box:
    return Box(
        min(one.left, other.left),
        min(one.top, other.top),
        max(one.right, other.right),
        max(one.bottom, other.bottom),
    )


def _merge(boxes: Iterable[Box]) -> tuple[Box, ...]:
    merged: list[Box] = []
    for box in boxes:
        current = box
        while hit := next((other for other in merged if _overlap(current, other)), None):
            merged.remove(hit)
            current = _union(current, hit)
        merged.append(current)
    return tuple(sorted(merged))
