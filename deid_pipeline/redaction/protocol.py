"""What a fill of this room is: it chooses the stored values that take the place of what a box shows.

What belongs here: the protocol and its types. What does not: members (one file each), writing values (room ``codecs``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    import numpy.typing as npt

    from deid_pipeline.model import Box, Patch, PixelLayout

Samples: TypeAlias = "npt.NDArray[Any]"
"""A decoded frame, ``(rows, columns)`` or ``(rows, columns, samples)``, stored values."""

Groups: TypeAlias = "Sequence[Sequence[Box]]"
"""All boxes of a frame; those of one group overlap, or share units that a codec cannot part, and look alike."""


@dataclass(frozen=True, slots=True)
class Lettering:
    """A text without PHI to be drawn inside a box; the box itself is covered by the boxes of a group."""

    box: Box
    text: str


class Fill(Protocol):
    """A member of the room: one file, one line in ``FILLS``."""

    @property
    def name(self) -> str:
        """Short, stable, lower case; what the strategy's key ``fill`` says."""
        ...

    @property
    def summary(self) -> str:
        """One line for the generated tables."""
        ...

    @property
    def is_plain(self) -> bool:
        """Whether every box becomes one colour."""
        ...

    @property
    def hides_all(self) -> bool:
        """Whether nothing that a box showed can be inferred; else outputs do not claim Clean Pixel Data (113101)."""
        ...

    def patches(
        self, frame: Samples, layout: PixelLayout, *, groups: Groups, letterings: Sequence[Lettering] = ()
    ) -> tuple[Patch, ...]:
        """Choose what is written into the boxes of one frame.

        Parameters
        ----------
        frame
            The frame before redaction, as `deid_pipeline.codecs.Codec.decode_frame` gives it; not changed.
        layout
            The layout of the instance.
        groups
            Half-open boxes inside the frame, none of them empty.
        letterings
            Texts that a fill may draw; only ``surrogate`` does.

        Returns
        -------
        tuple of Patch
            They cover every box and nothing else, in the order in which they are written; their values are stored
            values of the layout. The same for the same arguments.

        Raises
        ------
        ResidualRiskError
            What to write is unknown, say black of a palette that cannot be read.
        SourceDataError
            The frame has no pixels.
        """
        ...
