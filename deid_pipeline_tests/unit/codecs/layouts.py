"""Layouts and encapsulated streams that tests of the pixel rooms are built from."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

from deid_pipeline.model import PixelLayout

EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"
BIG_ENDIAN = "1.2.840.10008.1.2.2"
RLE = "1.2.840.10008.1.2.5"
JPEG_BASELINE = "1.2.840.10008.1.2.4.50"
JPEG_LOSSLESS = "1.2.840.10008.1.2.4.70"
JPEG_LS = "1.2.840.10008.1.2.4.80"
JPEG_2000 = "1.2.840.10008.1.2.4.90"
HTJ2K = "1.2.840.10008.1.2.4.201"


def make_layout(**changes: Any) -> PixelLayout:
    """Make a layout: 16-bit unsigned MONOCHROME2, 4 rows, 6 columns, native; the rest as ``changes`` say."""
    bits = changes.get("bits_allocated", 16)
    stored = changes.get("bits_stored", bits)
    values: dict[str, Any] = {
        "transfer_syntax_uid": EXPLICIT_LITTLE,
        "keyword": "PixelData",
        "value_offset": 0,
        "value_length": 0,
        "rows": 4,
        "columns": 6,
        "number_of_frames": 1,
        "samples_per_pixel": 1,
        "photometric_interpretation": "MONOCHROME2",
        "planar_configuration": 0,
        "bits_allocated": bits,
        "bits_stored": stored,
        "high_bit": stored - 1,
        "pixel_representation": 0,
    }
    return PixelLayout(**(values | changes))


def item(content: bytes) -> bytes:
    """Wrap content into an item of encapsulated pixel data."""
    return b"\xfe\xff\x00\xe0" + struct.pack("<I", len(content)) + content


def encapsulate(fragments: Sequence[bytes], *, table: Sequence[int] = ()) -> bytes:
    """Make encapsulated pixel data: basic offset table, fragments, delimiter."""
    offsets = struct.pack(f"<{len(table)}I", *table)
    return item(offsets) + b"".join(map(item, fragments)) + b"\xfe\xff\xdd\xe0\0\0\0\0"
