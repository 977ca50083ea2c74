"""Where pixels lie and which of them are to be hidden."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy.typing as npt


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


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """A box and what is written there; where patches of a frame overlap, the later one counts.

    ``values`` are stored values as `deid_pipeline.codecs.Codec.decode_frame` gives them: ``(1, 1, samples)`` for a box
    of one colour, ``(bottom - top, right - left, samples)`` for one value a pixel. They are not changed.
    """

    box: Box
    values: npt.NDArray[Any]

    @property
    def is_plain(self) -> bool:
        """Whether all pixels get one colour."""
        return self.values.shape[:2] == (1, 1)

    def inside(self, *, rows: int, columns: int) -> Patch | None:
        """The part that lies in a frame of ``rows`` by ``columns`` pixels, None when nothing does."""
        box = self.box
        cut = Box(max(0, box.left), max(0, box.top), min(columns, box.right), min(rows, box.bottom))
        if cut.left >= cut.right or cut.top >= cut.bottom:
            return None
        if cut == box or self.is_plain:
            return Patch(cut, self.values)
        below, beside = slice(cut.top - box.top, cut.bottom - box.top), slice(cut.left - box.left, cut.right - box.left)
        return Patch(cut, self.values[below, beside])


def one_colour(boxes: Iterable[Box], pixel: Sequence[float]) -> tuple[Patch, ...]:
    """Patches of one colour, given as a stored value for each sample of a pixel."""
    import numpy as np

    values = np.array(pixel).reshape(1, 1, -1)
    return tuple(Patch(box, values) for box in boxes)


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
