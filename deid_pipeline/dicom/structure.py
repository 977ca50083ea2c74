"""Where the elements of a data set lie in its bytes (PS3.5 section 7).

What belongs here: finding elements, items and fragments by offset, without touching a value. What does not: decoding
values (``values``), changing anything (``editor``).
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from deid_pipeline.errors import SourceDataError

Buffer = bytes | bytearray | memoryview | mmap.mmap

UNDEFINED = 0xFFFFFFFF
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
PIXEL_DATA = 0x7FE00010
PRIVATE = 0x00010000  # the bit of a tag that makes its group odd
MAXIMUM_DEPTH = 100
_WALKED = 64 << 20  # bytes of fragments

SHORT_VRS = frozenset("AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US".split())
_SHORT = {vr.encode(): vr for vr in SHORT_VRS}
LONG_VRS = frozenset("OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())  # with four bytes of length (PS3.5 7.1.2)
_LONG = {vr.encode(): vr for vr in LONG_VRS}
_PLAIN_VRS = frozenset(_SHORT.values()) | LONG_VRS - {"SQ", "UN"}
_EXPLICIT_LE, _EXPLICIT_BE = struct.Struct("<HH2sH").unpack_from, struct.Struct(">HH2sH").unpack_from
_TAG_LENGTH_LE, _TAG_LENGTH_BE = struct.Struct("<HHL").unpack_from, struct.Struct(">HHL").unpack_from
_LENGTH_LE, _LENGTH_BE = struct.Struct("<L").unpack_from, struct.Struct(">L").unpack_from


class Syntax(NamedTuple):
    """How element headers are written: with or without VR, in which byte order."""

    explicit: bool
    big_endian: bool = False


IMPLICIT_LE, EXPLICIT_LE, EXPLICIT_BE = Syntax(False), Syntax(True), Syntax(True, True)

# group, element, VR (empty for implicit VR), length
_READERS = {
    IMPLICIT_LE: struct.Struct("<HH0sL").unpack_from,
    EXPLICIT_LE: _EXPLICIT_LE,
    EXPLICIT_BE: _EXPLICIT_BE,
}


class Item(NamedTuple):
    """One item of a sequence; offsets in bytes. ``content`` to ``content_end`` holds its elements."""

    start: int
    content: int
    content_end: int
    end: int
    defined: bool  # whether its length is written, else a delimiter ends it
    elements: list[Element]


class Place(NamedTuple):
    """The item that elements lie in: the ``number``-th of the sequence ``tag``, which lies in the item ``outer``."""

    outer: Place | None
    tag: int
    number: int
    depth: int  # 1 for the items of a top-level sequence

    def path(self) -> str:
        """The tag path in front of the elements' own tags, as in ``(0008,1140)[0].``."""
        return f"{element_path(self.outer, self.tag)}[{self.number}]."


class Element(NamedTuple):
    """One data element; offsets in bytes.

    ``start`` is its tag's, ``value`` its value field's, ``end`` the next element's. ``vr`` is as written, or PS3.6's
    for implicit VR. ``items`` is None unless it is a sequence, whose content has the syntax ``content_syntax``.
    """

    tag: int  # (group << 16) | element
    vr: str
    start: int
    value: int
    end: int
    defined: bool
    items: list[Item] | None
    content_syntax: Syntax


def parse_data_set(
    buffer: Buffer, start: int, end: int, syntax: Syntax, *, place: Place | None = None, delimited: bool = False
) -> tuple[list[Element], int]:
    """Find all elements from ``start`` to ``end``.

    Parameters
    ----------
    buffer
        The bytes of the file, or of the inflated data set.
    place
        The item that the elements lie in, if any.
    delimited
        The elements are those of an item of undefined length: an item delimiter must end them.

    Returns
    -------
    tuple
        The elements in file order, and the offset behind them (behind the delimiter if there is one).

    Raises
    ------
    SourceDataError
        The structure is damaged; with tag path and byte offset.
    """
    path = place.path if place else str  # for errors only: most data sets never need their path
    if place and place.depth > MAXIMUM_DEPTH:
        raise SourceDataError(f"sequences are nested deeper than {MAXIMUM_DEPTH}", tag_path=path(), offset=start)
    elements: list[Element] = []
    position = _append_simple(elements, buffer, start, end, syntax)
    while position < end:
        tag, vr, value, length = read_header(buffer, position, end, syntax, place)
        if tag >> 16 == 0xFFFE:
            if tag == ITEM_END and delimited:
                return elements, value
            raise SourceDataError("an item delimiter stands outside an item", tag_path=path(), offset=position)
        element = _element(buffer, (tag, vr, position, value, length), end, syntax, place)
        elements.append(element)
        position = _append_simple(elements, buffer, element.end, end, syntax)
    if delimited:
        raise SourceDataError("an item of undefined length has no end", tag_path=path(), offset=position)
    return elements, position


def iter_elements(buffer: Buffer, start: int, end: int, syntax: Syntax) -> Iterator[Element]:
    """The top-level elements one after the other, for readers that stop early.

    Raises
    ------
    SourceDataError
        The structure is damaged at the element that would come next.
    """
    position = start
    while position < end:
        tag, vr, value, length = read_header(buffer, position, end, syntax)
        element = _element(buffer, (tag, vr, position, value, length), end, syntax, None)
        yield element
        position = element.end


def read_header(
    buffer: Buffer, position: int, end: int, syntax: Syntax, place: Place | None = None
) -> tuple[int, str, int, int]:
    """Tag, VR, offset of the value field and its length in bytes, -1 for an undefined one.

    Raises
    ------
    SourceDataError
        The data end inside the header, or it has no valid VR.
    """
    if end - position < 8:
        path = place.path() if place else ""
        raise SourceDataError("the data end inside an element's header", tag_path=path, offset=position)
    if syntax.explicit:
        group, number, code, length = (_EXPLICIT_BE if syntax.big_endian else _EXPLICIT_LE)(buffer, position)
        tag = group << 16 | number
        vr = _SHORT.get(code)
        if vr is not None:
            return tag, vr, position + 8, length
        vr = _LONG.get(code)
        if vr is not None:
            if end - position < 12:
                path = place.path() if place else ""
                raise SourceDataError("the data end inside an element's header", tag_path=path, offset=position)
            length = (_LENGTH_BE if syntax.big_endian else _LENGTH_LE)(buffer, position + 8)[0]
            return tag, vr, position + 12, -1 if length == UNDEFINED else length
        if group != 0xFFFE:
            path = element_path(place, tag)
            raise SourceDataError("an element has no valid VR", tag_path=path, offset=position)
    group, number, length = (_TAG_LENGTH_BE if syntax.big_endian else _TAG_LENGTH_LE)(buffer, position)
    tag = group << 16 | number
    return tag, dictionary_vr(tag), position + 8, -1 if length == UNDEFINED else length


def element_path(place: Place | None, tag: int) -> str:
    """The tag path of an element, as in ``(0008,1140)[0].(0008,1155)``; private creators are not looked up."""
    return f"{place.path() if place else ''}{tag_text(tag)}"


def dictionary_vr(tag: int) -> str:
    """The VR of PS3.6 for a tag; UN where it has none, the first one where it has several."""
    return _dictionary().get(tag) or _special_vr(tag)


@lru_cache(maxsize=8192)
def tag_text(tag: int) -> str:
    """A tag as ``(gggg,eeee)``, lower-case hex."""
    return f"({tag >> 16:04x},{tag & 0xFFFF:04x})"


@cache
def _dictionary() -> dict[int, str]:
    from pydicom._dicom_dict import DicomDictionary

    choices = {"OB or OW": "OW", "US or SS or OW": "OW", "US or OW": "OW"}
    return {tag: choices.get(entry[0], entry[0][:2]) for tag, entry in DicomDictionary.items()}


@cache
def _simple_vrs() -> dict[int, str]:
    """PS3.6's VRs of all elements that hold no other elements."""
    return {tag: vr for tag, vr in _dictionary().items() if vr in _PLAIN_VRS}


@cache
def _special_vr(tag: int) -> str:
    group, number = tag >> 16, tag & 0xFFFF
    if number == 0:
        return "UL"
    if group & 1:
        return "LO" if 0x10 <= number <= 0xFF else "UN"
    if group >> 8 in (0x50, 0x60):
        return _dictionary_repeaters().get(number if group >> 8 == 0x60 else -number, "UN")
    return "UN"


@cache
def _dictionary_repeaters() -> dict[int, str]:
    """VRs of the repeating groups: by element number for 60xx, by its negative for 50xx."""
    from pydicom._dicom_dict import RepeatersDictionary

    signs = {"60xx": 1, "50xx": -1}
    return {
        signs[mask[:4]] * int(mask[4:], 16): entry[0][-2:]
        for mask, entry in RepeatersDictionary.items()
        if mask[:4] in signs
    }


def _append_simple(elements: list[Element], buffer: Buffer, position: int, end: int, syntax: Syntax) -> int:
    """Append the elements from ``position`` on, up to the first that needs a second look; its offset.

    Simple is what has a short VR, or in implicit VR one of PS3.6, and lies within the data. Nearly all elements are,
    so this loop is what reading costs.
    """
    explicit = syntax.explicit
    read = _READERS[syntax]
    by_tag = {} if explicit else _simple_vrs()
    make, append = tuple.__new__, elements.append  # Element(...) itself would take as long as all the rest
    while end - position >= 8:
        group, number, code, length = read(buffer, position)
        tag = group << 16 | number
        vr = _SHORT.get(code) if explicit else by_tag.get(tag)
        value = position + 8
        behind = value + length
        if vr is None or behind > end or length == UNDEFINED or group == 0xFFFE:
            break
        append(make(Element, (tag, vr, position, value, behind, True, None, syntax)))
        position = behind
    return position


def _element(
    buffer: Buffer, header: tuple[int, str, int, int, int], end: int, syntax: Syntax, place: Place | None
) -> Element:
    tag, vr, start, value, length = header
    if length > end - value:
        path = element_path(place, tag)
        raise SourceDataError("the data end inside an element's value", tag_path=path, offset=start)
    content_syntax = syntax
    if vr == "UN" and (length < 0 or (syntax.explicit and dictionary_vr(tag) == "SQ")):
        content_syntax, vr_of_content = IMPLICIT_LE, "SQ"  # PS3.5 6.2.2 note 2
    else:
        vr_of_content = vr
    if vr_of_content == "SQ":
        items, behind = _items(buffer, (value, length), end, content_syntax, (place, tag))
        return Element(tag, vr, start, value, behind, length >= 0, items, content_syntax)
    if length < 0:
        if tag != PIXEL_DATA:
            raise SourceDataError(
                "only sequences and pixel data may have undefined length",
                tag_path=element_path(place, tag),
                offset=start,
            )
        behind = _skip_fragments(buffer, value, end, syntax, place)
        return Element(tag, vr, start, value, behind, False, None, syntax)
    return Element(tag, vr, start, value, value + length, True, None, syntax)


def _items(
    buffer: Buffer, field: tuple[int, int], end: int, syntax: Syntax, sequence: tuple[Place | None, int]
) -> tuple[list[Item], int]:
    """The items of a sequence, and the offset behind it."""
    (position, length), (outer, sequence_tag) = field, sequence
    stop = end if length < 0 else position + length
    depth = outer.depth + 1 if outer else 1
    read = _TAG_LENGTH_BE if syntax.big_endian else _TAG_LENGTH_LE
    items: list[Item] = []

    def damaged(what: str) -> SourceDataError:
        return SourceDataError(what, tag_path=element_path(outer, sequence_tag), offset=position)

    while position < stop:
        if stop - position < 8:
            raise damaged("the data end inside an item's header")
        group, number, size = read(buffer, position)
        tag = group << 16 | number
        if tag == SEQUENCE_END and length < 0:
            return items, position + 8
        if tag != ITEM:
            raise damaged("a sequence holds something else than items")
        place = Place(outer, sequence_tag, len(items), depth)
        content = position + 8
        if size == UNDEFINED:
            elements, behind = parse_data_set(buffer, content, stop, syntax, place=place, delimited=True)
            items.append(Item(position, content, behind - 8, behind, False, elements))
        else:
            if size > stop - content:
                raise SourceDataError("an item ends behind its sequence", tag_path=place.path(), offset=position)
            elements, behind = parse_data_set(buffer, content, content + size, syntax, place=place)
            items.append(Item(position, content, behind, behind, True, elements))
        position = behind
    if length < 0:
        raise damaged("a sequence of undefined length has no end")
    return items, position


def _skip_fragments(buffer: Buffer, position: int, end: int, syntax: Syntax, place: Place | None) -> int:
    """The offset behind the sequence delimiter of encapsulated pixel data."""
    path = element_path(place, PIXEL_DATA)
    read = _TAG_LENGTH_BE if syntax.big_endian else _TAG_LENGTH_LE
    walked = position
    while end - position >= 8:
        if position - walked > _WALKED and isinstance(buffer, mmap.mmap):  # pages that were looked at need not stay
            buffer.madvise(mmap.MADV_DONTNEED)
            walked = position
        group, number, size = read(buffer, position)
        tag = group << 16 | number
        if tag == SEQUENCE_END:
            return position + 8
        if tag != ITEM or size == UNDEFINED or size > end - position - 8:
            raise SourceDataError("a fragment of the pixel data is damaged", tag_path=path, offset=position)
        position += 8 + size
    raise SourceDataError("encapsulated pixel data have no end", tag_path=path, offset=position)
