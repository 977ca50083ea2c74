"""Which bytes of a file a rewritten frame takes the place of.

What belongs here: one answer for frames of whole bytes, items of encapsulated pixel data, and 1-bit frames that share
bytes with their neighbours. What does not: finding frames (``frames``), items and tables (``encapsulation``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from deid_pipeline.codecs.bits import cut_bits, put_bits
from deid_pipeline.codecs.encapsulation import frame_bytes, frame_replacement
from deid_pipeline.codecs.protocol import Buffer
from deid_pipeline.model import PixelLayout


@dataclass
class FramePlaces:
    """The places of the frames of one instance that are rewritten.

    Parameters
    ----------
    layout
        The layout of the instance.
    starts, ends
        Where all its frames lie, bytes into the file, as `deid_pipeline.codecs.iter_frames` finds them.
    rewritten
        The 0-based indices of frames that are rewritten, ascending; `replacement` has to be asked in this order.
    """

    layout: PixelLayout
    starts: Sequence[int]
    ends: Sequence[int]
    rewritten: Sequence[int]
    _next: dict[int, int] = field(init=False)
    _carried: dict[int, bytes] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        pairs = zip(self.rewritten, self.rewritten[1:], strict=False)
        shares = self.layout.frames_share_bytes
        self._next = {one: other for one, other in pairs if shares and self.starts[other] < self.ends[one]}

    def span(self, index: int) -> tuple[int, int]:
        """The half-open byte range that a frame's replacement takes; spans do not overlap."""
        return self.starts[index], self._end(index)

    def content(self, buffer: Buffer, index: int) -> memoryview | bytes:
        """The content of a frame, from a byte boundary on."""
        start, end = self.starts[index], self.ends[index]
        if not self.layout.frames_share_bytes:
            return frame_bytes(buffer, self.layout, start=start, end=end)
        return cut_bits(memoryview(buffer)[start:end], skip=self._skip(index), count=self.layout.frame_bits)

    def replacement(self, buffer: Buffer, index: int, new: bytes) -> bytes:
        """The bytes that take a frame's span: its new content, and what else lies in its bytes.

        Raises
        ------
        ResidualRiskError
            The content is too long for an item.
        """
        if not self.layout.frames_share_bytes:
            return frame_replacement(new, self.layout)
        carried = self._carried.pop(index, b"")
        old = carried + bytes(buffer[self.starts[index] + len(carried) : self.ends[index]])
        whole = put_bits(old, new, skip=self._skip(index), count=self.layout.frame_bits)
        cut = self._end(index) - self.starts[index]
        if index in self._next:
            self._carried[self._next[index]] = whole[cut:]
        return whole[:cut]

    def _end(self, index: int) -> int:
        return self.starts[self._next[index]] if index in self._next else self.ends[index]

    def _skip(self, index: int) -> int:
        return index * self.layout.frame_bits % 8
