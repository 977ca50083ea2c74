"""JPEG 2000, reversible and irreversible (ITU-T T.800; PS3.5 8.2.4), decoded only.

What belongs here: reading such frames. What does not: the high-throughput variant (``htj2k``).
"""

from __future__ import annotations

from dataclasses import dataclass

from deid_pipeline.codecs.codestream import check_against, read_jpeg_2000_header
from deid_pipeline.codecs.decode_only import DecodeOnly
from deid_pipeline.codecs.protocol import Buffer, FrameArray
from deid_pipeline.codecs.samples import damaged, stored_values
from deid_pipeline.model import PixelLayout


@dataclass(frozen=True, slots=True)
class Jpeg2000Codec(DecodeOnly):
    """JPEG 2000 codestreams, bare or inside JP2 boxes."""

    name: str = "jpeg_2000"
    transfer_syntax_uids: tuple[str, ...] = ("1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91")

    def decode_frame(self, frame: Buffer, layout: PixelLayout) -> FrameArray:
        """Decode one frame; see `Codec.decode_frame`."""
        import imagecodecs

        header = read_jpeg_2000_header(frame)
        check_against(header, layout)
        try:
            samples = imagecodecs.jpeg2k_decode(bytes(frame), numthreads=1)
        except (RuntimeError, ValueError):
            raise damaged("a JPEG 2000 frame cannot be decoded") from None
        return stored_values(samples, layout, precision=header.precision)


JPEG_2000 = Jpeg2000Codec()
