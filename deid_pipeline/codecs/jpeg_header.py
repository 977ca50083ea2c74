"""The frame header of a JPEG stream: its size, components and sampling (ITU-T T.81 B.2.2).

What belongs here: what a sequential frame says about its geometry. What does not: all other segments and the scans
(``jpeg_stream``), headers of codestreams that are only decoded (``codestream``).
"""

from __future__ import annotations

from dataclasses import dataclass

from deid_pipeline.codecs.samples import MAX_DECODED_BYTES, damaged
from deid_pipeline.errors import ResidualRiskError

MOST_COMPONENTS = 4
_MOST_FACTOR = 4


@dataclass(frozen=True, slots=True)
class Component:
    """One component of the frame header: its identifier, sampling factors and quantisation table (T.81 B.2.2)."""

    identifier: int
    horizontal: int
    vertical: int
    quantisation: int


@dataclass(frozen=True, slots=True)
class JpegFrame:
    """The frame header; ``rows`` and ``columns`` in pixels, ``precision`` in bits of a sample (8 or 12)."""

    rows: int
    columns: int
    precision: int
    components: tuple[Component, ...]

    @property
    def widest(self) -> int:
        """Largest horizontal sampling factor."""
        return max(component.horizontal for component in self.components)

    @property
    def highest(self) -> int:
        """Largest vertical sampling factor."""
        return max(component.vertical for component in self.components)

    @property
    def unit(self) -> tuple[int, int]:
        """Width and height in pixels of the smallest part that can be rewritten: one interleaved MCU."""
        return (8, 8) if len(self.components) == 1 else (8 * self.widest, 8 * self.highest)

    @property
    def units(self) -> tuple[int, int]:
        """How many of them lie beside and below each other."""
        return -(-self.columns // self.unit[0]), -(-self.rows // self.unit[1])

    def blocks_of(self, index: int) -> tuple[int, int]:
        """Blocks beside and below each other of a component that has a scan of its own (T.81 A.1.1, A.2.2)."""
        component = self.components[index]
        wide = -(-self.columns * component.horizontal // self.widest)
        high = -(-self.rows * component.vertical // self.highest)
        return -(-wide // 8), -(-high // 8)

    @property
    def is_chroma_fine(self) -> bool:
        """Whether there are several components, all as fine as the first."""
        factors = {(component.horizontal, component.vertical) for component in self.components}
        return len(self.components) > 1 and len(factors) == 1

    @property
    def ring(self) -> tuple[int, int]:
        """How far decoders may smooth subsampled components across the edge of a unit, in pixels beside and below."""
        beside = max(-(-self.widest // component.horizontal) for component in self.components)
        below = max(-(-self.highest // component.vertical) for component in self.components)
        return beside // 2, below // 2


def parse_frame(body: bytes, *, extended: bool) -> JpegFrame:
    """Read the parameters of a frame header (T.81 B.2.2)."""
    count = body[5] if len(body) >= 6 else 0
    if not 0 < count <= MOST_COMPONENTS or len(body) != 6 + 3 * count:
        raise damaged("a JPEG stream has a damaged frame header")
    components = tuple(
        Component(body[at], body[at + 1] >> 4, body[at + 1] & 15, body[at + 2]) for at in range(6, len(body), 3)
    )
    frame = JpegFrame(int.from_bytes(body[1:3], "big"), int.from_bytes(body[3:5], "big"), body[0], components)
    factors = [factor for component in components for factor in (component.horizontal, component.vertical)]
    if not all(1 <= factor <= _MOST_FACTOR for factor in factors):
        raise damaged("a JPEG stream has a damaged frame header")
    if len({component.identifier for component in components}) < count:
        raise damaged("two components of a JPEG stream have one identifier")
    if frame.precision not in ((8, 12) if extended else (8,)):
        raise damaged("a JPEG stream has a precision that its process does not allow")
    if frame.rows == 0:
        raise ResidualRiskError(
            "a JPEG stream is of a number of lines that follows its data: it cannot be redacted in place"
        )
    if frame.columns == 0 or frame.rows * frame.columns * count > MAX_DECODED_BYTES:
        raise damaged("a JPEG stream claims no pixels, or more than this version reads")
    return frame
