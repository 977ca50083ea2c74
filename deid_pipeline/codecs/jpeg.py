"""JPEG baseline, extended and lossless (ITU-T T.81; PS3.5 8.2.1), decoded only.

What belongs here: choosing how libjpeg-turbo reads a stream. What does not: JPEG-LS and JPEG 2000.
"""

from __future__ import annotations

from dataclasses import dataclass

from deid_pipeline.codecs.codestream import Codestream, check_against, read_jpeg_header
from deid_pipeline.codecs.decode_only import DecodeOnly
from deid_pipeline.codecs.protocol import Buffer, FrameArray
from deid_pipeline.codecs.samples import damaged, stored_values
from deid_pipeline.model import PixelLayout

_PROCESSES = frozenset({0xC0, 0xC1, 0xC2, 0xC3})  # Huffman: baseline, extended, progressive, lossless
_END_OF_IMAGE = b"\xff\xd9"  # libjpeg makes up what is missing without it
_END_SEARCH = 64  # bytes of padding that may follow


@dataclass(frozen=True, slots=True)
class JpegCodec(DecodeOnly):
    """Processes 1, 2 and 4 and 14 of JPEG, 8 to 16 bits."""

    name: str = "jpeg"
    transfer_syntax_uids: tuple[str, ...] = (
        "1.2.840.10008.1.2.4.50",
        "1.2.840.10008.1.2.4.51",
        "1.2.840.10008.1.2.4.57",
        "1.2.840.10008.1.2.4.70",
    )

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
        if _END_OF_IMAGE not in data[-_END_SEARCH:]:
            raise damaged("a JPEG frame is cut off")
        stored, wanted = _colour_spaces(header, layout)
        try:
            samples = imagecodecs.jpeg8_decode(data, colorspace=stored, outcolorspace=wanted)
        except (RuntimeError, ValueError):
            raise damaged("a JPEG frame cannot be decoded") from None
        return stored_values(samples, layout, precision=header.precision)


def _colour_spaces(header: Codestream, layout: PixelLayout) -> tuple[str | None, str | None]:
    """Colour space of the stream and the one wanted, as libjpeg names them; None leaves the choice to it."""
    if header.components != 3:
        return None, None
    if layout.photometric_interpretation == "RGB" and header.adobe_transform == 1:
        return "YCBCR", "RGB"
    return "RGB", "RGB"  # equal spaces: no conversion, whatever the components are


JPEG = JpegCodec()
