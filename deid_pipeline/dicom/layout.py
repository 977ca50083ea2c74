"""How the pixels of an instance lie in its file.

What belongs here: reading the Image Pixel module (PS3.3 C.7.6.3). What does not: decoding pixels (``codecs``).
"""

from __future__ import annotations

import struct

from deid_pipeline.dicom.file import DicomFile
from deid_pipeline.dicom.structure import PIXEL_DATA
from deid_pipeline.dicom.values import element_bytes, first_number
from deid_pipeline.errors import SourceDataError
from deid_pipeline.model import PixelLayout

_KEYWORDS = {PIXEL_DATA: "PixelData", 0x7FE00008: "FloatPixelData", 0x7FE00009: "DoubleFloatPixelData"}
_OVERLAY_BIT_POSITION = 0x0102


def pixel_layout(file: DicomFile) -> PixelLayout | None:
    """The pixel layout of an open file, None when it has no pixel data.

    Raises
    ------
    SourceDataError
        Rows, Columns or another attribute that the layout needs is missing or senseless.
    """
    buffer, by_tag, big_endian = file.buffer, file.by_tag, file.syntax.big_endian
    element = next((by_tag[tag] for tag in _KEYWORDS if tag in by_tag), None)
    if element is None:
        return None

    def number(tag: int, default: int = 0) -> int:
        found = by_tag.get(tag)
        return first_number(buffer, found, big_endian=big_endian, default=default) if found else default

    allocated = number(0x00280100, 8 * {0x7FE00008: 4, 0x7FE00009: 8}.get(element.tag, 0))
    stored = number(0x00280101, allocated)
    layout = PixelLayout(
        transfer_syntax_uid=file.transfer_syntax_uid,
        keyword=_KEYWORDS[element.tag],
        value_offset=element.value,
        value_length=element.end - element.value if element.defined else None,
        rows=number(0x00280010),
        columns=number(0x00280011),
        number_of_frames=number(0x00280008, 1) or 1,
        samples_per_pixel=number(0x00280002, 1),
        photometric_interpretation=file.text(0x00280004) or "MONOCHROME2",
        planar_configuration=number(0x00280006),
        bits_allocated=allocated,
        bits_stored=stored,
        high_bit=number(0x00280102, stored - 1),
        pixel_representation=number(0x00280103),
        big_endian=big_endian,
        darkest_palette_index=_darkest_index(file),
    )
    if min(layout.rows, layout.columns, layout.samples_per_pixel, allocated, layout.number_of_frames) < 1:
        raise SourceDataError("the Image Pixel module is incomplete", tag_path="(0028,0010)")
    return layout


def overlay_bit_positions(file: DicomFile) -> tuple[int, ...]:
    """The bits of the pixel data's cells, not 0, in which 60xx groups say that overlays lie (retired, PS3.5 8.1.2)."""
    numbers = (
        first_number(file.buffer, element, big_endian=file.syntax.big_endian)
        for element in file.elements
        if element.tag >> 24 == 0x60 and element.tag & 0xFFFF == _OVERLAY_BIT_POSITION
    )
    return tuple(sorted({number for number in numbers if number > 0}))


def _darkest_index(file: DicomFile) -> int | None:
    """The stored value that a PALETTE COLOR image shows darkest, None without plain look-up tables."""
    tables = [file.by_tag.get(tag) for tag in (0x00281201, 0x00281202, 0x00281203)]
    descriptor = file.by_tag.get(0x00281101)
    if descriptor is None or any(table is None for table in tables):
        return None
    order = ">" if file.syntax.big_endian else "<"
    raw = element_bytes(file.buffer, descriptor)
    if len(raw) < 6:
        return None
    count, first, bits = struct.unpack(f"{order}3H", raw[:6])
    count = count or 1 << 16  # PS3.3 C.7.6.3.1.5
    channels = [_entries(element_bytes(file.buffer, table), bits, count, order) for table in tables if table]
    entries = min(min(map(len, channels)), count)
    if not entries:
        return None
    return int(first) + min(range(entries), key=lambda index: sum(channel[index] for channel in channels))


def _entries(raw: bytes, bits: int, count: int, order: str) -> tuple[int, ...]:
    """The entries of a look-up table; those of 8 bits lie packed in words, or in a word each in files of old."""
    if bits == 8 and len(raw) < 2 * count:
        swap = order == ">"  # the first entry of a word is its low byte
        return tuple(raw[index ^ swap] for index in range(len(raw) // 2 * 2))
    return struct.unpack(f"{order}{len(raw) // 2}H", raw[: len(raw) // 2 * 2])
