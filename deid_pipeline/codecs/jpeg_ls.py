"""JPEG-LS, lossless and near-lossless (ITU-T T.87; PS3.5 8.2.3).

What belongs here: reading such frames, and writing them without loss. What does not: other members of the JPEG family,
filling boxes (``reencoding``).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from deid_pipeline.codecs.codestream import Codestream, check_against, read_jpeg_header, read_scan_header
from deid_pipeline.codecs.jpeg_side_data import in_jpeg_ls
from deid_pipeline.codecs.protocol import Buffer, FrameArray
from deid_pipeline.codecs.reencoding import Reencoding
from deid_pipeline.codecs.samples import damaged, stored_values
from deid_pipeline.errors import ResidualRiskError
from deid_pipeline.model import PixelLayout

_PROCESS = 0xF7


@dataclass(frozen=True, slots=True)
class JpegLsCodec(Reencoding):
    """JPEG-LS frames of up to 16 bits; written with NEAR = 0, which .81 allows (PS3.5 A.4.3)."""

    name: str = "jpeg_ls"
    transfer_syntax_uids: tuple[str, ...] = ("1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81")

    def read_header(self, frame: Buffer) -> Codestream:
        """Read the frame header."""
        return read_jpeg_header(frame)

    def decode_frame(self, frame: Buffer, layout: PixelLayout) -> FrameArray:
        """Decode one frame; see `Codec.decode_frame`."""
        import imagecodecs

        header = read_jpeg_header(frame)
        if header.process != _PROCESS:
            raise damaged("a frame is not a JPEG-LS stream")
        check_against(header, layout)
        data = bytes(frame)
        deque(in_jpeg_ls(data), maxlen=0)  # CharLS does not come back from data without an end
        try:
            samples = imagecodecs.jpegls_decode(data)
        except (RuntimeError, ValueError):
            raise damaged("a JPEG-LS frame cannot be decoded") from None
        return stored_values(samples, layout, precision=header.precision)

    def encode_frame(self, samples: FrameArray, layout: PixelLayout, *, like: Buffer) -> bytes:
        """Encode one frame without loss: bits of a sample and interleaving as in ``like``."""
        from jpeg_ls import encode_buffer

        scan = read_scan_header(like)
        interleave = scan[-2] if layout.samples_per_pixel > 1 else 0  # ILV, T.87 C.2.3
        if interleave == 0 and samples.ndim == 3:
            samples = np.moveaxis(samples, -1, 0)
        try:
            return bytes(
                encode_buffer(
                    np.ascontiguousarray(samples).astype(samples.dtype.newbyteorder("<")).tobytes(),
                    layout.rows,
                    layout.columns,
                    layout.samples_per_pixel,
                    read_jpeg_header(like).precision,
                    0,
                    interleave,
                )
            )
        except (RuntimeError, ValueError):
            raise ResidualRiskError("a JPEG-LS frame cannot be encoded") from None


JPEG_LS = JpegLsCodec()
