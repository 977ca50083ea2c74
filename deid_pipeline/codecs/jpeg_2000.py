"""JPEG 2000, reversible and irreversible (ITU-T T.800; PS3.5 8.2.4).

What belongs here: reading such frames, and writing them reversibly. What does not: the high-throughput variant
(``htj2k``), filling boxes (``reencoding``).
"""

from __future__ import annotations

from dataclasses import dataclass

from deid_pipeline.codecs.codestream import (
    Codestream,
    check_against,
    read_coding_style,
    read_jpeg_2000_header,
)
from deid_pipeline.codecs.protocol import Buffer, FrameArray
from deid_pipeline.codecs.reencoding import Reencoding
from deid_pipeline.codecs.samples import damaged, stored_values
from deid_pipeline.errors import ResidualRiskError
from deid_pipeline.model import PixelLayout


@dataclass(frozen=True, slots=True)
class Jpeg2000Codec(Reencoding):
    """JPEG 2000 codestreams, bare or inside JP2 boxes; written bare and reversible, which .91 allows (PS3.5 A.4.4)."""

    name: str = "jpeg_2000"
    transfer_syntax_uids: tuple[str, ...] = ("1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91")

    def read_header(self, frame: Buffer) -> Codestream:
        """Read the SIZ segment."""
        return read_jpeg_2000_header(frame)

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

    def encode_frame(self, samples: FrameArray, layout: PixelLayout, *, like: Buffer) -> bytes:  # noqa: ARG002
        """Encode one frame reversibly: levels, colour transform and bits of a sample as in ``like``."""
        import imagecodecs

        style = read_coding_style(like)
        try:
            return bytes(
                imagecodecs.jpeg2k_encode(
                    samples,
                    level=0,
                    codecformat="j2k",
                    bitspersample=read_jpeg_2000_header(like).precision,
                    resolutions=style.levels + 1,
                    reversible=True,
                    mct=style.mixes_components,
                    numthreads=1,
                )
            )
        except (RuntimeError, ValueError):
            raise ResidualRiskError("a JPEG 2000 frame cannot be encoded") from None

    def redacted_interpretation(self, frame: Buffer, layout: PixelLayout) -> str:
        """Name the colour transform of a rewritten frame; see `Codec.redacted_interpretation`."""
        return reversible_interpretation(frame, layout)


def reversible_interpretation(frame: Buffer, layout: PixelLayout) -> str:
    """YBR_RCT for a frame of YBR_ICT that really was transformed so, else what the layout says (PS3.3 C.7.6.3.1.2)."""
    style = read_coding_style(frame)
    if layout.photometric_interpretation == "YBR_ICT" and style.mixes_components:
        return "YBR_RCT"
    return layout.photometric_interpretation


JPEG_2000 = Jpeg2000Codec()
