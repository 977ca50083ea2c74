"""JPEG baseline, extended and lossless (ITU-T T.81; PS3.5 8.2.1).

What belongs here: choosing how a stream is read and rewritten. What does not: rewriting coefficients
(``jpeg_redaction``), encoding without loss (``jpeg_lossless``), JPEG-LS and JPEG 2000.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from deid_pipeline.codecs.codestream import Codestream, check_against, read_jpeg_header
from deid_pipeline.codecs.jpeg_lossless import encode_lossless
from deid_pipeline.codecs.jpeg_redaction import mcu_boxes, redact_jpeg
from deid_pipeline.codecs.jpeg_stream import read_frame
from deid_pipeline.codecs.protocol import Buffer, FrameArray
from deid_pipeline.codecs.reencoding import Reencoding, stream_samples
from deid_pipeline.codecs.samples import MAX_DECODED_BYTES, damaged, inside_frame, patches_inside, stored_values
from deid_pipeline.errors import ResidualRiskError
from deid_pipeline.model import Box, Patch, PixelLayout

_PROGRESSIVE, _LOSSLESS = 0xC2, 0xC3
# Baseline, extended, these two, and arithmetic codes in sequence or progressive; none of them hierarchical.
_PROCESSES = frozenset({0xC0, 0xC1, _PROGRESSIVE, _LOSSLESS, 0xC9, 0xCA})
# With Huffman codes a pixel of process 14 takes a bit; a block of 64 takes two, for its first coefficient and its end,
# a progressive one the first of these.
_MOST_PIXELS_A_BYTE = {0xC0: 256, 0xC1: 256, _PROGRESSIVE: 512, _LOSSLESS: 8}
_END_OF_IMAGE = b"\xff\xd9"  # libjpeg makes up what is missing without it
_END_SEARCH = 64  # bytes of padding that may follow, and any number of zeros


@dataclass(frozen=True, slots=True)
class JpegCodec(Reencoding):
    """Processes 1, 2 and 4 (rewritten in their coefficients) and 14 (written without loss) of JPEG, 8 to 16 bits."""

    name: str = "jpeg"
    transfer_syntax_uids: tuple[str, ...] = (
        "1.2.840.10008.1.2.4.50",
        "1.2.840.10008.1.2.4.51",
        "1.2.840.10008.1.2.4.57",
        "1.2.840.10008.1.2.4.70",
    )

    def read_header(self, frame: Buffer) -> Codestream:
        """Read the frame header."""
        return read_jpeg_header(frame)

    def decode_frame(self, frame: Buffer, layout: PixelLayout) -> FrameArray:
        """Decode one frame; see `Codec.decode_frame`.

        Components come out as they are in the stream, since the header's photometric interpretation names them. Only
        where an Adobe segment says YCbCr and the header says RGB are they converted.
        """
        import imagecodecs

        header = read_jpeg_header(frame)
        if header.process not in _PROCESSES:
            raise damaged("this JPEG process is not supported")
        check_against(header, layout)
        data = bytes(frame)
        if header.rows * header.columns > _MOST_PIXELS_A_BYTE.get(header.process, MAX_DECODED_BYTES) * len(data):
            raise damaged("a JPEG stream claims more pixels than its data can hold")
        if _END_OF_IMAGE not in data.rstrip(b"\0")[-_END_SEARCH:]:
            raise damaged("a JPEG frame is cut off")
        stored, wanted = _colour_spaces(header, layout)
        try:
            samples = imagecodecs.jpeg8_decode(data, colorspace=stored, outcolorspace=wanted)
        except (RuntimeError, ValueError):
            raise damaged("a JPEG frame cannot be decoded") from None
        return stored_values(samples, layout, precision=header.precision)

    def encode_frame(self, samples: FrameArray, layout: PixelLayout, *, like: Buffer) -> bytes:
        """Encode one frame of process 14; see `encode_lossless`.

        Raises
        ------
        ResidualRiskError
            Another process, or samples that are no components of the stream.
        """
        header = read_jpeg_header(like)
        if header.process != _LOSSLESS or _is_converted(header, layout):
            raise ResidualRiskError("a JPEG frame of this process or colour space cannot be encoded without loss")
        return encode_lossless(samples, like=like)

    def redact_frame(
        self,
        frame: Buffer,
        layout: PixelLayout,
        *,
        patches: Sequence[Patch],
        decoded: FrameArray | None = None,
    ) -> bytes:
        """Return the frame with boxes filled; see `Codec.redact_frame`.

        Frames of the cosine transform keep all coefficients outside the touched units. Their data are walked up to the
        last box; damage behind it stays as it is.

        Raises
        ------
        ResidualRiskError
            The process is progressive, arithmetic or hierarchical, or the tables have no room for the fill.
        SourceDataError
            The frame is damaged or contradicts the layout.
        """
        header = read_jpeg_header(frame)
        if header.process == _LOSSLESS:
            return Reencoding.redact_frame(self, frame, layout, patches=patches, decoded=decoded)
        check_against(header, layout)
        ring = read_frame(frame).ring
        inside = [_in_stream(patch, ring, header, layout) for patch in patches_inside(patches, layout)]
        return redact_jpeg(frame, patches=inside, to_end=False)

    def changed_boxes(self, frame: Buffer, layout: PixelLayout, *, boxes: Sequence[Box]) -> tuple[Box, ...]:
        """Return the boxes grown to whole units; see `Codec.changed_boxes`."""
        if read_jpeg_header(frame).process == _LOSSLESS:
            return Reencoding.changed_boxes(self, frame, layout, boxes=boxes)
        inside = filter(None, (inside_frame(box, layout) for box in boxes))
        ring = read_frame(frame).ring
        return mcu_boxes(frame, [_with_ring(box, ring) for box in inside])


def _is_converted(header: Codestream, layout: PixelLayout) -> bool:
    """Whether decoding turns YCbCr into RGB."""
    return header.components == 3 and layout.photometric_interpretation == "RGB" and header.adobe_transform == 1


def _colour_spaces(header: Codestream, layout: PixelLayout) -> tuple[str | None, str | None]:
    """Colour space of the stream and the one wanted, as libjpeg names them; None leaves the choice to it."""
    if header.components != 3:
        return None, None
    if _is_converted(header, layout):
        return "YCBCR", "RGB"
    return "RGB", "RGB"  # equal spaces: no conversion, whatever the components are


def _in_stream(patch: Patch, ring: tuple[int, int], header: Codestream, layout: PixelLayout) -> Patch:
    """The patch grown by a ring of its edge, in values of the stream's components (T.871 clause 7 for YCbCr).

    Raises
    ------
    ResidualRiskError
        A value does not fit the stream.
    """
    box, values = _with_ring(patch.box, ring), patch.values
    if not patch.is_plain:
        beside, below = ring
        values = np.pad(values, ((below, below), (beside, beside), (0, 0)), mode="edge")
    if not _is_converted(header, layout):
        return Patch(box, stream_samples(values.astype("i8" if layout.pixel_representation else "u8"), header))
    red, green, blue = np.moveaxis(values.astype(np.float64), -1, 0)
    centre, top = 1 << (header.precision - 1), (1 << header.precision) - 1
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    components = (luma, centre + (blue - luma) / 1.772, centre + (red - luma) / 1.402)
    return Patch(box, np.rint(np.stack(components, axis=-1)).clip(0, top).astype(np.int64))


def _with_ring(box: Box, ring: tuple[int, int]) -> Box:
    """Grow a box by what decoders smooth across the edge of a unit, so that the box itself comes out plain."""
    beside, below = ring
    return Box(box.left - beside, box.top - below, box.right + beside, box.bottom + below)


JPEG = JpegCodec()
