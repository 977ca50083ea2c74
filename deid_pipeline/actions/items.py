"""Items of sequences as bytes, in the syntax of the data set that they go into.

What belongs here: encoding small items made of fixed values (PS3.5 7.1, 7.5). What does not: what stands in them.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import NamedTuple

from deid_pipeline.actions.numeric import NUMERIC_VRS, packed

_ITEM = (0xFFFE, 0xE000)


class Made(NamedTuple):
    """One element of an item to be made: text in ASCII, numbers, or the items of a sequence."""

    tag: int
    vr: str
    value: str | tuple[float, ...] | Sequence[Sequence[Made]]


def encoded_items(items: Sequence[Sequence[Made]], *, explicit: bool, big_endian: bool) -> bytes:
    """The value field of a sequence of items of defined length."""
    order = ">" if big_endian else "<"
    encoded = []
    for item in items:
        content = b"".join(_element(made, explicit=explicit, big_endian=big_endian) for made in item)
        encoded.append(struct.pack(f"{order}HHL", *_ITEM, len(content)) + content)
    return b"".join(encoded)


def _element(made: Made, *, explicit: bool, big_endian: bool) -> bytes:
    order = ">" if big_endian else "<"
    value = _value(made, explicit=explicit, big_endian=big_endian)
    value += (b"\0" if made.vr == "UI" else b" ") * (len(value) % 2)
    head = struct.pack(f"{order}HH", made.tag >> 16, made.tag & 0xFFFF)
    if not explicit:
        return head + struct.pack(f"{order}L", len(value)) + value
    if made.vr in {"SQ", "UC", "UR", "UT"}:
        return head + made.vr.encode() + struct.pack(f"{order}HL", 0, len(value)) + value
    return head + made.vr.encode() + struct.pack(f"{order}H", len(value)) + value


def _value(made: Made, *, explicit: bool, big_endian: bool) -> bytes:
    if isinstance(made.value, str):
        return made.value.encode("ascii")
    if made.vr in NUMERIC_VRS:
        return packed(made.value, made.vr, big_endian=big_endian)  # type: ignore[arg-type]
    return encoded_items(made.value, explicit=explicit, big_endian=big_endian)  # type: ignore[arg-type]
