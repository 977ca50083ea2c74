"""Element headers and small elements as bytes (PS3.5 section 7.1).

What belongs here: writing one element. What does not: where it goes (``editor``).
"""

from __future__ import annotations

import struct

from deid_pipeline.actions.protocol import TEXT_VRS
from deid_pipeline.dicom.structure import ITEM, ITEM_END, LONG_VRS, SEQUENCE_END, UNDEFINED, Syntax
from deid_pipeline.errors import SourceDataError

# Headers without VR, with a short one, with a long one (PS3.5 7.1.2 and 7.1.3).
_LITTLE_ENDIAN, _BIG_ENDIAN = (
    tuple(struct.Struct(order + form).pack for form in ("HHL", "HH2sH", "HH2sHL")) for order in "<>"
)
_SPACE_PADDED = TEXT_VRS - {"UI"}


def element_header(tag: int, vr: str, length: int, syntax: Syntax) -> bytes:
    """The header of an element; ``length`` is that of its value in bytes, or UNDEFINED.

    Raises
    ------
    SourceDataError
        The value is too long for the VR's two-byte length.
    """
    plain, short, long = _BIG_ENDIAN if syntax.big_endian else _LITTLE_ENDIAN
    if not syntax.explicit:
        return plain(tag >> 16, tag & 0xFFFF, length)
    if vr in LONG_VRS:
        return long(tag >> 16, tag & 0xFFFF, vr.encode(), 0, length)
    if length > 0xFFFF:
        raise SourceDataError("a new value is too long for its VR")
    return short(tag >> 16, tag & 0xFFFF, vr.encode(), length)


def item_header(length: int, syntax: Syntax) -> bytes:
    """The header of an item; ``length`` is that of its content in bytes, or UNDEFINED."""
    return _plain(ITEM, length, syntax)


def item_end(syntax: Syntax) -> bytes:
    """The delimiter of an item of undefined length."""
    return _plain(ITEM_END, 0, syntax)


def sequence_end(syntax: Syntax) -> bytes:
    """The delimiter of a sequence of undefined length."""
    return _plain(SEQUENCE_END, 0, syntax)


def element(tag: int, vr: str, value: bytes, syntax: Syntax) -> bytes:
    """A whole element, its value padded to even length (PS3.5 6.2)."""
    padded = pad(value, vr)
    return element_header(tag, vr, len(padded), syntax) + padded


def sequence(tag: int, items: list[bytes], syntax: Syntax) -> bytes:
    """A whole sequence of defined length from the contents of its items."""
    content = b"".join(item_header(len(item), syntax) + item for item in items)
    return element_header(tag, "SQ", len(content), syntax) + content


def pad(value: bytes, vr: str) -> bytes:
    """The value with its padding byte if its length is odd: a space for text, NUL for UI and all that is no text."""
    if len(value) % 2 == 0:
        return value
    return value + (b" " if vr in _SPACE_PADDED else b"\0")


def _plain(tag: int, length: int, syntax: Syntax) -> bytes:
    plain = (_BIG_ENDIAN if syntax.big_endian else _LITTLE_ENDIAN)[0]
    return plain(tag >> 16, tag & 0xFFFF, min(length, UNDEFINED))
