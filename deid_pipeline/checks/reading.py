"""Reading source and output again, by pydicom: a reader independent of the one that wrote the output.

What belongs here: a file as elements at every depth with their raw bytes, and where the pixel data lie. What does not:
judging (the checks). Nothing is taken from the room ``dicom``: a mistake made there must not hide itself here.
"""

from __future__ import annotations

import io
import mmap
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deid_pipeline.checks.leaf import Bytes, Leaf, dictionary_vr, encodings_of, quiet, step_name
from deid_pipeline.errors import SourceDataError

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

PIXEL_TAGS = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})
_CHARACTER_SET = 0x00080005
_UNDEFINED = 0xFFFFFFFF
_DEFLATED = "1.2.840.10008.1.2.1.99"
_DEFERRED_BYTES = 64 << 10
_MAXIMUM_INFLATED_BYTES = 4 << 30


@dataclass(frozen=True)
class Part10:
    """A DICOM file taken apart.

    ``body`` is the buffer in which offsets count: the whole file, or the inflated data set of a deflated one, whose
    file bytes outside the deflate stream are then in ``outside``.
    """

    preamble: bytes
    meta: tuple[Leaf, ...]
    meta_length: int | None  # what (0002,0000) says, bytes
    data_set_start: int  # in the file
    body: bytes | mmap.mmap
    body_start: int  # of the data set in ``body``
    outside: bytes
    leaves: tuple[Leaf, ...]  # every element at every depth in file order
    top_level: tuple[Leaf, ...]
    end: int  # of the last element in ``body``
    pixel_range: tuple[int, int] | None  # value field of the pixel data in ``body``
    pixels_encapsulated: bool
    big_endian: bool

    def meta_text(self, element: int) -> str:
        """The text of an element of group 2, empty when it is absent."""
        return next((leaf.text for leaf in self.meta if leaf.tag == 0x00020000 | element), "")

    def top(self, tag: int) -> Leaf | None:
        """The top-level element of that tag."""
        return next((leaf for leaf in self.top_level if leaf.tag == tag), None)

    def top_text(self, tag: int) -> str:
        """The text of a top-level element, empty when it is absent."""
        leaf = self.top(tag)
        return leaf.text if leaf else ""

    def number(self, tag: int, default: int = 0) -> int:
        """The first whole number of a top-level US or IS element."""
        leaf = self.top(tag)
        if leaf is None or not leaf.raw:
            return default
        if leaf.vr == "IS":
            return int(leaf.values[0])
        return int.from_bytes(leaf.raw[:2], "big" if self.big_endian else "little")

    @cached_property
    def pixels(self) -> memoryview:
        """The pixel data's value field, empty when there is none."""
        start, end = self.pixel_range or (0, 0)
        return memoryview(self.body)[start:end]

    def forget_pages(self) -> None:
        """Let the kernel take back the pages of the file that have been read; they come back when they are needed."""
        if isinstance(self.body, mmap.mmap):
            self.body.madvise(mmap.MADV_DONTNEED)


def read_part10(path: Path) -> Part10:
    """Take a DICOM file apart.

    Raises
    ------
    SourceDataError
        A deflated data set is damaged or too large.
    Exception
        Whatever pydicom raises for a damaged file.
    """
    from pydicom.filereader import read_partial

    with quiet(), path.open("rb") as stream:
        head = read_partial(stream, stop_when=lambda *_: True, force=True)
        implicit, little = (bool(flag) for flag in head.original_encoding)
        start = stream.tell()
        mapped = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        body: bytes | mmap.mmap = mapped
        body_start, outside = start, b""
        if str(head.file_meta.get("TransferSyntaxUID", "")) == _DEFLATED:
            start = 144 + int(head.file_meta.FileMetaInformationGroupLength)
            body, unused = _inflated(mapped[start:])
            body_start, outside = 0, mapped[:start] + unused
        source = stream if body is mapped else io.BytesIO(bytes(body))
        source.seek(body_start)
        walker = _Walker(memoryview(body), implicit, little)
        leaves = tuple(walker.top_level(source))
        return Part10(
            preamble=head.preamble or b"",
            meta_length=head.file_meta.get("FileMetaInformationGroupLength"),
            meta=tuple(_meta_leaf(head.file_meta, tag) for tag in head.file_meta.keys()),  # noqa: SIM118
            data_set_start=start,
            body=body,
            body_start=body_start,
            outside=outside,
            leaves=leaves,
            top_level=tuple(walker.tops),
            end=walker.end or body_start,
            pixel_range=walker.pixel_range,
            pixels_encapsulated=walker.encapsulated,
            big_endian=not little,
        )


class _Walker:
    """Goes through a data set once and remembers where the pixel data lie."""

    def __init__(self, body: memoryview, implicit: bool, little: bool) -> None:
        self.body = body
        self.implicit, self.little = implicit, little
        self.tops: list[Leaf] = []
        self.pixel_range: tuple[int, int] | None = None
        self.encapsulated = False
        self.end = 0

    def top_level(self, source: Any) -> Iterator[Leaf]:
        from pydicom.filereader import data_element_generator

        creators: dict[int, str] = {}
        encodings: tuple[str, ...] = ("iso8859",)
        found = data_element_generator(source, self.implicit, self.little, defer_size=_DEFERRED_BYTES)
        for element in found:
            self.end = source.tell()
            tag = int(element.tag)
            length = getattr(element, "length", 0)
            undefined = length == _UNDEFINED
            start = getattr(element, "value_tell", 0)
            if not undefined and start + length > len(self.body):
                raise SourceDataError(
                    "the data end inside an element", tag_path=f"({tag >> 16:04x},{tag & 0xFFFF:04x})"
                )
            if tag in PIXEL_TAGS:
                self.pixel_range = (start, self.end)
                self.encapsulated = undefined
            deferred = self.body[start : self.end] if getattr(element, "value", b"") is None else None
            if tag == _CHARACTER_SET:
                encodings = encodings_of(bytes(getattr(element, "value", b"") or b""))
            for index, leaf in enumerate(self._leaves(element, "", (creators, encodings), deferred)):
                if index == 0:
                    self.tops.append(leaf)
                yield leaf

    def _data_set(self, data_set: Dataset, prefix: str, encodings: tuple[str, ...]) -> Iterator[Leaf]:
        creators: dict[int, str] = {}
        for tag in list(data_set.keys()):
            element = data_set.get_item(tag)
            if int(tag) == _CHARACTER_SET:
                encodings = encodings_of(_raw(element))
            yield from self._leaves(element, prefix, (creators, encodings), None)

    def _leaves(
        self, element: Any, prefix: str, context: tuple[dict[int, str], tuple[str, ...]], deferred: memoryview | None
    ) -> Iterator[Leaf]:
        """The element itself, then everything inside it."""
        creators, encodings = context
        tag, written = int(element.tag), element.VR or ""
        vr = dictionary_vr(tag) if written in ("", "UN") else written
        raw: Bytes = deferred if deferred is not None else b""
        items = self._items(element, vr, encodings, deferred)
        if items is None and deferred is None:
            raw = _raw(element)
        path = prefix + step_name(tag, raw, creators, is_sequence=items is not None)
        yield Leaf(
            path, tag, vr, written, raw if items is None else b"", encodings, None if items is None else len(items)
        )
        for number, item in enumerate(items or ()):
            yield from self._data_set(item, f"{path}[{number}].", encodings)

    def _items(self, element: Any, vr: str, encodings: tuple[str, ...], deferred: memoryview | None) -> Any:
        """The items of a sequence as data sets, None for another element."""
        from pydicom.dataelem import RawDataElement
        from pydicom.sequence import Sequence
        from pydicom.values import convert_SQ

        if not isinstance(element, RawDataElement):
            return element.value if isinstance(element.value, Sequence) else None
        if vr != "SQ":
            return None
        content = bytes(deferred) if deferred is not None else element.value or b""
        implicit = element.is_implicit_VR or element.VR == "UN"  # PS3.5 6.2.2 note 2
        return convert_SQ(content, implicit, element.is_little_endian, list(encodings), 0)


def _raw(element: Any) -> bytes:
    """The stored bytes of an element that is no sequence."""
    value = element.value
    if value is None or value == "":
        return b""
    if not isinstance(value, bytes):
        raise SourceDataError("an element was decoded before its bytes were seen")
    return value


def _meta_leaf(meta: Dataset, tag: Any) -> Leaf:
    """An element of group 2, which pydicom may have decoded already."""
    element = meta.get_item(tag)
    value = getattr(element, "value", b"")
    raw = value if isinstance(value, bytes) else str(value if value is not None else "").encode("latin-1", "replace")
    vr = str(element.VR) if element is not None else ""
    name = f"({int(tag) >> 16:04x},{int(tag) & 0xFFFF:04x})"
    return Leaf(name, int(tag), vr, vr, raw, ("iso8859",))


def _inflated(data: bytes) -> tuple[bytes, bytes]:
    """A deflated data set, and what lies behind it in the file (PS3.5 A.5: one zero byte at most)."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        body = inflater.decompress(data, _MAXIMUM_INFLATED_BYTES)
    except zlib.error:
        raise SourceDataError("the deflated data set is damaged") from None
    if not inflater.eof:
        raise SourceDataError("the deflated data set is cut off or too large")
    return body, inflater.unused_data
