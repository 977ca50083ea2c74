"""Numbers of the binary VRs as bytes and back.

What belongs here: packing by VR and byte order (PS3.5 6.2). What does not: numbers written as text (DS, IS).
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence

Number = int | float

_CODES = {"US": "H", "SS": "h", "UL": "L", "SL": "l", "UV": "Q", "SV": "q", "FL": "f", "FD": "d"}
_REAL = frozenset({"FL", "FD"})
NUMERIC_VRS = frozenset(_CODES)


def unpacked(raw: bytes, vr: str, *, big_endian: bool) -> tuple[Number, ...] | None:
    """The numbers of a value field; None when its length fits no whole number of them."""
    width = struct.calcsize(f"<{_CODES[vr]}")
    if len(raw) % width:
        return None
    return struct.unpack(f"{'>' if big_endian else '<'}{len(raw) // width}{_CODES[vr]}", raw)


def packed(numbers: Sequence[Number], vr: str, *, big_endian: bool) -> bytes:
    """The value field of numbers.

    Raises
    ------
    ValueError
        A number does not fit the VR.
    """
    try:
        return struct.pack(f"{'>' if big_endian else '<'}{len(numbers)}{_CODES[vr]}", *numbers)
    except (struct.error, OverflowError):
        raise ValueError(f"a number does not fit VR {vr}") from None


def parsed(text: str, vr: str) -> tuple[Number, ...]:
    r"""The numbers written in ``text``, apart by a backslash, checked to fit the VR.

    Raises
    ------
    ValueError
        The text is not ASCII, is no such number, or does not fit the VR.
    """
    if not text.isascii() or "_" in text:
        raise ValueError("no number")
    numbers: tuple[Number, ...]
    if vr in _REAL:
        numbers = tuple(float(part) for part in text.split("\\"))
        if not all(map(math.isfinite, numbers)):
            raise ValueError("no number")
    else:
        numbers = tuple(int(part) for part in text.split("\\"))
    packed(numbers, vr, big_endian=False)
    return numbers
