"""Where overlay planes lie."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OverlayLayout:
    """How the bits of one overlay plane (60xx,3000) are laid out (PS3.3 C.9.2, PS3.5 8.1.2).

    Frame after frame and row after row, one bit a pixel, the lowest bit of a byte first, no padding between frames.
    Pixels are the plane's own: where they lie on the image (60xx,0050) does not matter to it. ``value_offset`` and
    ``value_length`` are bytes into the data set as it is read.
    """

    group: int
    value_offset: int
    value_length: int
    rows: int
    columns: int
    number_of_frames: int
    swapped: bool  # OW in big endian: the first pixel is the lowest bit of a word, in its second byte

    @property
    def tag(self) -> int:
        """The tag of the plane's data."""
        return self.group << 16 | 0x3000

    @property
    def name(self) -> str:
        """The group as four hex digits, in lower case: how records name a plane."""
        return f"{self.group:04x}"

    @property
    def frame_bits(self) -> int:
        """Bits of one frame."""
        return self.rows * self.columns
