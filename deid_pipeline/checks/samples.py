"""Pixel data as samples, read without the codecs that wrote them.

What belongs here: views of native frames, and boxes in them. What does not: judging (the checks), compressed frames
(``decoding``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from deid_pipeline.checks.reading import Part10
from deid_pipeline.errors import SourceDataError
from deid_pipeline.model import Box

if TYPE_CHECKING:
    import numpy.typing as npt

Samples: TypeAlias = "npt.NDArray[Any]"


@dataclass(frozen=True, slots=True)
class NativeFrames:
    """The shape of uncompressed frames (PS3.3 C.7.6.3, PS3.5 8.2)."""

    rows: int
    columns: int
    samples: int  # per pixel
    bits: int  # allocated
    planar: bool
    frames: int
    big_endian: bool
    halved_chroma: bool  # YBR_FULL_422: two luma samples and one pair of chroma samples for two pixels

    @property
    def frame_bits(self) -> int:
        """Bits of one frame; frames of 1-bit samples lie bit by bit behind each other."""
        return self.rows * self.columns * (2 if self.halved_chroma else self.samples) * self.bits

    @property
    def frame_bytes(self) -> int:
        """Bytes of one frame; of 1-bit samples those that hold it when it begins with a byte."""
        return (self.frame_bits + 7) // 8

    @property
    def bytes_of_all(self) -> int:
        """Bytes of all frames."""
        return (self.frame_bits * self.frames + 7) // 8

    def view(self, pixels: memoryview, index: int) -> npt.NDArray[Any]:
        """One frame, not copied unless of 1-bit samples.

        ``(rows, columns, samples)``, for 4:2:2 ``(rows, pairs, 4)``; unsigned cells.
        """
        if self.bits == 1:
            first = index * self.frame_bits
            part = np.frombuffer(pixels[first // 8 : (first + self.frame_bits + 7) // 8], dtype=np.uint8)
            bits = np.unpackbits(part, bitorder="little")[first % 8 :][: self.frame_bits]
            return bits.reshape(self.rows, self.columns, self.samples)
        cell = np.dtype(f"{'>' if self.big_endian else '<'}u{self.bits // 8}")
        offset = index * self.frame_bytes
        raw = np.frombuffer(pixels, dtype=cell, count=self.frame_bytes // cell.itemsize, offset=offset)
        if self.halved_chroma:
            return raw.reshape(self.rows, self.columns // 2, 4)
        if self.planar:
            return np.moveaxis(raw.reshape(self.samples, self.rows, self.columns), 0, -1)
        return raw.reshape(self.rows, self.columns, self.samples)

    def slices(self, box: Box) -> tuple[tuple[slice, slice, slice], ...]:
        """The parts of a view that a box takes.

        For 4:2:2 the chroma of pairs, those that the box cuts as well, and the luma inside: of even and of odd columns.
        """
        rows = slice(max(0, box.top), max(0, min(self.rows, box.bottom)))
        left, right = max(0, box.left), max(0, min(self.columns, box.right))
        if not self.halved_chroma:
            return ((rows, slice(left, right), slice(None)),)
        return (
            (rows, slice(left // 2, (right + 1) // 2), slice(2, 4)),
            (rows, slice((left + 1) // 2, (right + 1) // 2), slice(0, 1)),
            (rows, slice(left // 2, right // 2), slice(1, 2)),
        )


def sample_mask(file: Part10, width: int) -> int:
    """The bits of a cell of ``width`` bits that are its sample: Bits Stored of them up to High Bit (PS3.5 8.1.1)."""
    allocated = file.number(0x00280100)
    stored = file.number(0x00280101, allocated)
    low = file.number(0x00280102, stored - 1) + 1 - stored
    return ((1 << stored) - 1) << max(0, low) & ((1 << width) - 1)


def unsigned(cells: Samples) -> Samples:
    """The same cells as unsigned numbers, in native byte order."""
    plain = cells.astype(cells.dtype.newbyteorder("="), copy=False)
    return plain.view(f"u{plain.dtype.itemsize}")


def native_frames(file: Part10) -> NativeFrames:
    """The shape of a file's native frames.

    Raises
    ------
    SourceDataError
        Cells that are neither 1 bit nor whole bytes, or fewer pixel data than the Image Pixel module says.
    """
    frames = native_shape(file)
    if frames.bytes_of_all > len(file.pixels) or not frames.frame_bytes:
        raise SourceDataError("the header claims more pixels than there are data", tag_path="(7fe0,0010)")
    return frames


def native_shape(file: Part10) -> NativeFrames:
    """The shape that a file's Image Pixel module gives, whatever its pixel data hold.

    Raises
    ------
    SourceDataError
        Cells that are neither 1 bit nor whole bytes.
    """
    frames = NativeFrames(
        rows=file.number(0x00280010),
        columns=file.number(0x00280011),
        samples=file.number(0x00280002, 1),
        bits=file.number(0x00280100),
        planar=file.number(0x00280006) == 1 and file.number(0x00280002, 1) > 1,
        frames=file.number(0x00280008, 1) or 1,
        big_endian=file.big_endian,
        halved_chroma=file.top_text(0x00280004) == "YBR_FULL_422",
    )
    if frames.bits not in (1, 8, 16, 32, 64):
        raise SourceDataError("samples are no whole bytes", tag_path="(0028,0100)")
    return frames
