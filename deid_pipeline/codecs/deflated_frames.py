"""Deflated Image Frame Compression: native frames, each deflated on its own (RFC 1951; PS3.5 A.4.13).

What belongs here: inflating and deflating a frame. What does not: its samples (``native``), data sets that are deflated
as a whole (room ``dicom``).
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from deid_pipeline.codecs.native import NATIVE
from deid_pipeline.codecs.protocol import Buffer, FrameArray
from deid_pipeline.codecs.samples import check_claim, damaged
from deid_pipeline.model import Box, Patch, PixelLayout


@dataclass(frozen=True, slots=True)
class DeflatedFramesCodec:
    """Native little endian frames behind a lossless byte compression."""

    name: str = "deflated_frames"
    transfer_syntax_uids: tuple[str, ...] = ("1.2.840.10008.1.2.8.1",)
    can_redact: bool = True

    def decode_frame(self, frame: Buffer, layout: PixelLayout) -> FrameArray:
        """Decode one frame; see `Codec.decode_frame`."""
        return NATIVE.decode_frame(inflate_frame(frame, layout), layout)

    def redact_frame(
        self,
        frame: Buffer,
        layout: PixelLayout,
        *,
        patches: Sequence[Patch],
        decoded: FrameArray | None = None,  # noqa: ARG002
    ) -> bytes:
        """Return the frame with boxes filled, deflated again; see `Codec.redact_frame`."""
        return deflate_frame(NATIVE.redact_frame(inflate_frame(frame, layout), layout, patches=patches))

    def changed_boxes(self, frame: Buffer, layout: PixelLayout, *, boxes: Sequence[Box]) -> tuple[Box, ...]:
        """Return what the native frame changes."""
        return NATIVE.changed_boxes(frame, layout, boxes=boxes)

    def redacted_interpretation(self, frame: Buffer, layout: PixelLayout) -> str:  # noqa: ARG002
        """Return the photometric interpretation as it is."""
        return layout.photometric_interpretation


def inflate_frame(frame: Buffer, layout: PixelLayout) -> bytes:
    """The native frame; a padding byte behind the stream is ignored.

    Raises
    ------
    SourceDataError
        The stream is damaged, or holds more or less than the header claims.
    """
    check_claim(layout)
    size = (layout.frame_bits + 7) // 8
    inflater = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
    try:
        data = inflater.decompress(frame, size + 1)
    except zlib.error:
        raise damaged("a deflated frame is damaged") from None
    if not inflater.eof or inflater.unused_data not in (b"", b"\0") or len(data) != size:
        raise damaged("a deflated frame is cut off, or of another length than the header claims")
    return data


def deflate_frame(native: bytes) -> bytes:
    """Deflate a native frame."""
    deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return deflater.compress(native) + deflater.flush()


DEFLATED_FRAMES = DeflatedFramesCodec()
