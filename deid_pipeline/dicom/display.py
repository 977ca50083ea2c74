"""What a header says about showing its pixels: windows and colour tables.

What belongs here: reading them for whoever wants to see what people see. What does not: rendering (room ``ocr``),
windows of single frames in functional groups, tables that are not linear (VOI LUT Sequence).
"""

from __future__ import annotations

import math
import struct

from deid_pipeline.dicom.file import DicomFile
from deid_pipeline.dicom.values import element_bytes
from deid_pipeline.model import Display

_CENTER, _WIDTH, _INTERCEPT, _SLOPE = 0x00281050, 0x00281051, 0x00281052, 0x00281053
_DESCRIPTOR, _TABLES = 0x00281101, (0x00281201, 0x00281202, 0x00281203)
_MOST_WINDOWS = 2


def display_of(file: DicomFile) -> Display:
    """How a viewer would show the pixels of an open file; what cannot be understood is left out."""
    colours, first = _palette(file)
    return Display(_windows(file), colours, first)


def _windows(file: DicomFile) -> tuple[tuple[float, float], ...]:
    slope, intercept = (_numbers(file, tag)[:1] for tag in (_SLOPE, _INTERCEPT))
    factor, offset = (slope or [1.0])[0], (intercept or [0.0])[0]
    if not factor:
        return ()
    found = []
    for center, width in zip(_numbers(file, _CENTER), _numbers(file, _WIDTH), strict=False):
        ends = ((center - width / 2 - offset) / factor, (center + width / 2 - offset) / factor)
        if width > 0 and all(map(math.isfinite, ends)) and ends not in found:
            found.append(ends)
    return tuple(found[:_MOST_WINDOWS])


def _numbers(file: DicomFile, tag: int) -> list[float]:
    """The values of a DS element, none when one of them is no number."""
    element = file.by_tag.get(tag)
    if element is None or element.items is not None:
        return []
    try:
        return [float(value) for value in element_bytes(file.buffer, element).decode("latin-1").split("\\")]
    except ValueError:
        return []


def _palette(file: DicomFile) -> tuple[tuple[tuple[int, int, int], ...], int]:
    """The colours of plain tables, and the stored value of the first one."""
    descriptor = file.by_tag.get(_DESCRIPTOR)
    tables = [file.by_tag.get(tag) for tag in _TABLES]
    raw = b"" if descriptor is None else element_bytes(file.buffer, descriptor)
    if len(raw) < 6 or any(table is None for table in tables):
        return (), 0
    order = ">" if file.syntax.big_endian else "<"
    count, first, bits = struct.unpack(f"{order}3H", raw[:6])
    red, green, blue = (
        _entries(element_bytes(file.buffer, table), bits=bits, count=count or 1 << 16, order=order)
        for table in tables
        if table is not None
    )
    return tuple(zip(red, green, blue, strict=False)), first


def _entries(raw: bytes, *, bits: int, count: int, order: str) -> tuple[int, ...]:
    """The entries of a table; those of 8 bits lie packed in words, or in a word each in files of old."""
    words = struct.unpack(f"{order}{len(raw) // 2}H", raw[: len(raw) // 2 * 2])
    if bits == 8 and len(raw) < 2 * count:
        return tuple(byte for word in words for byte in (word & 0xFF, word >> 8))[:count]
    return words[:count]
