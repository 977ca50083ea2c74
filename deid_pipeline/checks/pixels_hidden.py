"""Check: inside each box nothing can be seen.

What belongs here: one uniform colour in each box. What does not: whether the boxes are in the right places (room
``ocr``).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from deid_pipeline.checks.case import CheckCase
from deid_pipeline.checks.protocol import Outcome, outcome
from deid_pipeline.checks.samples import decoded_frame, native_frames


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
    for index, some in boxes.items():
        if shape is None:
            frame = decoded_frame(case, of_source=False, index=index)
        elif 0 <= index < shape.frames:
            frame = shape.view(output.pixels, index)
        else:
            yield f"there is no frame {index + 1}"
            continue
        for box in some:
            rows, columns = shape.slices(box) if shape else (slice(box.top, box.bottom), slice(box.left, box.right))
            inside = frame[rows, columns]
            if not inside.size or not _is_uniform(inside, halved=bool(shape and shape.halved_chroma)):
                yield f"a box of frame {index + 1} is not uniform"


def _is_uniform(inside: np.ndarray[tuple[int, ...], np.dtype[np.unsignedinteger]], *, halved: bool) -> bool:
    """Whether all pixels are equal; the two luma samples of a 4:2:2 pair are, too."""
    first = inside[0, 0]
    return bool((inside == first).all()) and not (halved and first[0] != first[1])
