"""Check: inside each box nothing can be seen.

What belongs here: one uniform colour in each box. What does not: whether the boxes are in the right places (room
``ocr``).
"""

from __future__ import annotations

from collections.abc import Container, Iterator

import numpy as np

from deid_pipeline.checks.case import CheckCase
from deid_pipeline.checks.decoding import encapsulated_frames
from deid_pipeline.checks.protocol import Outcome, outcome
from deid_pipeline.checks.samples import NativeFrames, native_frames


class PixelsHidden:
    """Looks at every box of every frame; whole cells count, with bits beyond Bits Stored."""

    name = "pixels_hidden"
    summary = "every redacted box is filled with one uniform colour"

    def run(self, case: CheckCase) -> Outcome:
        """Name frames (1-based) with boxes in which something is left."""
        return outcome(_visible(case))


def _visible(case: CheckCase) -> Iterator[str]:
    boxes = {index: some for index, some in sorted(case.boxes_by_frame.items()) if some}
    if not boxes:
        return
    output = case.output
    shape = None if output.pixels_encapsulated else native_frames(output)
    seen = set()
    for index, frame in _frames(case, shape, boxes):
        seen.add(index)
        for box in boxes[index]:
            rows, columns = shape.slices(box) if shape else (slice(box.top, box.bottom), slice(box.left, box.right))
            inside = frame[rows, columns]
            if not inside.size or not _is_uniform(inside, halved=bool(shape and shape.halved_chroma)):
                yield f"a box of frame {index + 1} is not uniform"
    yield from (f"there is no frame {index + 1}" for index in boxes if index not in seen)


def _frames(
    case: CheckCase, shape: NativeFrames | None, wanted: Container[int]
) -> Iterator[tuple[int, np.ndarray[tuple[int, ...], np.dtype[np.generic]]]]:
    """The frames of the output that have boxes, one at a time."""
    if shape is not None:
        for at in range(shape.frames):
            if at in wanted:
                yield at, shape.view(case.output.pixels, at)
                case.output.forget_pages()
        return
    for index, frame in enumerate(encapsulated_frames(case.output, case.output_path)):
        if index in wanted:
            yield index, case.output_frames.decoded(index, frame, case.output)


def _is_uniform(inside: np.ndarray[tuple[int, ...], np.dtype[np.generic]], *, halved: bool) -> bool:
    """Whether all pixels are equal; the two luma samples of a 4:2:2 pair are, too."""
    first = inside[0, 0]
    return bool((inside == first).all()) and not (halved and first[0] != first[1])
