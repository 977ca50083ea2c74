"""Check: outside the boxes every stored sample is the source's; without boxes every byte of the pixel data is.

What belongs here: pixel data and the attributes that say how to read them. What does not: what is inside the boxes
(``pixels_hidden``).
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator

import numpy as np

from deid_pipeline.checks.case import CheckCase
from deid_pipeline.checks.codestreams import is_zeroed_only
from deid_pipeline.checks.decoding import (
    COSINE_TRANSFORMS,
    LOSSY_WAVELETS,
    MADE_LOSSLESS,
    UNCOMPRESSED,
    decoded,
    encapsulated_frames,
)
from deid_pipeline.checks.decompressed import is_decompressed, reading_differs, samples_differ
from deid_pipeline.checks.extremes import untrue_extremes
from deid_pipeline.checks.protocol import Outcome, outcome
from deid_pipeline.checks.samples import NativeFrames, Samples, native_frames, sample_mask, unsigned
from deid_pipeline.model import Box

_TRANSFER_SYNTAX = 0x0010
_PHOTOMETRIC = 0x00280004
_UNIT = 36  # pixels: a unit of four blocks, and what decoders smooth around it
_CHUNK_BYTES = 16 << 20
# Samples per pixel, photometric interpretation, planar configuration, frames, rows, columns, bits, sign, palettes.
_READING_TAGS = (
    *(
        0x00280000 | number
        for number in (0x0002, 0x0004, 0x0006, 0x0008, 0x0010, 0x0011, 0x0100, 0x0101, 0x0102, 0x0103)
    ),
    *(0x00280000 | number for number in (0x1101, 0x1102, 0x1103, 0x1201, 0x1202, 0x1203)),
)


class PixelsRetained:
    """Compares stored bytes and samples, frame by frame; where unused bits were cleared, samples alone."""

    name = "pixels_retained"
    summary = "outside redacted boxes every stored sample equals the source's; how pixels are to be read is unchanged"

    def run(self, case: CheckCase) -> Outcome:
        """Name frames (1-based) with differences, and attributes that differ."""
        problems = [*_reading_differs(case), *untrue_extremes(case)]
        return outcome(problems or _pixels_differ(case))


def _reading_differs(case: CheckCase) -> Iterator[str]:
    source, output = case.source, case.output
    if is_decompressed(case):
        yield from (f"{_name(tag)} is not what decoding gives" for tag in _READING_TAGS if reading_differs(case, tag))
        return
    before, after = source.meta_text(_TRANSFER_SYNTAX), output.meta_text(_TRANSFER_SYNTAX)
    if before and before != after:
        yield "the transfer syntax has changed"
    if (source.big_endian, source.pixels_encapsulated) != (output.big_endian, output.pixels_encapsulated):
        yield "the encoding of the pixel data has changed"
    for tag in _READING_TAGS:
        old, new = source.top(tag), output.top(tag)
        if tag == _PHOTOMETRIC and _was_made_lossless(case):
            continue
        if (old is None) != (new is None) or (old and new and old.raw != new.raw):
            yield f"{_name(tag)} has changed"
    if (source.pixel_range is None) != (output.pixel_range is None):
        yield "pixel data came or went"
    elif not source.pixels_encapsulated and len(_native_output(case)) != len(source.pixels):
        yield "the pixel data have another length"


def _name(tag: int) -> str:
    return f"({tag >> 16:04x},{tag & 0xFFFF:04x})"


def _was_made_lossless(case: CheckCase) -> bool:
    """Whether frames had a colour transform that no rewriting can keep, and boxes asked for one (PS3.5 A.4.4)."""
    interpretations = case.source.top_text(_PHOTOMETRIC), case.output.top_text(_PHOTOMETRIC)
    expected = MADE_LOSSLESS.get(case.source.meta_text(_TRANSFER_SYNTAX))
    return any(case.boxes_by_frame.values()) and interpretations == expected


def _pixels_differ(case: CheckCase) -> Iterator[str]:
    boxes = {index: some for index, some in case.boxes_by_frame.items() if some}
    if case.source.pixel_range is None:
        if boxes:
            yield "boxes without pixel data"
    elif not (boxes or case.unused_bits_cleared) and _same_bytes(case.source.pixels, _native_output(case)):
        return
    elif is_decompressed(case):
        yield from samples_differ(case)
    elif case.source.pixels_encapsulated:
        yield from _encapsulated_differ(case, boxes)
    elif not (boxes or case.unused_bits_cleared):
        yield "the pixel data have changed"
    else:
        yield from _native_differ(case, boxes)


def _native_differ(case: CheckCase, boxes: dict[int, tuple[Box, ...]]) -> Iterator[str]:
    source, output = case.source.pixels, _native_output(case)
    shape = native_frames(case.source)
    if shape.frame_bits % 8:
        yield from _bits_differ(case, shape, boxes)
        return
    size = shape.frame_bytes
    behind = 0  # bytes compared so far
    if case.unused_bits_cleared:
        boxes = dict.fromkeys(range(shape.frames), ()) | boxes
    for index, some in sorted(boxes.items()):
        if not 0 <= index < shape.frames:
            yield f"there is no frame {index + 1}"
            continue
        if not _same_bytes(source[behind : index * size], output[behind : index * size]):
            yield f"changes between frame {behind // size + 1} and {index}"
        if _differs_outside(case, shape, index, some):
            yield f"changes outside the boxes of frame {index + 1}"
        behind = (index + 1) * size
        case.source.forget_pages()
        case.output.forget_pages()
    if not _same_bytes(source[behind:], output[behind:]):
        yield f"changes behind frame {behind // size}"


def _bits_differ(case: CheckCase, shape: NativeFrames, boxes: dict[int, tuple[Box, ...]]) -> Iterator[str]:
    """Frames that share bytes with their neighbours: each is looked at, with boxes or without."""
    source, output = case.source.pixels, _native_output(case)
    for index in range(shape.frames):
        if _differs_outside(case, shape, index, boxes.get(index, ())):
            yield f"changes outside the boxes of frame {index + 1}"
    whole, rest = divmod(shape.frame_bits * shape.frames, 8)
    spare = bool(rest) and (source[whole] ^ output[whole]) >> rest != 0
    if spare or not _same_bytes(source[whole + bool(rest) :], output[whole + bool(rest) :]):
        yield f"changes behind frame {shape.frames}"
    yield from (f"there is no frame {index + 1}" for index in boxes if not 0 <= index < shape.frames)


def _native_output(case: CheckCase) -> memoryview:
    """The output's pixel data, without the padding byte that an odd length has got (PS3.5 8.1.1)."""
    length = len(case.source.pixels)
    pixels = case.output.pixels
    return pixels[:length] if length % 2 and bytes(pixels[length:]) == b"\0" else pixels


def _differs_outside(case: CheckCase, shape: NativeFrames, index: int, boxes: tuple[Box, ...]) -> bool:
    differs = _differ(case, shape.view(case.source.pixels, index), shape.view(case.output.pixels, index))
    for box in boxes:
        for part in shape.slices(box):
            differs[part] = False
    return bool(differs.any())


def _differ(case: CheckCase, old: Samples, new: Samples) -> Samples:
    """Where cells differ, ``(rows, columns, samples)`` of bool; in their samples alone if unused bits were cleared."""
    if not case.unused_bits_cleared:
        return np.asarray(old != new)
    return np.asarray((unsigned(old) ^ unsigned(new)) & sample_mask(case.source, old.dtype.itemsize * 8) != 0)


def _encapsulated_differ(case: CheckCase, boxes: dict[int, tuple[Box, ...]]) -> Iterator[str]:
    """Compressed frames: identical without boxes but for zeroed side data, sample-identical outside boxes with them.

    Where an irreversible colour transform became a reversible one, all frames had to be written anew: then samples
    count in those without boxes too.
    """
    anew = _was_made_lossless(case)
    pairs = zip(
        encapsulated_frames(case.source, case.source_path),
        encapsulated_frames(case.output, case.output_path),
        strict=True,
    )
    count = 0
    for index, (before, after) in enumerate(pairs):
        count += 1
        if index not in boxes and not anew and (before == after or not case.unused_bits_cleared):
            if before != after and not is_zeroed_only(before, after, case.source.meta_text(_TRANSFER_SYNTAX)):
                yield f"frame {index + 1} has changed"
        elif not _equal_outside(case, index, before, after):
            yield f"changes outside the boxes of frame {index + 1}"
    yield from (f"there is no frame {index + 1}" for index in boxes if not 0 <= index < count)


def _may_change(case: CheckCase, index: int) -> tuple[Box, ...]:
    """The boxes of a frame; for the cosine transform also what its units add to them, which is never far away."""
    boxes = tuple(case.boxes_by_frame.get(index, ()))
    if case.source.meta_text(_TRANSFER_SYNTAX) not in COSINE_TRANSFORMS:
        return boxes
    near = [Box(box.left - _UNIT, box.top - _UNIT, box.right + _UNIT, box.bottom + _UNIT) for box in boxes]
    return boxes + tuple(one for one in case.changed_by_frame.get(index, ()) if any(_is_in(one, box) for box in near))


def _shared_chroma(case: CheckCase, index: int) -> tuple[Box, ...]:
    """Where the chroma of a frame may change beside `_may_change`: in pairs that boxes cut, of frames not coded."""
    if (
        case.source.top_text(_PHOTOMETRIC) != "YBR_FULL_422"
        or case.source.meta_text(_TRANSFER_SYNTAX) not in UNCOMPRESSED
    ):
        return ()
    boxes = case.boxes_by_frame.get(index, ())
    return tuple(Box(box.left // 2 * 2, box.top, (box.right + 1) // 2 * 2, box.bottom) for box in boxes)


def _is_in(box: Box, around: Box) -> bool:
    return (
        around.left <= box.left and around.top <= box.top and box.right <= around.right and box.bottom <= around.bottom
    )


def _equal_outside(case: CheckCase, index: int, before: bytes, after: bytes) -> bool:
    """Whether the samples of two compressed frames are equal outside what may change, and of the same type.

    What is left of an irreversible frame depends on its decoder by a rounding: one of them has to agree.
    """
    shared = case.output_frames.decoded(index, after, case.output) if case.boxes_by_frame.get(index) else None
    new = decoded(after, case.output) if shared is None else shared
    readers = (0, 1) if case.source.meta_text(_TRANSFER_SYNTAX) in LOSSY_WAVELETS else (0,)
    for reader in readers:
        old = decoded(before, case.source, reader=reader)
        if (old.shape, old.dtype) != (new.shape, new.dtype):
            return False
        differs = _differ(case, old, new)
        for box in _may_change(case, index):
            differs[max(0, box.top) : box.bottom, max(0, box.left) : box.right] = False
        for box in _shared_chroma(case, index):
            differs[max(0, box.top) : box.bottom, max(0, box.left) : box.right, 1:] = False
        if not differs.any():
            return True
    return False


def _same_bytes(one: memoryview, other: memoryview) -> bool:
    if len(one) != len(other):
        return False
    for at in range(0, len(one), _CHUNK_BYTES):
        if bytes(one[at : at + _CHUNK_BYTES]) != bytes(other[at : at + _CHUNK_BYTES]):
            return False
        for buffer in (one.obj, other.obj):
            if isinstance(buffer, mmap.mmap):
                buffer.madvise(mmap.MADV_DONTNEED)
    return True
