"""Smallest and Largest Image Pixel Value of an output, compared with its samples where they differ from the source's.

What belongs here: the range of all stored values of a file, as `pixels_retained` asks for it. What does not: when the
two elements have to change (``stages``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from deid_pipeline.checks.case import CheckCase
from deid_pipeline.checks.decoding import decoded, encapsulated_frames
from deid_pipeline.checks.samples import native_frames

if TYPE_CHECKING:
    import numpy.typing as npt

_EXTREMES = {0x00280106: "(0028,0106)", 0x00280107: "(0028,0107)"}
_PADDING_VALUE = 0x00280120
_PIXEL_ACTION = "redactPixels"  # of elements that follow from redacted pixels


def untrue_extremes(case: CheckCase) -> Iterator[str]:
    """Name each of the two elements that no rule changed, that differs from the source's, and is not true."""
    ruled = {change.tag_path for change in case.element_changes if change.action not in ("keep", _PIXEL_ACTION)}
    differing = {}
    for index, (tag, path) in enumerate(_EXTREMES.items()):
        old, new = case.source.top(tag), case.output.top(tag)
        if path not in ruled and old is not None and new is not None and bytes(old.raw) != bytes(new.raw):
            differing[path] = (index, case.output.number(tag) & 0xFFFF)
    if not differing:
        return
    padding = case.output.number(_PADDING_VALUE) if case.output.top(_PADDING_VALUE) is not None else None
    extremes = [_extremes(frame, case, padding=padding) for frame in _frames(case)]
    found = [one for one in extremes if one is not None]
    true = (min(low for low, _ in found), max(high for _, high in found)) if found else (0, 0)
    for path, (index, said) in differing.items():
        if true[index] & 0xFFFF != said:
            yield f"{path} is not true"


def _frames(case: CheckCase) -> Iterator[npt.NDArray[Any]]:
    """All frames of the output, cells moved to bit 0."""
    output = case.output
    if output.pixels_encapsulated:
        for frame in encapsulated_frames(output, case.output_path):
            yield decoded(frame, output)
        return
    shape = native_frames(output)
    stored = output.number(0x00280101)
    shift = output.number(0x00280102, stored - 1) + 1 - stored
    for index in range(shape.frames):
        yield shape.view(output.pixels, index) >> shift
        output.forget_pages()


def _extremes(frame: npt.NDArray[Any], case: CheckCase, *, padding: int | None) -> tuple[int, int] | None:
    """Smallest and largest stored value of a frame but for padding; None when it is all padding."""
    stored = case.output.number(0x00280101)
    values = frame.astype(np.int64) & ((1 << stored) - 1)
    if case.output.number(0x00280103):
        values -= (values >> (stored - 1)) << stored
    if padding is not None:
        values = values[values & 0xFFFF != padding & 0xFFFF]
    return (int(values.min()), int(values.max())) if values.size else None
