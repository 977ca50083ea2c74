"""The colour tables of PALETTE COLOR images (PS3.3 C.7.6.3.1.5, C.7.6.3.1.6, C.7.9.2).

What belongs here: reading plain and segmented look-up tables, and which stored value they show darkest. What does not:
filling boxes with it (rooms ``redaction`` and ``codecs``).
"""

from __future__ import annotations

import struct

from deid_pipeline.dicom.file import DicomFile
from deid_pipeline.dicom.values import element_bytes

_DESCRIPTOR = 0x00281101
_PLAIN = (0x00281201, 0x00281202, 0x00281203)
_SEGMENTED = (0x00281221, 0x00281222, 0x00281223)
_DISCRETE, _LINEAR, _INDIRECT = range(3)


def palette_colours(file: DicomFile, *, is_signed: bool) -> tuple[tuple[tuple[int, int, int], ...], int]:
    """The colours of a PALETTE COLOR image and the stored value of the first one; none where there are none to read."""
    first, channels = _tables(file, is_signed=is_signed)
    return (tuple(zip(*channels, strict=False)), first) if len(channels) == len(_PLAIN) else ((), 0)


def darkest_index(file: DicomFile, *, bits_stored: int, is_signed: bool) -> int | None:
    """The stored value that a PALETTE COLOR image shows darkest, of those that a sample can hold.

    Returns
    -------
    int or None
        None where there are no tables, or tables that cannot be understood.
    """
    if _DESCRIPTOR not in file.by_tag:  # as in nearly all files
        return None
    first, channels = _tables(file, is_signed=is_signed)
    low = -(1 << (bits_stored - 1)) if is_signed else 0
    known = min((len(channel) for channel in channels), default=0)
    reachable = range(max(0, low - first), min(known, low + (1 << bits_stored) - first))
    if not reachable:
        return None
    return first + min(reachable, key=lambda index: sum(channel[index] for channel in channels))


def _tables(file: DicomFile, *, is_signed: bool) -> tuple[int, list[tuple[int, ...]]]:
    """The stored value of the first entry, and the entries of red, green and blue; no tables where there are none."""
    descriptor = file.by_tag.get(_DESCRIPTOR)
    raw = b"" if descriptor is None else element_bytes(file.header, descriptor)
    order = ">" if file.syntax.big_endian else "<"
    if len(raw) < 6:
        return 0, []
    count, first, bits = struct.unpack(f"{order}HhH" if is_signed else f"{order}3H", raw[:6])
    return int(first), _channels(file, bits=bits, count=count or 1 << 16, order=order)


def _channels(file: DicomFile, *, bits: int, count: int, order: str) -> list[tuple[int, ...]]:
    """The entries of red, green and blue, at most ``count`` each; empty where a table is missing or damaged."""
    for tags in (_PLAIN, _SEGMENTED):
        tables = [file.by_tag.get(tag) for tag in tags]
        values = [element_bytes(file.header, table) for table in tables if table is not None]
        if len(values) < len(tags):
            continue
        if tags == _PLAIN:
            return [_entries(value, bits, count, order)[:count] for value in values]
        return [expand_segments(_entries(value, bits, len(value), order), bits=bits, count=count) for value in values]
    return []


def _entries(raw: bytes, bits: int, count: int, order: str) -> tuple[int, ...]:
    """The entries of a table; those of 8 bits lie packed in words, or in a word each in files of old."""
    if bits == 8 and len(raw) < 2 * count:
        swap = order == ">"  # the first entry of a word is its low byte
        return tuple(raw[index ^ swap] for index in range(len(raw) // 2 * 2))
    return struct.unpack(f"{order}{len(raw) // 2}H", raw[: len(raw) // 2 * 2])


def expand_segments(data: tuple[int, ...], *, bits: int, count: int) -> tuple[int, ...]:
    """Expand a segmented look-up table (PS3.3 C.7.9.2).

    Parameters
    ----------
    data
        Its words, for tables of 8 bits its bytes.
    bits
        Bits of an entry, 8 or 16.
    count
        Entries that the descriptor claims; no more are made.

    Returns
    -------
    tuple of int
        The entries; empty when a segment is of no known kind, cut off, or refers to what is no earlier segment.
    """
    made: list[int] = []
    starts: list[int] = []  # of the segments read so far, as positions in ``data``
    position = 0
    while position + 1 < len(data) and len(made) < count:
        starts.append(position)
        if data[position] == _INDIRECT:
            behind = position + (6 if bits == 8 else 4)
            first = _referred(data[position + 2 : behind], starts[:-1], bits=bits)
            for number in range(data[position + 1]):
                at = starts[first + number] if first is not None and first + number < len(starts) - 1 else -1
                if at < 0 or _append(made, data, at) < 0:
                    return ()
        else:
            behind = _append(made, data, position)
        if not position < behind <= len(data):
            return ()
        position = behind
    return tuple(made[:count])


def _append(made: list[int], data: tuple[int, ...], position: int) -> int:
    """Append the entries of one discrete or linear segment; the position behind it, -1 when it cannot be read."""
    kind, length = data[position], data[position + 1]
    if kind == _DISCRETE and position + 2 + length <= len(data):
        made += data[position + 2 : position + 2 + length]
        return position + 2 + length
    if kind == _LINEAR and made and position + 2 < len(data):
        start, end = made[-1], data[position + 2]
        made += [start + round((end - start) * step / length) for step in range(1, length + 1)]
        return position + 3
    return -1


def _referred(offset: tuple[int, ...], starts: list[int], *, bits: int) -> int | None:
    """Which of the segments read so far an indirect one begins with, None for none of them.

    The offset counts bytes; some writers count entries.
    """
    size, unit = (8, 1) if bits == 8 else (16, 2)
    place = sum(value << size * number for number, value in enumerate(offset))
    places = [starts.index(at) for at in (place // unit if place % unit == 0 else -1, place) if at in starts]
    return places[0] if places else None
