"""Frames that hold more than one image: then the number of frames and the data disagree, and no one read the others.

What belongs here: finding the start of another image behind the end of the first. What does not: cutting pixel data
into frames (``frames``), whatever else stands behind an end (``side_data``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from deid_pipeline.codecs.box_side_data import in_jpeg_2000
from deid_pipeline.codecs.harmless import Range
from deid_pipeline.codecs.jpeg_side_data import in_jpeg, in_jpeg_ls
from deid_pipeline.codecs.protocol import Buffer
from deid_pipeline.codecs.samples import damaged
from deid_pipeline.errors import SourceDataError

_PREFIX = "1.2.840.10008.1.2.4."
_START_OF_JPEG = re.compile(rb"\xff\xd8\xff")
_START_OF_JPEG_2000 = re.compile(rb"\xff\x4f\xff\x51")
_CODESTREAM_BOX = b"jp2c\xff\x4f\xff\x51"
_STARTS_OF_JPEG_XL = (b"\xff\x0a", b"\0\0\0\x0cJXL ")
_FAMILIES: dict[str, tuple[re.Pattern[bytes], Callable[[bytes], Iterator[Range]]]] = {
    **dict.fromkeys(("50", "51", "57", "70"), (_START_OF_JPEG, in_jpeg)),
    **dict.fromkeys(("80", "81"), (_START_OF_JPEG, in_jpeg_ls)),
    **dict.fromkeys(("90", "91", "201", "202", "203"), (_START_OF_JPEG_2000, in_jpeg_2000)),
}
_JPEG_XL = frozenset({"110", "111", "112"})


def refuse_surplus_images(frame: Buffer, transfer_syntax_uid: str) -> None:
    """Refuse a frame behind whose image another one begins; thumbnails in application segments are none.

    Streams are followed to their end only where such a start stands anywhere behind their own.

    Raises
    ------
    SourceDataError
        There is one, or the stream cannot be followed to its end.
    """
    found = _FAMILIES.get(transfer_syntax_uid.removeprefix(_PREFIX))
    if found is None:
        return
    start, find = found
    first = start.search(frame)
    if first is None or start.search(frame, first.end()) is None:
        return
    data = bytes(frame)
    behind = [place for place in find(data) if place[1] == len(data) or find is in_jpeg_2000]
    if any(start.search(data, *place) for place in behind) or data.count(_CODESTREAM_BOX) > 1:
        raise _surplus()


def refuse_starting_fragment(fragment: Buffer, transfer_syntax_uid: str) -> None:
    """Refuse a fragment behind the first of a frame that begins as a JPEG XL image does: those have no end mark.

    Raises
    ------
    SourceDataError
        It does.
    """
    if transfer_syntax_uid.removeprefix(_PREFIX) in _JPEG_XL and bytes(fragment[:8]).startswith(_STARTS_OF_JPEG_XL):
        raise _surplus()


def _surplus() -> SourceDataError:
    return damaged("another image follows the end of a frame: the number of frames and the data disagree")
