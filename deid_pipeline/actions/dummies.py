"""Values that are legal for their VR and say nothing.

What belongs here: one such value for each VR. What does not: who gets one (``replaceWithDummy``, ``ensureTagExists``).
"""

from __future__ import annotations

DATE_DUMMIES = {"DA": b"19000101", "DT": b"19000101000000", "TM": b"000000"}
_TEXTS = DATE_DUMMIES | {"AS": b"000Y", "DS": b"0", "IS": b"0", "UI": b"2.25.0", "UR": b"about:blank"}
_WIDTHS = {"FD": 8, "OD": 8, "OV": 8, "SV": 8, "UV": 8, "AT": 4, "FL": 4, "OF": 4, "OL": 4, "SL": 4, "UL": 4}
_WIDTHS |= {"OB": 2, "OW": 2, "SS": 2, "UN": 2, "US": 2}
_EMPTY_ITEMS = (b"\xfe\xff\x00\xe0\0\0\0\0", b"\xff\xfe\xe0\x00\0\0\0\0")  # little, big endian


def is_binary(vr: str) -> bool:
    """Whether a VR holds bytes or numbers rather than text."""
    return vr in _WIDTHS


def dummy_value(vr: str, *, big_endian: bool = False) -> bytes:
    """The dummy of a VR: zero, the first day of 1900, ``REMOVED``, one empty item."""
    if vr == "SQ":
        return _EMPTY_ITEMS[big_endian]
    if vr in _WIDTHS:
        return b"\0" * _WIDTHS[vr]
    return _TEXTS.get(vr, b"REMOVED")
