"""What a header says about showing its pixels: windows and colour tables.

What belongs here: reading them for whoever wants to see what people see. What does not: rendering (room ``ocr``),
windows of single frames in functional groups, tables that are not linear (VOI LUT Sequence).
"""

from __future__ import annotations

import math

from deid_pipeline.dicom.file import DicomFile
from deid_pipeline.dicom.palettes import palette_colours
from deid_pipeline.dicom.values import element_bytes, first_number
from deid_pipeline.model import Display

_CENTER, _WIDTH, _INTERCEPT, _SLOPE = 0x00281050, 0x00281051, 0x00281052, 0x00281053
_PIXEL_REPRESENTATION = 0x00280103
_MOST_WINDOWS = 2


def display_of(file: DicomFile) -> Display:
    """How a viewer would show the pixels of an open file; what cannot be understood is left out."""
    sign = first_number(file.buffer, file.by_tag.get(_PIXEL_REPRESENTATION), big_endian=file.syntax.big_endian)
    colours, first = palette_colours(file, is_signed=sign == 1)
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
