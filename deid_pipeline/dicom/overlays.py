"""Overlay planes of an instance: which groups 60xx hold a bitmap of their own, and how it lies (PS3.3 C.9.2).

What belongs here: reading the Overlay Plane module. What does not: bits (room ``codecs``), overlays in the cells of the
pixel data (``layout``), overlays inside sequences, which no rule keeps.
"""

from __future__ import annotations

from collections import Counter

from deid_pipeline.dicom.file import DicomFile
from deid_pipeline.dicom.structure import PRIVATE, Element
from deid_pipeline.dicom.values import first_number, first_text
from deid_pipeline.model import OverlayLayout

_GROUPS, _DATA = 0x60, 0x3000
_ROWS, _COLUMNS, _FRAMES, _COMPRESSION, _BITS_ALLOCATED, _BIT_POSITION = 0x10, 0x11, 0x15, 0x60, 0x100, 0x102
_UNCOMPRESSED = ("", "RAW")
_VRS = frozenset({"OB", "OW", "UN"})


def overlay_groups(file: DicomFile) -> tuple[int, ...]:
    """The overlay groups (60xx, even) that an open file has elements of, in order."""
    tags = file.tags_between(_GROUPS << 24, _GROUPS << 24 | 0xFFFFFF)
    return tuple(sorted({tag >> 16 for tag in tags if not tag & PRIVATE})) if tags else ()


def overlay_layouts(file: DicomFile) -> tuple[OverlayLayout, ...]:
    """The overlay planes of an open file that can be read, in order.

    Left out are groups without data, those whose data lie in the pixel data or are compressed (both retired), and those
    that contradict themselves: a plane that is too short, or an element that stands twice.
    """
    found = (_layout(file, group) for group in overlay_groups(file))
    return tuple(layout for layout in found if layout is not None)


def _layout(file: DicomFile, group: int) -> OverlayLayout | None:
    elements = [element for element in file.elements if element.tag >> 16 == group]
    by_number: dict[int, Element] = {element.tag & 0xFFFF: element for element in elements}
    data = by_number.get(_DATA)
    if data is None or max(Counter(element.tag for element in elements).values()) > 1:
        return None

    def number(element: int, default: int = 0) -> int:
        found = by_number.get(element)
        return first_number(file.buffer, found, big_endian=file.syntax.big_endian, default=default)

    swapped = file.syntax.big_endian and data.vr == "OW"
    layout = OverlayLayout(
        group=group,
        value_offset=data.value,
        value_length=data.end - data.value,
        rows=number(_ROWS),
        columns=number(_COLUMNS),
        number_of_frames=number(_FRAMES, 1),
        swapped=swapped,
    )
    sound = (
        data.vr in _VRS
        and data.items is None
        and data.defined
        and min(layout.rows, layout.columns, layout.number_of_frames) > 0
        and layout.frame_bits * layout.number_of_frames <= 8 * layout.value_length
        and not (swapped and layout.value_length % 2)
        and (number(_BITS_ALLOCATED, 1), number(_BIT_POSITION)) == (1, 0)
        and first_text(file.buffer, by_number.get(_COMPRESSION)) in _UNCOMPRESSED
    )
    return layout if sound else None
