"""Inflating the data set of a deflated file (PS3.5 A.5), no further than its header makes sense.

What belongs here: how much may come of how little. What does not: reading what came (``structure``).

A thousand zeros deflate to one byte, so that a file of a megabyte may ask for a gigabyte. So after a first piece, in
which the header lies, no more comes than the pixels that it describes take, and not many times the file.
"""

from __future__ import annotations

import zlib

from deid_pipeline.dicom.structure import EXPLICIT_LE, PIXEL_DATA, iter_elements
from deid_pipeline.dicom.values import first_text
from deid_pipeline.errors import SourceDataError

FIRST_BYTES = 128 << 20
"""What may come of any file: headers, and the pixels of nearly all of them."""
LARGEST_RATIO = 400
"""Inflated to deflated bytes, beyond the first ones; only pictures of nothing have more."""
MAXIMUM_INFLATED_BYTES = 4 << 30

_ROWS, _COLUMNS, _SAMPLES, _ALLOCATED, _FRAMES = 0x00280010, 0x00280011, 0x00280002, 0x00280100, 0x00280008


def inflate(deflated: bytes | memoryview) -> bytes:
    """The inflated data set; what lies behind the deflated one is left.

    Raises
    ------
    SourceDataError
        The deflated data are damaged, or more comes of them than their header explains.
    """
    inflater = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
    try:
        data = inflater.decompress(deflated, FIRST_BYTES)
        if not inflater.eof and inflater.unconsumed_tail:
            more = min(_pixel_bytes(data), LARGEST_RATIO * len(deflated), MAXIMUM_INFLATED_BYTES - len(data))
            data += inflater.decompress(inflater.unconsumed_tail, max(more, 1))
    except zlib.error:
        raise SourceDataError("the deflated data set is damaged") from None
    if inflater.unconsumed_tail and not inflater.eof:
        raise SourceDataError("more comes of the deflated data set than its header explains")
    if not inflater.eof:
        raise SourceDataError("the deflated data set is damaged")
    return data


def _pixel_bytes(data: bytes) -> int:
    """What the pixels take that the beginning of a data set describes; 0 where it describes none."""
    found = dict.fromkeys((_ROWS, _COLUMNS, _SAMPLES, _ALLOCATED), 0) | {_FRAMES: 1}
    try:
        for element in iter_elements(data, 0, len(data), EXPLICIT_LE):
            if element.tag in found:
                text = first_text(data, element) if element.tag == _FRAMES else ""
                number = data[element.value : element.value + 2]
                found[element.tag] = int(text or 1) if element.tag == _FRAMES else int.from_bytes(number, "little")
            if element.tag >= PIXEL_DATA:
                break
    except (SourceDataError, ValueError):  # the piece ends inside an element, as a rule in that of the pixels
        pass
    bits = found[_ROWS] * found[_COLUMNS] * found[_SAMPLES] * found[_ALLOCATED] * max(found[_FRAMES], 0)
    return -(-bits // 8)
