"""Codecs: frames of pixel data, read as arrays and rewritten without touching what lies outside the boxes.

What belongs here: one file for each way of coding samples, and the walk from pixel data to frames. What does not: the
data set around the pixels (room ``dicom``), the choice of boxes and fill values (room ``redaction``).
"""

from deid_pipeline.codecs.decompressed import decompressed_layout
from deid_pipeline.codecs.deflated_frames import DEFLATED_FRAMES
from deid_pipeline.codecs.encapsulation import OffsetTables, frame_bytes
from deid_pipeline.codecs.frames import Frame, check_extended_table, forget_pages, iter_frames
from deid_pipeline.codecs.htj2k import HTJ2K
from deid_pipeline.codecs.jpeg import JPEG
from deid_pipeline.codecs.jpeg_2000 import JPEG_2000
from deid_pipeline.codecs.jpeg_ls import JPEG_LS
from deid_pipeline.codecs.jpeg_xl import JPEG_XL
from deid_pipeline.codecs.native import NATIVE
from deid_pipeline.codecs.overlays import overlay_frame, redact_overlay
from deid_pipeline.codecs.places import FramePlaces
from deid_pipeline.codecs.protocol import Buffer, Codec, FrameArray
from deid_pipeline.codecs.rle import RLE
from deid_pipeline.codecs.side_data import has_side_data, telling_ranges
from deid_pipeline.codecs.unread import refusal
from deid_pipeline.codecs.unused_bits import IRREVERSIBLE, clear_unused_bits, has_unused_bits_set, may_have_unused_bits
from deid_pipeline.codecs.video import VIDEO_SYNTAXES, is_video, video_frames
from deid_pipeline.errors import SourceDataError

CODECS: tuple[Codec, ...] = (NATIVE, DEFLATED_FRAMES, RLE, JPEG, JPEG_LS, JPEG_2000, HTJ2K, JPEG_XL)
"""All members of the room; no two of them share a transfer syntax."""


def codec_for(transfer_syntax_uid: str) -> Codec:
    """Find the codec of a transfer syntax.

    Parameters
    ----------
    transfer_syntax_uid
        Value of (0002,0010).

    Returns
    -------
    Codec
        The one member that reads it.

    Raises
    ------
    SourceDataError
        No member does; the message says why.
    """
    for codec in CODECS:
        if transfer_syntax_uid in codec.transfer_syntax_uids:
            return codec
    raise SourceDataError(refusal(transfer_syntax_uid), tag_path="(0002,0010)")


__all__ = [
    "CODECS",
    "IRREVERSIBLE",
    "NATIVE",
    "VIDEO_SYNTAXES",
    "Buffer",
    "Codec",
    "Frame",
    "FrameArray",
    "FramePlaces",
    "OffsetTables",
    "check_extended_table",
    "clear_unused_bits",
    "codec_for",
    "decompressed_layout",
    "forget_pages",
    "frame_bytes",
    "has_side_data",
    "has_unused_bits_set",
    "is_video",
    "iter_frames",
    "may_have_unused_bits",
    "overlay_frame",
    "redact_overlay",
    "telling_ranges",
    "video_frames",
]
