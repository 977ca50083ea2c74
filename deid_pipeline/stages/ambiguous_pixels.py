"""Instances whose pixel data readers would take for different pictures: they are held before any frame is read.

What belongs here: what of the data set speaks against the pixel data. What does not: what pixel data show by themselves
(``codecs.frames``), bits beside samples (``unused_bits``).
"""

from __future__ import annotations

from deid_pipeline.codecs import check_extended_table
from deid_pipeline.dicom import DicomFile
from deid_pipeline.errors import ResidualRiskError
from deid_pipeline.model import PixelLayout

_PIXELS = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})
_EXTENDED_TABLE, _EXTENDED_LENGTHS = 0x7FE00001, 0x7FE00002


def refuse_pixels_twice(file: DicomFile) -> None:
    """Hold an instance with more than one element of pixel data.

    Raises
    ------
    ResidualRiskError
        There are several.
    """
    if sum(element.tag in _PIXELS for element in file.elements) > 1:
        raise ResidualRiskError("the instance has pixel data twice, and only one of them would be read")


def refuse_untrue_tables(file: DicomFile, layout: PixelLayout) -> None:
    """Hold encapsulated pixel data whose extended offset table does not say where its frames are.

    Raises
    ------
    SourceDataError
        It does not, or the items are damaged.
    """
    offsets, lengths = (_value(file, tag) for tag in (_EXTENDED_TABLE, _EXTENDED_LENGTHS))
    if layout.is_encapsulated and (offsets or lengths):
        check_extended_table(file.buffer, layout, offsets=offsets, lengths=lengths)


def _value(file: DicomFile, tag: int) -> bytes:
    element = file.by_tag.get(tag)
    return bytes(file.buffer[element.value : element.end]) if element else b""
