"""Putting rewritten frames back: items of encapsulated pixel data and the tables of their offsets (PS3.5 A.4).

What belongs here: the bytes around a frame, and what tables have to say once frames have another length. What does not:
finding frames (``frames``), rewriting them (one file for each codec), writing files (room ``dicom``).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from deid_pipeline.codecs.frames import joined
from deid_pipeline.codecs.protocol import Buffer
from deid_pipeline.errors import ResidualRiskError
from deid_pipeline.model import PixelLayout

_ITEM = b"\xfe\xff\x00\xe0"
_LONGEST_ITEM = 0xFFFFFFFE


def frame_bytes(buffer: Buffer, layout: PixelLayout, *, start: int, end: int) -> memoryview | bytes:
    """Return the content of a frame that `iter_frames` found at ``buffer[start:end]``.

    For native pixel data a view; for encapsulated ones the content of its items, joined when there are several.
    """
    view = memoryview(buffer)[start:end]
    if not layout.is_encapsulated:
        return view
    length = int.from_bytes(view[4:8], "little")
    return view[8:] if length == len(view) - 8 else joined(_contents(view))


def _contents(view: memoryview) -> Iterator[memoryview]:
    position = 0
    while position < len(view):
        length = int.from_bytes(view[position + 4 : position + 8], "little")
        yield view[position + 8 : position + 8 + length]
        position += 8 + length


def frame_replacement(content: bytes, layout: PixelLayout) -> bytes:
    """Return what takes the place of a frame's range: the content, or one item of even length that holds it.

    A frame that lay in several fragments becomes one, which every reader can tell from its neighbours.

    Raises
    ------
    ResidualRiskError
        The content is too long for an item.
    """
    if not layout.is_encapsulated:
        return content
    length = len(content) + len(content) % 2
    if length > _LONGEST_ITEM:
        raise ResidualRiskError("a rewritten frame is too long for an item")
    return b"".join([_ITEM, struct.pack("<I", length), content, b"\0" * (len(content) % 2)])


@dataclass
class OffsetTables:
    """The offset tables of one encapsulated instance while frames of it are replaced.

    Parameters
    ----------
    starts, ends
        Where the items of each frame lay, bytes into the source; frames follow each other without a gap.
    """

    starts: Sequence[int]
    ends: Sequence[int]
    _lengths: dict[int, int] = field(default_factory=dict)

    def replaced(self, index: int, length: int) -> None:
        """Note how long what takes the place of a frame is, item headers included; ``index`` is 0-based."""
        self._lengths[index] = length

    def basic(self) -> bytes:
        """Return the value of a Basic Offset Table (PS3.5 A.4): 32-bit offsets of the frames' first items.

        Raises
        ------
        ResidualRiskError
            An offset needs more bits.
        """
        offsets = self._offsets()
        if int(offsets[-1]) > _LONGEST_ITEM:
            raise ResidualRiskError("the frames have become too long for their offset table")
        return offsets.astype("<u4").tobytes()

    def extended(self) -> bytes:
        """Return the value of an Extended Offset Table (7FE0,0001): 64-bit offsets of the frames' items."""
        return self._offsets().astype("<u8").tobytes()

    def extended_lengths(self, old: bytes) -> bytes:
        """Return the value of Extended Offset Table Lengths (7FE0,0002), new for frames that were replaced.

        Parameters
        ----------
        old
            The value before; lengths of frames that stay are taken over, whether or not they count padding.
        """
        lengths = np.frombuffer(old, dtype="<u8").copy()
        for index, length in self._lengths.items():
            lengths[index] = length - 8
        return lengths.tobytes()

    def _offsets(self) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
        """Offsets of the frames from the first byte behind the Basic Offset Table's item."""
        lengths = np.asarray(self.ends, dtype=np.int64) - np.asarray(self.starts, dtype=np.int64)
        for index, length in self._lengths.items():
            lengths[index] = length
        return np.concatenate(([0], np.cumsum(lengths)[:-1])).astype(np.uint64)
