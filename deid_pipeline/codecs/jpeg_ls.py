"""JPEG-LS, lossless and near-lossless (ITU-T T.87; PS3.5 8.2.3), decoded only.

What belongs here: reading such frames. What does not: other members of the JPEG family.
"""

from __future__ import annotations

from dataclasses import dataclass

from deid_pipeline.codecs.codestream import check_against, read_jpeg_header
from deid_pipeline.codecs.decode_only import DecodeOnly
from deid_pipeline.codecs.protocol import Buffer, FrameArray
from deid_pipeline.codecs.samples import damaged, stored_values
from deid_pipeline.model import PixelLayout

_PROCESS = 0xF7


@dataclass(frozen=True, slots=True)
class JpegLsCodec(DecodeOnly):
    """JPEG-LS frames of up to 16 bits."""

    name: str = "jpeg_ls"
    transfer_syntax_uids: tuple[str, ...] = ("1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81")

    def decode_frame(self, frame: Buffer, layout: PixelLayout) -> FrameArray:
        """Decode one frame; see `Codec.decode_frame`."""
        import imagecodecs

        header = read_jpeg_header(frame)
        if header.process != _PROCESS:
            raise damaged("a frame is not a JPEG-LS stream")
        check_against(header, layout)
        try:
            samples = imagecodecs.jpegls_decode(bytes(frame))
        except (RuntimeError, ValueError):
            raise damaged("a JPEG-LS frame cannot be decoded") from None
        return stored_values(samples, layout, precision=header.precision)


JPEG_LS = JpegLsCodec()
