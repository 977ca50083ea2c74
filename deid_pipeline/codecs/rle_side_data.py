"""Side data of run-length coded frames: bytes of the header and behind it that no decoder reads (PS3.5 G.5).

What belongs here: finding them without expanding a run. What does not: the segments themselves (``rle``), which refuses
those that hold more than the samples.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from deid_pipeline.codecs.harmless import Range
from deid_pipeline.codecs.samples import damaged

_HEADER = struct.Struct("<16I")


def in_rle(data: bytes) -> Iterator[Range]:
    """Find the unused offsets of the header, and what lies between it and the first segment; often all zeros.

    Raises
    ------
    SourceDataError
        There is no header, or its first segment begins inside it or behind the end.
    """
    if len(data) < _HEADER.size:
        raise damaged("a run-length coded frame has no header")
    count, *offsets = _HEADER.unpack_from(data)
    if not 0 < count <= len(offsets) or not _HEADER.size <= offsets[0] <= len(data):
        raise damaged("the segments of a run-length coded frame are out of order")
    yield 4 * (1 + count), _HEADER.size
    yield _HEADER.size, offsets[0]
