"""Outputs that were decompressed: the same samples, uncompressed, and a header that says so.

What belongs here: when another transfer syntax is allowed, how such pixels are to be read, and their samples compared
with those that another library decodes from the source. What does not: outputs that keep their syntax
(``pixels_retained``).
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from deid_pipeline.checks.case import CheckCase
from deid_pipeline.checks.decoding import COSINE_TRANSFORMS, decoded, encapsulated_frames, readers_of
from deid_pipeline.checks.reading import Part10
from deid_pipeline.checks.samples import native_frames

if TYPE_CHECKING:
    import numpy.typing as npt

EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"
_TRANSFER_SYNTAX = 0x0010
_SAMPLES, _PHOTOMETRIC, _PLANAR = 0x00280002, 0x00280004, 0x00280006
_BITS_ALLOCATED, _BITS_STORED, _SIGN = 0x00280100, 0x00280101, 0x00280103
_DECODED = {"YBR_RCT": "RGB", "YBR_ICT": "RGB", "XYB": "RGB", "YBR_FULL_422": "YBR_FULL"}


def is_decompressed(case: CheckCase) -> bool:
    """Whether an output with boxes was allowed to be Explicit VR Little Endian, and is."""
    planned = case.may_be_decompressed
    has = case.output.meta_text(_TRANSFER_SYNTAX) == EXPLICIT_LITTLE and not case.output.pixels_encapsulated
    return planned and has and case.source.pixels_encapsulated and any(case.boxes_by_frame.values())


def reading_differs(case: CheckCase, tag: int) -> bool:
    """Whether one of the attributes that say how pixels are to be read is not what decoding makes of the source's."""
    source, output = case.source, case.output
    if tag == _PHOTOMETRIC:
        before = source.top_text(tag)
        return output.top_text(tag) != _DECODED.get(before, before)
    if tag == _PLANAR and output.number(_SAMPLES, 1) > 1:
        return output.top(tag) is None or output.number(tag) != 0
    old, new = source.top(tag), output.top(tag)
    return (old is None) != (new is None) or bool(old and new and old.raw != new.raw)


def samples_differ(case: CheckCase) -> Iterator[str]:
    """Name frames (1-based) in which a sample outside the boxes is not the source's, or that have no counterpart."""
    shape = native_frames(case.output)
    length = shape.bytes_of_all
    if len(case.output.pixels) != length + length % 2 or any(case.output.pixels[length:]):
        yield "the pixel data have another length"
    count = 0
    for index, frame in enumerate(encapsulated_frames(case.source, case.source_path)):
        count += 1
        if index >= shape.frames:
            continue
        after = _whole_numbers(shape.view(case.output.pixels, index), case.output)
        befores = _readings(frame, case.source)
        if not any(_equal_outside(case, index, before, after) for before in befores):
            yield f"changes outside the boxes of frame {index + 1}"
        case.output.forget_pages()
    if count != shape.frames:
        yield "frames came or went"
    yield from (f"there is no frame {index + 1}" for index in case.boxes_by_frame if not 0 <= index < count)


def _equal_outside(case: CheckCase, index: int, before: npt.NDArray[Any], after: npt.NDArray[Any]) -> bool:
    if before.shape != after.shape:
        return False
    mask = (1 << case.source.number(_BITS_STORED)) - 1 if case.unused_bits_cleared else -1
    differs = (before ^ after) & mask != 0
    for box in case.boxes_by_frame.get(index, ()):
        differs[max(0, box.top) : max(0, box.bottom), max(0, box.left) : max(0, box.right)] = False
    return not differs.any()


def _readings(frame: bytes, file: Part10) -> Iterator[npt.NDArray[Any]]:
    """The samples of a frame as each library reads it; what is left of a lossy one may depend on that by a rounding."""
    if file.meta_text(_TRANSFER_SYNTAX) in COSINE_TRANSFORMS and file.number(_SAMPLES, 1) == 3:
        yield _whole_numbers(_components(frame, file), file)
    for reader in range(readers_of(file)):
        yield _whole_numbers(decoded(frame, file, reader=reader), file)


def _components(frame: bytes, file: Part10) -> npt.NDArray[Any]:
    """The components of a JPEG stream, converted only where the header says RGB and the stream says YCbCr."""
    from PIL import Image

    picture = Image.open(io.BytesIO(frame))
    transform = picture.info.get("adobe_transform")
    if transform != 0 and not (transform == 1 and file.top_text(_PHOTOMETRIC) == "RGB"):
        picture.draft("YCbCr", picture.size)
    return np.asarray(picture)


def _whole_numbers(samples: npt.NDArray[Any], file: Part10) -> npt.NDArray[np.int64]:
    """Stored values, sign-extended from Bits Stored where cells without a sign hold two's complement."""
    values = samples.astype(np.int64)
    if file.number(_SIGN) and samples.dtype.kind == "u":
        bits = file.number(_BITS_STORED) if file.pixels_encapsulated else file.number(_BITS_ALLOCATED)
        values = (values & ((1 << bits) - 1)) - ((values >> (bits - 1) & 1) << bits)
    return values
