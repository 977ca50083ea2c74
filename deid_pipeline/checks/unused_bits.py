"""Check: nothing hides in the cells of pixel data beside their samples.

What belongs here: bits outside Bits Stored below High Bit (PS3.5 8.1.1). What does not: samples (``pixels_retained``).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from deid_pipeline.checks.case import CheckCase
from deid_pipeline.checks.decoding import IRREVERSIBLE, decoded, encapsulated_frames, precision
from deid_pipeline.checks.protocol import Outcome, outcome
from deid_pipeline.checks.reading import Part10
from deid_pipeline.checks.samples import Samples, native_frames, sample_mask, unsigned

_PIXEL_DATA = 0x7FE00010


class UnusedBits:
    """Looks at every cell of every frame; frames of lossy codestreams have no bits of their own to look at."""

    name = "unused_bits"
    summary = "bits of the pixel data outside Bits Stored are zero, or repeat the sign of each sample"

    def run(self, case: CheckCase) -> Outcome:
        """Name frames (1-based) in which such bits hold something."""
        return outcome(f"unused bits of frame {index + 1} hold something" for index in _frames_with_bits(case))


def _frames_with_bits(case: CheckCase) -> Iterator[int]:
    output = case.output
    stored, allocated = output.number(0x00280101), output.number(0x00280100)
    if output.top(_PIXEL_DATA) is None or allocated <= 1 or stored in (0, allocated):
        return
    for index, cells in _cells(case, stored):
        if _hold_something(cells, output):
            yield index


def _cells(case: CheckCase, stored: int) -> Iterator[tuple[int, Samples]]:
    """Frames whose cells are wider than samples, one at a time."""
    output = case.output
    if not output.pixels_encapsulated:
        shape = native_frames(output)
        for index in range(shape.frames):
            yield index, shape.view(output.pixels, index)
            output.forget_pages()
    elif output.meta_text(0x0010) not in IRREVERSIBLE:
        for index, frame in enumerate(encapsulated_frames(output, case.output_path)):
            if precision(frame, output) > stored:
                yield index, decoded(frame, output)


def _hold_something(cells: Samples, file: Part10) -> bool:
    cells = unsigned(cells)
    mask = cells.dtype.type(sample_mask(file, cells.dtype.itemsize * 8))
    beside = cells & ~mask
    if not beside.any():
        return False
    if file.number(0x00280103) != 1:
        return True
    sign = (cells & (cells.dtype.type(1) << cells.dtype.type(file.number(0x00280102)))) != 0
    above = ~cells.dtype.type(0) << cells.dtype.type(file.number(0x00280102) + 1)
    return bool((beside != np.where(sign, above, 0)).any())
