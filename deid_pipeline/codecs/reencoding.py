"""What codecs share that rewrite a frame by decoding it, filling boxes and encoding it without loss.

What belongs here: stored values to samples of a stream. What does not: bit streams (one file for each codec), frames
that are rewritten without decoding (``native``, ``rle``, ``jpeg``), the proof that nothing else has changed (room
``checks``).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from deid_pipeline.codecs.codestream import Codestream
from deid_pipeline.codecs.protocol import Buffer, FrameArray
from deid_pipeline.codecs.samples import paint
from deid_pipeline.errors import ResidualRiskError, SourceDataError
from deid_pipeline.model import Box, Patch, PixelLayout

MOST_BITS = 16
"""Widest sample that is encoded; no encoder here was proven beyond."""


class Reencoding(ABC):
    """Base of codecs whose frames are decoded, filled and encoded without loss under the same transfer syntax."""

    __slots__ = ()

    can_redact = True

    @abstractmethod
    def decode_frame(self, frame: Buffer, layout: PixelLayout) -> FrameArray:
        """Decode one frame; see `Codec.decode_frame`."""

    @abstractmethod
    def read_header(self, frame: Buffer) -> Codestream:
        """Read what a frame says about its samples."""

    @abstractmethod
    def encode_frame(self, samples: FrameArray, layout: PixelLayout, *, like: Buffer) -> bytes:
        """Encode samples without loss, with the parameters of another frame as far as the encoder has them.

        Parameters
        ----------
        samples
            ``(rows, columns)`` or ``(rows, columns, samples)`` of 8 or 16 bits, inside the range and with the sign of
            the other frame's stream.
        layout
            The layout of the instance.
        like
            A frame of the same instance.
        """

    def redact_frame(
        self,
        frame: Buffer,
        layout: PixelLayout,
        *,
        patches: Sequence[Patch],
        decoded: FrameArray | None = None,
    ) -> bytes:
        """Return the frame with boxes filled, encoded without loss; see `Codec.redact_frame`.

        The new frame's header is compared with the old one's; its samples are not decoded again.
        """
        values = self.decode_frame(frame, layout) if decoded is None else decoded.copy()
        paint(values, patches, layout)
        header = self.read_header(frame)
        new = self.encode_frame(stream_samples(values, header), layout, like=frame)
        try:
            written = self.read_header(new)
        except SourceDataError:
            raise ResidualRiskError("a rewritten frame has no header") from None
        if _kind(written) != _kind(header):
            raise ResidualRiskError("a rewritten frame holds samples of another kind")
        return new

    def changed_boxes(self, frame: Buffer, layout: PixelLayout, *, boxes: Sequence[Box]) -> tuple[Box, ...]:  # noqa: ARG002
        """Return the boxes themselves: nothing around them changes."""
        return tuple(boxes)

    def redacted_interpretation(self, frame: Buffer, layout: PixelLayout) -> str:  # noqa: ARG002
        """Return the photometric interpretation as it is."""
        return layout.photometric_interpretation


def stream_samples(values: FrameArray, header: Codestream) -> FrameArray:
    """Put stored values into the range and sign of a stream's samples.

    Parameters
    ----------
    values
        Stored values as `Codec.decode_frame` gives them.
    header
        The header of the stream they came from, or are for.

    Returns
    -------
    numpy.ndarray
        Array of the same shape, ``values`` itself where it is one of such samples; 8 bits wide up to a precision of 8,
        else 16.

    Raises
    ------
    ResidualRiskError
        More bits than encoders here take, or values that do not fit the stream.
    """
    bits = header.precision
    if bits > MOST_BITS:
        raise ResidualRiskError("samples of more than 16 bits cannot be encoded by this version")
    low = -(1 << (bits - 1)) if values.dtype.kind == "i" else 0
    if int(values.min()) < low or int(values.max()) >= low + (1 << bits):
        raise ResidualRiskError("a value does not fit the samples of the compressed stream")
    cells = values.astype(f"{values.dtype.kind}{1 if bits <= 8 else 2}", copy=False)
    wanted = "i" if header.is_signed else "u"
    if cells.dtype.kind == wanted:
        return cells
    cells = cells.view(f"{wanted}{cells.dtype.itemsize}")
    spare = 8 * cells.dtype.itemsize - bits
    return (cells << spare) >> spare  # drops sign bits, or makes them


def _kind(header: Codestream) -> tuple[int, int, bool]:
    """What a header says about samples besides their number."""
    return header.components, header.precision, header.is_signed
