"""JPEG XL: lossless, lossy, and JPEG streams coded anew (ISO/IEC 18181; PS3.5 8.2.17, transfer syntaxes .110 to .112).

What belongs here: reading such frames, and writing them without further loss. What does not: their headers
(``jpeg_xl_header``), JPEG itself (``jpeg``), filling boxes (``reencoding``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from deid_pipeline.codecs.codestream import Codestream, check_against
from deid_pipeline.codecs.jpeg import JPEG
from deid_pipeline.codecs.jpeg_stream import read_frame
from deid_pipeline.codecs.jpeg_xl_header import jpeg_in, read_jpeg_xl_header
from deid_pipeline.codecs.protocol import Buffer, FrameArray
from deid_pipeline.codecs.reencoding import Reencoding
from deid_pipeline.codecs.samples import damaged, stored_values
from deid_pipeline.errors import ResidualRiskError
from deid_pipeline.model import Box, Patch, PixelLayout

_LOSSLESS, _RECOMPRESSED, _LOSSY = (f"1.2.840.10008.1.2.4.{end}" for end in (110, 111, 112))
_EFFORT = 3  # of 9; higher ones take much longer for hardly shorter streams
_AMBIGUOUS = "YBR"


@dataclass(frozen=True, slots=True)
class JpegXlCodec(Reencoding):
    """JPEG XL of up to 16 bits.

    Frames of .111 become the JPEG stream that they were made of, are rewritten in its coefficients, and coded anew.
    Those of .112 are written without further loss. What a codestream says of its colour space is not taken over: the
    data set says it (0028,2000).
    """

    name: str = "jpeg_xl"
    transfer_syntax_uids: tuple[str, ...] = (_LOSSLESS, _RECOMPRESSED, _LOSSY)

    def read_header(self, frame: Buffer) -> Codestream:
        """Read size, samples and bits."""
        return read_jpeg_xl_header(frame).stream

    def decode_frame(self, frame: Buffer, layout: PixelLayout) -> FrameArray:
        """Decode one frame; see `Codec.decode_frame`. XYB comes as RGB, that transform belongs to the codestream.

        Of a recompressed JPEG the values are those of the JPEG stream; where that is lost, those that viewers show.
        """
        import imagecodecs

        header = self.read_header(frame)
        check_against(header, layout)
        recompressed = layout.transfer_syntax_uid == _RECOMPRESSED
        stream = jpeg_in(frame) if recompressed else None
        if stream is not None:
            return JPEG.decode_frame(stream, layout)
        if layout.transfer_syntax_uid == _LOSSY and layout.photometric_interpretation.startswith(_AMBIGUOUS):
            raise damaged("a lossy JPEG XL frame of this photometric interpretation is not defined")
        try:
            samples = imagecodecs.jpegxl_decode(bytes(frame), numthreads=1)
        except (RuntimeError, ValueError):
            raise damaged("a JPEG XL frame cannot be decoded") from None
        if recompressed:
            samples = _in_luma_and_chroma(samples, layout)
        return stored_values(samples, layout, precision=header.precision)

    def encode_frame(self, samples: FrameArray, layout: PixelLayout, *, like: Buffer) -> bytes:  # noqa: ARG002
        """Encode one frame without loss: bits of a sample as in ``like``."""
        import imagecodecs

        precision = self.read_header(like).precision
        try:
            return bytes(
                imagecodecs.jpegxl_encode(samples, lossless=True, bitspersample=precision, effort=_EFFORT, numthreads=1)
            )
        except (RuntimeError, ValueError):
            raise ResidualRiskError("a JPEG XL frame cannot be encoded") from None

    def redact_frame(
        self,
        frame: Buffer,
        layout: PixelLayout,
        *,
        patches: Sequence[Patch],
        decoded: FrameArray | None = None,
    ) -> bytes:
        """Return the frame with boxes filled; see `Codec.redact_frame`.

        What was made of a JPEG stream can be shown without going through it. Chroma that is as fine as luma may then be
        predicted from it over larger tiles, and differs outside the boxes too: such frames are looked at in this way.

        Raises
        ------
        ResidualRiskError
            The JPEG stream in the frame cannot be rewritten or coded anew, or decoders would show something else
            outside the touched units.
        """
        if layout.transfer_syntax_uid != _RECOMPRESSED:
            return Reencoding.redact_frame(self, frame, layout, patches=patches, decoded=decoded)
        import imagecodecs

        stream = _jpeg_of(frame, layout)
        new = JPEG.redact_frame(stream, layout, patches=patches, decoded=decoded)
        try:
            coded = bytes(imagecodecs.jpegxl_encode_jpeg(new, numthreads=1))
        except (RuntimeError, ValueError):
            raise ResidualRiskError("a rewritten JPEG stream cannot be coded as JPEG XL") from None
        if read_frame(stream).is_chroma_fine:
            changed = JPEG.changed_boxes(stream, layout, boxes=[patch.box for patch in patches])
            _prove(bytes(frame), coded, changed)
        return coded

    def changed_boxes(self, frame: Buffer, layout: PixelLayout, *, boxes: Sequence[Box]) -> tuple[Box, ...]:
        """Return the boxes, for a recompressed JPEG grown to whole units."""
        if layout.transfer_syntax_uid != _RECOMPRESSED:
            return tuple(boxes)
        return JPEG.changed_boxes(_jpeg_of(frame, layout), layout, boxes=boxes)

    def redacted_interpretation(self, frame: Buffer, layout: PixelLayout) -> str:  # noqa: ARG002
        """RGB for XYB, which is never lossless; else as it is."""
        return "RGB" if layout.photometric_interpretation == "XYB" else layout.photometric_interpretation


def _jpeg_of(frame: Buffer, layout: PixelLayout) -> bytes:
    """The JPEG stream that a frame was made of.

    Raises
    ------
    SourceDataError
        The frame is damaged, or contradicts the layout.
    ResidualRiskError
        It holds no such stream any more, and nothing else can be rewritten without loss under its syntax.
    """
    check_against(read_jpeg_xl_header(frame).stream, layout)
    stream = jpeg_in(frame)
    if stream is None:
        raise ResidualRiskError("a frame of this transfer syntax gives no JPEG stream, in which it could be rewritten")
    return stream


def _prove(before: bytes, after: bytes, changed: Sequence[Box]) -> None:
    """Compare two frames as viewers show them that know nothing of the JPEG stream inside."""
    import imagecodecs

    differs = imagecodecs.jpegxl_decode(before, numthreads=1) != imagecodecs.jpegxl_decode(after, numthreads=1)
    for box in changed:
        differs[max(0, box.top) : box.bottom, max(0, box.left) : box.right] = False
    if differs.any():
        raise ResidualRiskError("a rewritten JPEG XL frame would look different outside the touched units")


def _in_luma_and_chroma(samples: FrameArray, layout: PixelLayout) -> FrameArray:
    """RGB as the header's photometric interpretation has it (T.871 clause 7), rounded."""
    if not layout.photometric_interpretation.startswith(_AMBIGUOUS) or samples.ndim != 3:
        return samples
    red, green, blue = np.moveaxis(samples.astype(np.float64), -1, 0)
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    components = (luma, 128 + (blue - luma) / 1.772, 128 + (red - luma) / 1.402)
    rounded: FrameArray = np.rint(np.stack(components, axis=-1)).clip(0, 255).astype(np.uint8)
    return rounded


JPEG_XL = JpegXlCodec()
