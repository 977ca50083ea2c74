"""Check: inside each box nothing can be seen of what was there.

What belongs here: one colour in each box, or just what the fill was to write. What does not: whether the boxes are in
the right places (room ``ocr``).
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence

import numpy as np

from deid_pipeline.checks.case import CheckCase
from deid_pipeline.checks.decoding import COSINE_TRANSFORMS, DITHERED, decoded, encapsulated_frames
from deid_pipeline.checks.expected import equals_decoded, equals_native, expected
from deid_pipeline.checks.protocol import Outcome, outcome
from deid_pipeline.checks.resemblance import resembles
from deid_pipeline.checks.samples import NativeFrames, native_frames
from deid_pipeline.model import Patch

_TRANSFER_SYNTAX = 0x0010
_ROWS, _COLUMNS, _BITS_STORED, _FRAMES = 0x00280010, 0x00280011, 0x00280101, 0x00280008
_READERS = (0, 1)


class PixelsHidden:
    """Looks at every box of every frame; whole cells count, with bits beyond Bits Stored."""

    name = "pixels_hidden"
    summary = "every redacted box has one colour, or what a fill that draws was to write, and nothing else"

    def run(self, case: CheckCase) -> Outcome:
        """Name frames (1-based) with boxes in which something is left."""
        if case.written is None:
            return outcome(_visible(case))
        if case.output.meta_text(_TRANSFER_SYNTAX) in COSINE_TRANSFORMS:
            return outcome(_unlike(case, case.written()))
        return outcome(_unexpected(case, case.written()))


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
            places = shape.slices(box) if shape else ((slice(box.top, box.bottom), slice(box.left, box.right)),)
            if not _is_uniform([frame[place] for place in places]):
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


def _unlike(case: CheckCase, written: Iterator[tuple[int, Sequence[Patch]]]) -> Iterator[str]:
    """The same for frames that hold samples as well as their quantisation lets them.

    Readers differ in whether they convert colours: one of them has to see what was to be written.
    """
    boxes = {index: some for index, some in sorted(case.boxes_by_frame.items()) if some}
    rows, columns, bits = (case.output.number(tag) for tag in (_ROWS, _COLUMNS, _BITS_STORED))
    pairs = zip(
        encapsulated_frames(case.source, case.source_path),
        encapsulated_frames(case.output, case.output_path),
        strict=True,
    )
    touched = ((index, *pair) for index, pair in enumerate(pairs) if index in boxes)
    for (index, before, after), (at, patches) in zip(touched, written, strict=True):
        picture = expected(patches, rows=rows, columns=columns)
        if at != index or not picture.covers(boxes[index]):
            yield f"nothing was to be written into a box of frame {index + 1}"
        elif not any(
            resembles(
                decoded(after, case.output, reader=reader),
                decoded(before, case.source, reader=reader),
                picture,
                boxes=boxes[index],
                bits=bits,
            )
            for reader in _READERS
        ):
            yield f"a box of frame {index + 1} shows something else than it should"
    yield from (f"there is no frame {index + 1}" for index in boxes if index >= (case.output.number(_FRAMES, 1) or 1))


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
        if index in wanted and case.output.meta_text(_TRANSFER_SYNTAX) in DITHERED:
            yield index, decoded(frame, case.output, reader=1)
        elif index in wanted:
            yield index, case.output_frames.decoded(index, frame, case.output)


def _is_uniform(parts: Sequence[np.ndarray[tuple[int, ...], np.dtype[np.generic]]]) -> bool:
    """Whether all pixels are equal: one part, or the chroma of 4:2:2 and what luma there is in even and odd columns."""
    pixels, luma = parts[0], np.concatenate([part.ravel() for part in parts[1:]]) if parts[1:] else parts[0][:0].ravel()
    return bool(pixels.size and (pixels == pixels[0, 0]).all() and (luma == luma[:1]).all())
