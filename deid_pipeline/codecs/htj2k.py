"""High-Throughput JPEG 2000 (ITU-T T.814; PS3.5 10.18), decoded only.

What belongs here: reading such frames. What does not: JPEG 2000 part 1 (``jpeg_2000``).
"""

from __future__ import annotations

from dataclasses import dataclass

from deid_pipeline.codecs.codestream import check_against, read_jpeg_2000_header
from deid_pipeline.codecs.decode_only import DecodeOnly
from deid_pipeline.codecs.protocol import Buffer, FrameArray
from deid_pipeline.codecs.samples import damaged, stored_values
from deid_pipeline.model import PixelLayout


@dataclass(frozen=True, slots=True)
class Htj2kCodec(DecodeOnly):
    """HTJ2K codestreams, bare or inside JP2 boxes."""

    name: str = "htj2k"
    transfer_syntax_uids: tuple[str, ...] = (
        "1.2.840.10008.1.2.4.201",
        "1.2.840.10008.1.2.4.202",
        "1.2.840.10008.1.2.4.203",
    )

    def decode_frame(self, frame: Buffer, layout: PixelLayout) -> FrameArray:
        """Decode one frame; see `Codec.decode_frame`."""
        import imagecodecs

        header = read_jpeg_2000_header(frame)
        check_against(header, layout)
        try:
            samples = imagecodecs.htj2k_decode(bytes(frame))
        except (RuntimeError, ValueError):
            raise damaged("an HTJ2K frame cannot be decoded") from None
        return stored_values(samples, layout, precision=header.precision)


HTJ2K = Htj2kCodec()
