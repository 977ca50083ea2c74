"""The regions of an ultrasound image as its header describes them (PS3.3 C.8.5.5.1).

What belongs here: reading their corners. What does not: what is done with what lies outside (``stages``).
"""

from __future__ import annotations

from deid_pipeline.dicom.file import DicomFile
from deid_pipeline.dicom.values import element_bytes
from deid_pipeline.errors import SourceDataError
from deid_pipeline.model import Box

SEQUENCE_OF_ULTRASOUND_REGIONS = 0x00186011
_CORNERS = (0x00186018, 0x0018601A, 0x0018601C, 0x0018601E)  # Region Location Min X0, Min Y0, Max X1, Max Y1


def ultrasound_regions(file: DicomFile) -> tuple[Box, ...] | None:
    """The regions of Sequence of Ultrasound Regions, None when there is no such sequence.

    Corners are pixels of the frame and belong to their region (C.8.5.5.1.2): boxes end one pixel behind them. They may
    reach beyond the frame.

    Raises
    ------
    SourceDataError
        The sequence is damaged: an item lacks a corner, or its corners are in the wrong order.
    """
    element = file.by_tag.get(SEQUENCE_OF_ULTRASOUND_REGIONS)
    if element is None:
        return None
    found = []
    for item in element.items or ():
        by_tag = {inner.tag: inner for inner in item.elements}
        corners = []
        for tag in _CORNERS:
            raw = element_bytes(file.buffer, by_tag[tag]) if tag in by_tag and by_tag[tag].items is None else b""
            if len(raw) != 4:
                raise SourceDataError("an ultrasound region lacks a corner", tag_path="(0018,6011)")
            corners.append(int.from_bytes(raw, "big" if element.content_syntax.big_endian else "little"))
        left, top, right, bottom = corners
        if left > right or top > bottom:
            raise SourceDataError("the corners of an ultrasound region are in the wrong order", tag_path="(0018,6011)")
        found.append(Box(left, top, right + 1, bottom + 1))
    return tuple(found)
