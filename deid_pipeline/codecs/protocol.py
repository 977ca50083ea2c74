"""What every codec of this room offers: read a frame as an array, and fill boxes of a frame.

What belongs here: the interface and its types. What does not: members of the room (one file each), the walk from an
instance to its frames (``frames``), the choice of boxes and fill values (room ``redaction``).
"""

from __future__ import annotations

import mmap
from collections.abc import Sequence
from typing import Any, Protocol, TypeAlias

import numpy.typing as npt

from deid_pipeline.model import Box, Patch, PixelLayout

Buffer: TypeAlias = bytes | bytearray | memoryview | mmap.mmap
"""Bytes that can be sliced without reading all of them."""

FrameArray: TypeAlias = npt.NDArray[Any]
"""A decoded frame, ``(rows, columns)`` or ``(rows, columns, samples)``."""


class Codec(Protocol):
    """One way of laying out the samples of a frame, for one or more transfer syntaxes (PS3.5 section 8, annex A)."""

    @property
    def name(self) -> str:
        """Short, stable, lower case."""
        ...

    @property
    def transfer_syntax_uids(self) -> tuple[str, ...]:
        """The syntaxes whose frames it reads."""
        ...

    @property
    def can_redact(self) -> bool:
        """Whether `redact_frame` can work at all; even then it may refuse a layout."""
        ...

    def decode_frame(self, frame: Buffer, layout: PixelLayout) -> FrameArray:
        """Decode one frame to its stored values.

        Parameters
        ----------
        frame
            The bytes of one frame, as `deid_pipeline.codecs.iter_frames` yields them.
        layout
            The layout of the instance.

        Returns
        -------
        numpy.ndarray
            New array, native byte order, ``(rows, columns)`` or ``(rows, columns, samples)``; dtype by bits allocated
            and pixel representation. Bits outside Bits Stored are masked, signed values sign-extended. Colour stays in
            the layout's photometric interpretation, 4:2:2 chroma repeated for each pixel; YBR_RCT and YBR_ICT come as
            RGB, since that transform belongs to the codestream.

        Raises
        ------
        SourceDataError
            The frame is damaged, contradicts the layout, or would decode to more bytes than may be allocated.
        """
        ...

    def redact_frame(
        self,
        frame: Buffer,
        layout: PixelLayout,
        *,
        patches: Sequence[Patch],
        decoded: FrameArray | None = None,
    ) -> bytes:
        """Return the same frame with ``patches`` written into it and everything else untouched.

        Parameters
        ----------
        frame
            The bytes of one frame.
        layout
            The layout of the instance.
        patches
            Boxes and their new stored values (room ``redaction``); parts outside the frame are ignored, of overlapping
            ones the later counts. A frame that is rewritten in its coefficients may show a value beside that of a
            plain patch, the same for all its pixels.
        decoded
            What `decode_frame` gave for this frame, where the caller has it already; not changed.

        Returns
        -------
        bytes
            The rewritten frame. Every sample outside `changed_boxes` decodes to the value it had, those inside the
            boxes to what the patches hold. Nothing is decoded to prove that: whoever gives the frame out has the
            checks `pixels_retained` and `pixels_hidden` compare it with its source first.

        Raises
        ------
        ResidualRiskError
            The frame cannot be rewritten without touching anything else.
        SourceDataError
            The frame is damaged or contradicts the layout.
        """
        ...

    def changed_boxes(self, frame: Buffer, layout: PixelLayout, *, boxes: Sequence[Box]) -> tuple[Box, ...]:
        """Say which pixels `redact_frame` may change: the boxes, or what the coding cannot part from them.

        Parameters
        ----------
        frame
            The bytes of the frame before redaction; at most its header is read.
        layout
            The layout of the instance.
        boxes
            Half-open pixel rectangles.

        Raises
        ------
        ResidualRiskError
            The frame cannot be rewritten.
        SourceDataError
            The frame's header is damaged.
        """
        ...

    def redacted_interpretation(self, frame: Buffer, layout: PixelLayout) -> str:
        """Name the photometric interpretation that the instance has once this frame is rewritten.

        It is the layout's, but for an irreversible colour transform that is written reversibly: then YBR_RCT, and all
        frames of the instance have to be rewritten (`redact_frame` with no patches), since one value names them all.
        """
        ...
