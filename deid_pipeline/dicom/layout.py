"""How the pixels of an instance lie in its file.

What belongs here: reading the Image Pixel module (PS3.3 C.7.6.3). What does not: decoding pixels (``codecs``).
"""

from __future__ import annotations

from deid_pipeline.dicom.file import DicomFile
from deid_pipeline.dicom.palettes import darkest_index
from deid_pipeline.dicom.structure import PIXEL_DATA
from deid_pipeline.dicom.values import first_number
from deid_pipeline.errors import SourceDataError
from deid_pipeline.model import PixelLayout

_FLOAT_PIXEL_DATA, _DOUBLE_FLOAT_PIXEL_DATA = 0x7FE00008, 0x7FE00009
_KEYWORDS = {
    PIXEL_DATA: "PixelData",
    _FLOAT_PIXEL_DATA: "FloatPixelData",
    _DOUBLE_FLOAT_PIXEL_DATA: "DoubleFloatPixelData",
}
_WIDTHS = {
    _FLOAT_PIXEL_DATA: 32,
    _DOUBLE_FLOAT_PIXEL_DATA: 64,
}  # bits allocated of floating point samples, where nothing says so
_SAMPLES, _FRAMES, _ROWS, _COLUMNS, _ALLOCATED = 0x00280002, 0x00280008, 0x00280010, 0x00280011, 0x00280100
_OVERLAY_BIT_POSITION = 0x0102


def pixel_layout(file: DicomFile) -> PixelLayout | None:
    """The pixel layout of an open file, None when it has no pixel data.

    Raises
    ------
    SourceDataError
        Rows, Columns or another attribute that the layout needs is missing or senseless.
    """
    by_tag, number = file.by_tag, file.number
    element = by_tag.get(PIXEL_DATA) or by_tag.get(_FLOAT_PIXEL_DATA) or by_tag.get(_DOUBLE_FLOAT_PIXEL_DATA)
    if element is None:
        return None
    allocated = number(_ALLOCATED, _WIDTHS.get(element.tag, 0))
    stored, sign = number(0x00280101, allocated), number(0x00280103)
    rows, columns, frames, samples = number(_ROWS), number(_COLUMNS), number(_FRAMES, 1) or 1, number(_SAMPLES, 1)
    if min(rows, columns, frames, samples, allocated) < 1:
        needed = {_SAMPLES: samples, _FRAMES: frames, _ROWS: rows, _COLUMNS: columns, _ALLOCATED: allocated}
        senseless = next(tag for tag, value in needed.items() if value < 1)
        raise SourceDataError("the Image Pixel module is incomplete", tag_path=f"(0028,{senseless & 0xFFFF:04x})")
    return PixelLayout(
        transfer_syntax_uid=file.transfer_syntax_uid,
        keyword=_KEYWORDS[element.tag],
        value_offset=element.value,
        value_length=element.end - element.value if element.defined else None,
        rows=rows,
        columns=columns,
        number_of_frames=frames,
        samples_per_pixel=samples,
        photometric_interpretation=file.text(0x00280004) or "MONOCHROME2",
        planar_configuration=number(0x00280006),
        bits_allocated=allocated,
        bits_stored=stored,
        high_bit=number(0x00280102, stored - 1),
        pixel_representation=sign,
        big_endian=file.syntax.big_endian,
        darkest_palette_index=darkest_index(file, bits_stored=stored, is_signed=sign == 1),
    )


def overlay_bit_positions(file: DicomFile) -> tuple[int, ...]:
    """The bits of the pixel data's cells, not 0, in which 60xx groups say that overlays lie (retired, PS3.5 8.1.2)."""
    numbers = (
        first_number(file.header, element, big_endian=file.syntax.big_endian)
        for element in file.elements
        if element.tag >> 24 == 0x60 and element.tag & 0xFFFF == _OVERLAY_BIT_POSITION
    )
    return tuple(sorted({number for number in numbers if number > 0}))
