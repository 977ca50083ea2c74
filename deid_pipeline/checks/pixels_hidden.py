"""Check: inside each box nothing can be seen of what was there.

What belongs here: one colour in each box, or just what the fill was to write. What does not: whether the boxes are in
the right places (room ``ocr``).
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence

import numpy as np

from deid_pipeline.checks.case import CheckCase
from deid_pipeline.checks.decoding import encapsulated_frames
from deid_pipeline.checks.expected import equals_decoded, equals_native, expected
from deid_pipeline.checks.protocol import Outcome, outcome
from deid_pipeline.checks.samples import NativeFrames, native_frames
from deid_pipeline.model import Patch

_ROWS, _COLUMNS = 0x00280010, 0x00280011


class PixelsHidden:
    """Looks at every box of every frame; whole cells count, with bits beyond Bits Stored."""

    name = "pixels_hidden"
    summary = "every redacted box has one colour, or holds sample by sample what a fill that draws was to write"

    def run(self, case: CheckCase) -> Outcome:
        """Name frames (1-based) with boxes in which something is left."""
        return outcome(_visible(case) if case.written is None else _unexpected(case, case.written()))


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


def _unexpected(case: CheckCase, written: Iterator[tuple[int, Sequence[Patch]]]) -> Iterator[str]:
    """Compare frames with what was to be written; boxes for which nothing was are as good as untouched."""
    boxes = {index: some for index, some in sorted(case.boxes_by_frame.items()) if some}
    output = case.output
    shape = None if output.pixels_encapsulated else native_frames(output)
    pairs = bool(shape and shape.halved_chroma)
    seen = set()
    for (index, frame), (at, patches) in zip(_frames(case, shape, boxes), written, strict=True):
        seen.add(index)
        rows, columns = output.number(_ROWS), output.number(_COLUMNS)
        picture = expected(patches, rows=rows, columns=columns, pairs=pairs)
        if at != index or not picture.covers(boxes[index]):
            yield f"nothing was to be written into a box of frame {index + 1}"
        elif (shape and not equals_native(frame, picture, output, pairs=pairs)) or (
            not shape and not equals_decoded(frame, picture, output)
        ):
            yield f"a box of frame {index + 1} holds something else than it should"
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
