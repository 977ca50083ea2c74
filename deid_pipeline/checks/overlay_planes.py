"""Check: overlay planes were read, lost the text found in them, and are else as they were, bit by bit.

What belongs here: planes in elements of their own (60xx,3000), read without the code that wrote them. What does not:
overlays in the cells of pixel data (``unused_bits``).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from deid_pipeline.checks.case import CheckCase
from deid_pipeline.checks.leaf import Leaf
from deid_pipeline.checks.protocol import Outcome, outcome
from deid_pipeline.checks.reading import Part10
from deid_pipeline.checks.samples import Samples

_DATA, _ROWS, _COLUMNS, _FRAMES = 0x3000, 0x0010, 0x0011, 0x0015


class OverlayPlanes:
    """Compares the bits of each plane with the source's, boxes and what lies behind the last frame set to 0."""

    name = "overlay_planes"
    summary = "overlay planes were read, hold nothing in redacted boxes, and are the source's bit by bit outside them"

    def run(self, case: CheckCase) -> Outcome:
        """Name planes by their tag, frames by their number (1-based)."""
        return outcome(
            problem
            for leaf in case.output.leaves
            if leaf.tag >> 24 == 0x60 and not leaf.tag >> 16 & 1 and leaf.tag & 0xFFFF == _DATA
            for problem in _problems(case, leaf)
        )


def _problems(case: CheckCase, leaf: Leaf) -> Iterator[str]:
    group, source = leaf.tag >> 16, case.source.top(leaf.tag)
    if "[" in leaf.path or f"{group:04x}" not in case.boxes_by_plane:
        yield f"{leaf.place} was kept unread"
        return
    if source is None or len(source.raw) != len(leaf.raw):
        yield f"{leaf.place} has another length"
        return
    shape = tuple(case.source.number(group << 16 | number, 1) for number in (_FRAMES, _ROWS, _COLUMNS))
    before, _ = _bits(source, case.source, shape)
    after, behind = _bits(leaf, case.output, shape)
    if behind.any():
        yield f"{leaf.place} holds something behind its last frame"
    for index, boxes in case.boxes_by_plane[f"{group:04x}"].items():
        if not 0 <= index < len(before):
            yield f"{leaf.place} has no frame {index + 1}"
            continue
        for box in boxes:
            before[index, box.top : box.bottom, box.left : box.right] = 0
    for number in np.flatnonzero((before != after).any(axis=(1, 2))) + 1:
        yield f"frame {number} of {leaf.place} is not as it was outside its boxes and empty inside"


def _bits(leaf: Leaf, file: Part10, shape: tuple[int, ...]) -> tuple[Samples, Samples]:
    """A plane as ``(frames, rows, columns)`` of 0 and 1, and the bits behind its last frame."""
    raw = np.frombuffer(bytes(leaf.raw), dtype=np.uint8)
    if file.big_endian and leaf.written_vr == "OW":
        raw = raw.reshape(-1, 2)[:, ::-1].ravel()
    bits = np.unpackbits(raw, bitorder="little")
    used = int(np.prod(shape))
    return bits[:used].reshape(shape).copy(), bits[used:]
