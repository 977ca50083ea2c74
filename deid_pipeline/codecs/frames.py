"""From the pixel data element of an instance to its frames, one at a time.

What belongs here: native frame arithmetic, items and offset tables of encapsulated pixel data (PS3.5 A.4). What does
not: decoding (one file for each codec), finding the element (room ``dicom``).
"""

from __future__ import annotations

import mmap
import struct
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from deid_pipeline.codecs.bits import cut_bits
from deid_pipeline.codecs.protocol import Buffer
from deid_pipeline.codecs.samples import check_claim, damaged
from deid_pipeline.codecs.surplus_images import refuse_starting_fragment, refuse_surplus_images
from deid_pipeline.model import PixelLayout

UNFIT_TABLE = "an offset table does not fit the items of the pixel data"
"""Why an instance is held whose frames would be others to those who follow the table."""

_ITEM_HEADER = struct.Struct("<2I")
_ITEM, _DELIMITER = 0xE000FFFE, 0xE0DDFFFE  # tags, as one number of four bytes
_UNDEFINED_LENGTH = 0xFFFFFFFF
_WALKED = 64 << 20  # bytes whose pages may stay mapped while items are walked
_STEP = 1 << 20
_WORD_VR = b"OW"
# The last two bytes of a codestream: end of image (JPEG, JPEG-LS) and end of codestream (JPEG 2000) share them.
_END_OF_CODESTREAM = b"\xff\xd9"
# Frames that end in no such mark, so that without a table each has to be one fragment: encapsulated uncompressed,
# deflated, RLE, JPEG XL.
_WITHOUT_END = frozenset(f"1.2.840.10008.1.2.{end}" for end in ("1.98", "8.1", "5", "4.110", "4.111", "4.112"))


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame where it lies: ``buffer[start:end]`` is exactly what a rewritten frame replaces.

    For native pixel data these are the samples. For encapsulated pixel data these are the items of the frame with
    their headers, while ``data`` is their joined content. ``index`` is 0-based, ``start`` and ``end`` are bytes into
    the buffer. A 1-bit frame may begin inside a byte; its ``data`` are then shifted to a byte boundary.
    """

    index: int
    start: int
    end: int
    data: memoryview | bytes


def iter_frames(buffer: Buffer, layout: PixelLayout) -> Iterator[Frame]:
    """Walk the frames of an instance without copying its pixel data.

    The claims of the header are compared with the data at once, the frames themselves are made one by one. A frame's
    ``data`` is a view of ``buffer`` where it can be: drop it before closing a memory map.

    Parameters
    ----------
    buffer
        The file as it is read (inflated for a deflated syntax), so that the layout's offsets count in it.
    layout
        The layout of the instance.

    Returns
    -------
    Iterator of Frame
        As many as the header claims, in order.

    Raises
    ------
    SourceDataError
        The header claims more than the data hold or less than they do, items are damaged, or the frames cannot be told
        apart. While walking: a frame holds another image behind its own.
    """
    check_claim(layout)
    view = memoryview(buffer)
    if not 0 <= layout.value_offset <= len(view):
        raise damaged("pixel data begin behind the end of the file")
    if layout.is_encapsulated:
        return _encapsulated_frames(view, layout)
    return _native_frames(view, layout)


def fragments(buffer: Buffer, layout: PixelLayout) -> list[tuple[int, int]]:
    """Where the content of each fragment of encapsulated pixel data lies, half-open, bytes into the buffer.

    Raises
    ------
    SourceDataError
        The pixel data are not encapsulated, or their items are damaged.
    """
    if not layout.is_encapsulated:
        raise damaged("compressed pixel data are not in items")
    view = memoryview(buffer)
    items = _read_items(view, layout.value_offset, most=_most_fragments(view, layout))
    return [(start, start + length) for start, length in zip(items.starts, items.lengths, strict=True) if length]


def check_extended_table(buffer: Buffer, layout: PixelLayout, *, offsets: bytes, lengths: bytes) -> None:
    """Compare an Extended Offset Table and its lengths (7FE0,0001), (7FE0,0002) with the items they speak of.

    Each frame is one fragment then (PS3.3 C.7.6.3.1.8); a length may count the padding byte or not. Empty ones agree
    with anything.

    Raises
    ------
    SourceDataError
        They do not fit the items, or the items are damaged.
    """
    view = memoryview(buffer)
    items = _read_items(view, layout.value_offset, most=_most_fragments(view, layout))
    starts, true_lengths = (np.frombuffer(numbers, dtype=np.uint64) for numbers in (items.starts, items.lengths))
    fits = len(starts) == layout.number_of_frames and all(
        len(one) in (0, 8 * len(starts)) for one in (offsets, lengths)
    )
    if fits and offsets:
        fits = np.array_equal(np.frombuffer(offsets, dtype="<u8"), starts - starts[0])
    if fits and lengths:
        claimed = np.frombuffer(lengths, dtype="<u8")
        fits = bool(np.all((claimed == true_lengths) | (claimed + np.uint64(1) == true_lengths)))
    if not fits:
        raise damaged(UNFIT_TABLE)


def forget_pages(buffer: object, start: int, end: int) -> None:
    """Let the kernel take back the pages of a mapped file that have been read; nothing else is lost."""
    if isinstance(buffer, mmap.mmap):
        first = start // mmap.PAGESIZE * mmap.PAGESIZE
        buffer.madvise(mmap.MADV_DONTNEED, first, end - first)


def _native_frames(view: memoryview, layout: PixelLayout) -> Iterator[Frame]:
    length = layout.value_length or 0
    end = layout.value_offset + length
    if end > len(view):
        raise damaged("pixel data are cut off")
    used = (layout.frame_bits * layout.number_of_frames + 7) // 8
    if length < used:
        raise damaged("the header claims more pixels than there are data")
    if not _is_padding(view[layout.value_offset + used : end]):
        raise damaged("there are more pixel data than the header claims")
    if layout.big_endian and layout.bits_allocated <= 8 and bytes(view[: layout.value_offset][-8:-6]) == _WORD_VR:
        raise damaged("8-bit samples in big endian words are not supported")
    return _native_walk(view, layout)


def _is_padding(rest: memoryview) -> bool:
    """Whether bytes behind the last frame hold nothing: one byte of any value, or zeros only."""
    if len(rest) <= 1:
        return True
    return not any(np.frombuffer(rest[at : at + _STEP], dtype=np.uint8).any() for at in range(0, len(rest), _STEP))


def _native_walk(view: memoryview, layout: PixelLayout) -> Iterator[Frame]:
    for index in range(layout.number_of_frames):
        first_bit = index * layout.frame_bits
        start = layout.value_offset + first_bit // 8
        end = layout.value_offset + (first_bit + layout.frame_bits + 7) // 8
        data: memoryview | bytes = view[start:end]
        if first_bit % 8:
            data = cut_bits(view[start:end], skip=first_bit % 8, count=layout.frame_bits)
        yield Frame(index, start, end, data)


def joined(parts: Iterable[memoryview]) -> memoryview:
    """Join fragments one by one: there may be many more of them than bytes."""
    content = bytearray()
    for part in parts:
        content += part
    return memoryview(content).toreadonly()


@dataclass(frozen=True, slots=True)
class _Items:
    """Fragments of encapsulated pixel data: where their content starts, its length, both in bytes."""

    table: memoryview
    starts: array[int]
    lengths: array[int]


def _encapsulated_frames(view: memoryview, layout: PixelLayout) -> Iterator[Frame]:
    items = _read_items(view, layout.value_offset, most=_most_fragments(view, layout))
    firsts = _first_fragments(view, items, layout)
    return _encapsulated_walk(view, items, firsts, layout.transfer_syntax_uid)


def _most_fragments(view: memoryview, layout: PixelLayout) -> int:
    """Fragments that can lie in the rest of the file; each needs at least its header."""
    return (len(view) - layout.value_offset) // 8


def _read_items(view: memoryview, position: int, *, most: int) -> _Items:
    """Read the headers of all items up to the sequence delimiter; the first item is the basic offset table."""
    starts, lengths = array("Q"), array("Q")
    seen, size = position, len(view)
    for _ in range(most):
        if position - seen > _WALKED:
            forget_pages(view.obj, seen, position)
            seen = position
        if size - position >= _ITEM_HEADER.size:
            tag, length = _ITEM_HEADER.unpack_from(view, position)
        else:
            tag, length = int.from_bytes(view[position : position + 4], "little"), _UNDEFINED_LENGTH
        if tag == _DELIMITER:
            break
        if tag != _ITEM or length == _UNDEFINED_LENGTH or position + 8 + length > size:
            raise damaged("the items of encapsulated pixel data are damaged or cut off")
        starts.append(position + 8)
        lengths.append(length)
        position += 8 + length
    else:
        raise damaged("encapsulated pixel data have no end")
    forget_pages(view.obj, seen, position)
    if len(starts) < 2:
        raise damaged("encapsulated pixel data hold no fragments")
    table = view[starts[0] : starts[0] + lengths[0]]
    return _Items(table, starts[1:], lengths[1:])


def _first_fragments(view: memoryview, items: _Items, layout: PixelLayout) -> array[int]:
    """Index of the first fragment of each frame, in order.

    A basic offset table has to fit the items, since others would follow it. Without one, one fragment for each frame or
    one frame need none; otherwise the ends of codestreams decide.
    """
    frames, fragments = layout.number_of_frames, len(items.starts)
    if fragments < frames:
        raise damaged("the header claims more frames than there are fragments")
    if len(items.table) and not _is_left_blank(items, frames=frames):
        return _from_table(items, frames=frames)
    if frames == 1:
        return array("Q", [0])
    if fragments == frames:
        return array("Q", range(frames))
    firsts = None if layout.transfer_syntax_uid in _WITHOUT_END else _from_ends(view, items)
    if firsts is None or len(firsts) != frames:
        raise damaged("the frames cannot be told apart, or are not as many as the header claims")
    return firsts


def _is_left_blank(items: _Items, *, frames: int) -> bool:
    """Whether a table has its entries, but nobody filled them in, while each frame is one fragment anyway."""
    return 1 < frames == len(items.starts) and len(items.table) == 4 * frames and not any(items.table)


def _from_table(items: _Items, *, frames: int) -> array[int]:
    """Follow the basic offset table (PS3.5 A.4).

    Raises
    ------
    SourceDataError
        It does not fit the items.
    """
    if len(items.table) != 4 * frames or (frames == 1 and any(items.table)):
        raise damaged(UNFIT_TABLE)
    if frames == 1:
        return array("Q", [0])
    offsets = np.frombuffer(items.table, dtype="<u4").astype(np.int64)
    starts = np.frombuffer(items.starts, dtype=np.uint64).astype(np.int64)
    places = starts - starts[0]
    firsts = np.searchsorted(places, offsets)
    fits = bool(np.all(firsts < len(places))) and bool(np.all(places[np.minimum(firsts, len(places) - 1)] == offsets))
    if not fits or offsets[0] != 0 or not bool(np.all(np.diff(offsets) > 0)):
        raise damaged(UNFIT_TABLE)
    return array("Q", firsts.tolist())


def _from_ends(view: memoryview, items: _Items) -> array[int]:
    """Start a frame behind each fragment that ends a codestream; padding may follow: a byte of any value, or two zeros.

    The end may lie in several fragments. Two zeros come from a frame that kept its padding while its length changed.
    """
    firsts = array("Q", [0])
    tail = b""  # the last bytes of the frame so far
    for index in range(len(items.starts) - 1):
        end = items.starts[index] + items.lengths[index]
        tail = (tail + bytes(view[max(items.starts[index], end - 4) : end]))[-4:]
        if tail.rstrip(b"\0").endswith(_END_OF_CODESTREAM) or tail[:-1].endswith(_END_OF_CODESTREAM):
            firsts.append(index + 1)
            tail = b""
    return firsts


def _encapsulated_walk(
    view: memoryview, items: _Items, firsts: array[int], transfer_syntax_uid: str
) -> Iterator[Frame]:
    seen = items.starts[0]
    for index, first in enumerate(firsts):
        if items.starts[first] - seen > _STEP:  # what was searched for other images need not stay mapped
            forget_pages(view.obj, seen, items.starts[first])
            seen = items.starts[first]
        behind = firsts[index + 1] if index + 1 < len(firsts) else len(items.starts)
        parts = (view[items.starts[at] : items.starts[at] + items.lengths[at]] for at in range(first, behind))
        for at in range(first + 1, behind):
            refuse_starting_fragment(view[items.starts[at] : items.starts[at] + items.lengths[at]], transfer_syntax_uid)
        data = next(parts) if behind - first == 1 else joined(parts)
        refuse_surplus_images(data, transfer_syntax_uid)
        yield Frame(index, items.starts[first] - 8, items.starts[behind - 1] + items.lengths[behind - 1], data)
