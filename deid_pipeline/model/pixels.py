"""Where pixels lie and which of them are to be hidden."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Box:
    """A half-open rectangle of pixels: ``left <= x < right``, ``top <= y < bottom``, origin at the upper left."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def area(self) -> int:
        """Number of pixels inside, 0 for an empty box."""
        return max(0, self.right - self.left) * max(0, self.bottom - self.top)


@dataclass(frozen=True, slots=True)
class PixelLayout:
    """How the pixel data element of one instance is laid out (PS3.3 C.7.6.3, PS3.5 section 8).

    ``value_offset`` and ``value_length`` are bytes into the data set as it is read (the inflated data set for a
    deflated syntax); ``value_length`` is None for encapsulated pixel data (undefined length).
    """

    transfer_syntax_uid: str
    keyword: str  # "PixelData", "FloatPixelData" or "DoubleFloatPixelData"
    value_offset: int
    value_length: int | None
    rows: int
    columns: int
    number_of_frames: int
    samples_per_pixel: int
    photometric_interpretation: str
    planar_configuration: int  # 0 for one sample per pixel
    bits_allocated: int
    bits_stored: int
    high_bit: int
    pixel_representation: int  # 0 unsigned, 1 two's complement
    big_endian: bool = False
    darkest_palette_index: int | None = None  # PALETTE COLOR: stored value that a viewer shows darkest; None: unknown

    @property
    def is_encapsulated(self) -> bool:
        """Whether the pixel data are encapsulated (compressed or not) items, PS3.5 A.4."""
        return self.value_length is None

    @property
    def frames_share_bytes(self) -> bool:
        """Whether frames may begin inside a byte that another frame ends in: 1-bit samples (PS3.5 8.1.1)."""
        return not self.is_encapsulated and self.frame_bits % 8 != 0

    @property
    def frame_bits(self) -> int:
        """Bits of one native frame; YBR_FULL_422 stores two luma samples for each pair of chroma samples."""
        samples = 2 if self.photometric_interpretation == "YBR_FULL_422" else self.samples_per_pixel
        return self.rows * self.columns * samples * self.bits_allocated
