"""DICOM files as they lie on disk: preamble, group 2, data set (PS3.10 section 7).

What belongs here: telling DICOM by content, opening a file, finding its data set. What does not: its elements' values.
"""

from __future__ import annotations

import contextlib
import mmap
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from deid_pipeline.dicom import compiled
from deid_pipeline.dicom.inflating import inflate
from deid_pipeline.dicom.structure import (
    EXPLICIT_BE,
    EXPLICIT_LE,
    IMPLICIT_LE,
    Buffer,
    Element,
    Syntax,
    parse_data_set,
    read_header,
)
from deid_pipeline.dicom.values import first_number, first_text
from deid_pipeline.errors import SourceDataError

if TYPE_CHECKING:
    from deid_pipeline.dicom.compiled._tree import Tree

IMPLICIT_VR_LITTLE_ENDIAN = "1.2.840.10008.1.2"
EXPLICIT_VR_LITTLE_ENDIAN = "1.2.840.10008.1.2.1"
DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN = "1.2.840.10008.1.2.1.99"
EXPLICIT_VR_BIG_ENDIAN = "1.2.840.10008.1.2.2"

_HEAD = 64 << 10  # bytes that hold the header of nearly every image
_READ_WHOLE = 512 << 10  # bytes; up to here reading a file costs less than mapping it

_NATIVE = frozenset({IMPLICIT_VR_LITTLE_ENDIAN, EXPLICIT_VR_LITTLE_ENDIAN})
_NO_TEXT = frozenset({"OB", "UN", "SQ"})
_NO_PLACE = frozenset({"", "(0000,0000)"})  # where an element would begin with zeros
_BLOCK = 1 << 20
_PREFIX, _META = 132, 4 << 10  # bytes: of preamble and prefix; more than any group 2 has
_HEADER = 8  # bytes of an element's header; fewer zeros may be the beginning of one that was cut off
_DEFLATED_OTHERS = {"1.2.840.10008.1.2.4.95", "1.2.840.10008.1.2.4.205"}  # JPIP: no pixels, only where they are
# JPEG XL and deflated frames, which pydicom's table does not have yet
_NEWER_SYNTAXES = {f"{IMPLICIT_VR_LITTLE_ENDIAN}.{end}" for end in ("4.110", "4.111", "4.112", "8.1")}


Content = bytes | mmap.mmap
"""A whole file, read or mapped."""


class LazyContent:
    """A whole file, read or, where it is large, mapped when it is first asked for."""

    __slots__ = ("_closed", "_content", "_descriptor", "_size")

    def __init__(self, descriptor: int, size: int) -> None:
        self._descriptor, self._size = descriptor, size
        self._content: Content | None = None
        self._closed = False

    def __call__(self) -> Content:
        """All bytes of the file.

        Raises
        ------
        ValueError
            The file was closed: its descriptor may be another file's by now.
        SourceDataError
            The file became shorter since it was opened.
        """
        if self._closed:
            raise ValueError("the file is closed")
        if self._content is None:
            self._content = self._opened()
        return self._content

    def _opened(self) -> Content:
        if not 0 < self._size <= _READ_WHOLE:
            return _map(self._descriptor, self._size)
        content = _read(self._descriptor, self._size)
        if len(content) < self._size:
            raise SourceDataError("the file became shorter while it was worked on")
        return content

    def close(self) -> None:
        """Give mapped pages back; nothing is read any more."""
        self._closed = True
        if isinstance(self._content, mmap.mmap):
            _unmap(self._content)


@dataclass(frozen=True)
class DicomFile:
    """An open DICOM file.

    ``header`` holds the file, or the inflated data set of a deflated one; offsets of ``elements`` point into it. Of a
    file of native pixels it may hold the first bytes only, with all values but that of the pixel data; ``buffer``
    has all of them. ``descriptor`` reads the same file for as long as it is open.
    """

    path: Path | str
    descriptor: int
    header: Content
    preamble: bytes  # 128 bytes, or empty
    meta: dict[int, str]  # text values of group 2
    transfer_syntax_uid: str
    syntax: Syntax
    start: int  # of the data set in ``buffer``
    end: int
    found: list[Element] | Tree  # a tree where the compiled core found them
    whole: LazyContent | None = None  # where ``header`` has the first bytes only

    @property
    def buffer(self) -> Content:
        """All that ``header`` stands for, read or mapped when first asked for where the header alone was read."""
        return self.header if self.whole is None else self.whole()

    @property
    def content(self) -> bytes | None:
        """The file or the inflated data set where all of it lies in memory, None where it is mapped."""
        return self.header if isinstance(self.header, bytes) and self.whole is None else None

    @property
    def tree(self) -> Tree | None:
        """The elements as the compiled core has them, None where Python found them."""
        return None if isinstance(self.found, list) else self.found

    @cached_property
    def elements(self) -> list[Element]:
        """The elements of the data set in file order."""
        return self.found if isinstance(self.found, list) else self.found.elements

    @property
    def by_tag(self) -> Mapping[int, Element]:
        """The top-level elements; of several of one tag the last one."""
        return self._listed_by_tag if isinstance(self.found, list) else self.found

    @cached_property
    def _listed_by_tag(self) -> Mapping[int, Element]:
        return {element[0]: element for element in self.elements}

    @property
    def is_deflated(self) -> bool:
        """Whether the data set is deflated in the file (PS3.5 A.5)."""
        return self.transfer_syntax_uid == DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN

    def text(self, tag: int) -> str:
        """The first value of a top-level text element; empty when it is absent."""
        found = self.found
        return first_text(self.header, self.by_tag.get(tag)) if isinstance(found, list) else found.text(tag)

    def number(self, tag: int, default: int = 0) -> int:
        """The first whole number of a top-level US or IS element; see ``values.first_number``."""
        found = self.found
        number = None if isinstance(found, list) else found.number(tag)
        if number is not None:
            return number
        return first_number(self.header, self.by_tag.get(tag), big_endian=self.syntax.big_endian, default=default)

    def tags_between(self, first: int, last: int) -> list[int]:
        """The tags of top-level elements from ``first`` to ``last``, ascending."""
        found = self.found
        if not isinstance(found, list):
            return found.tags_between(first, last)
        return sorted({tag for tag in self.by_tag if first <= tag <= last})


def is_dicom(head: bytes) -> bool:
    """Whether a file is DICOM by its first 132 bytes or, without a preamble, by its first element."""
    return head[128:132] == b"DICM" or _first_group(head) is not None


@contextmanager
def open_dicom(path: Path | str) -> Iterator[DicomFile]:
    """Open a DICOM file and find all its elements; closed on leaving.

    Raises
    ------
    SourceDataError
        The file is empty, no DICOM, damaged, or in a transfer syntax whose data set cannot be read.
    OSError
        The file cannot be opened.
    """
    descriptor = os.open(path, os.O_RDONLY)  # a stream would cost as much as the mapping
    whole: LazyContent | None = None
    try:
        size = os.fstat(descriptor).st_size
        if 0 < size <= _HEAD:
            yield _parse(path, descriptor, _read(descriptor, size))
            return
        whole = LazyContent(descriptor, size)
        yield _parse_head(path, descriptor, size, whole) or _parse(path, descriptor, whole())
    finally:
        if whole is not None:
            whole.close()
        os.close(descriptor)


def _read(descriptor: int, size: int) -> bytes:
    """The first ``size`` bytes of a file, as far as it has them; one call gives them all nearly always."""
    content = os.pread(descriptor, size, 0)
    while len(content) < size and (more := os.pread(descriptor, size - len(content), len(content))):
        content += more
    return content


@contextmanager
def map_file(path: Path | str) -> Iterator[mmap.mmap]:
    """Map a file into memory for reading; closed on leaving.

    Raises
    ------
    SourceDataError
        The file is empty.
    OSError
        The file cannot be opened.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        mapped = _map(descriptor, os.fstat(descriptor).st_size)
        try:
            yield mapped
        finally:
            _unmap(mapped)
    finally:
        os.close(descriptor)


def _map(descriptor: int, size: int) -> mmap.mmap:
    if not size:
        raise SourceDataError("the file is empty")
    return mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ)


def _unmap(mapped: mmap.mmap) -> None:
    with contextlib.suppress(BufferError):  # a view is held, by an exception's frames say: closed with the last of them
        mapped.close()


def _parse(path: Path | str, descriptor: int, content: Content) -> DicomFile:
    meta, uid, start = read_head(content)
    preamble = content[:128] if content[128:132] == b"DICM" else b""
    syntax = dataset_syntax(uid)
    buffer = content
    end = len(content)
    if uid == DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN:
        buffer = inflate(content[start:])
        start, end = 0, len(buffer)
    tree = None
    if compiled.finding is not None and not syntax.big_endian:
        tree = compiled.finding.parse(buffer, start, end, syntax.explicit)
    if tree is not None:
        return DicomFile(path, descriptor, buffer, preamble, meta, uid, syntax, start, end, tree)
    elements, end = _elements(buffer, start, end, syntax)
    if not elements:
        raise SourceDataError("the file holds no data set")
    return DicomFile(path, descriptor, buffer, preamble, meta, uid, syntax, start, end, elements)


def _parse_head(path: Path | str, descriptor: int, size: int, whole: LazyContent) -> DicomFile | None:
    """A file of native pixels by its first bytes, which hold all but these: reading or mapping it would cost more.

    None where that is not enough, or it is another file.
    """
    if compiled.finding is None or size <= _HEAD:
        return None
    header = os.pread(descriptor, _HEAD, 0)
    if header[128:132] != b"DICM":
        return None
    found = compiled.finding.read_meta(header[: _PREFIX + _META], _PREFIX)
    if found is None:  # what is wrong is said of the whole file
        return None
    meta, start = found
    uid = meta.get(0x00020010)
    if uid not in _NATIVE or start >= min(_PREFIX + _META, len(header)) - 1:
        return None
    syntax = dataset_syntax(uid)
    tree = compiled.finding.parse(header, start, size, syntax.explicit, whole)
    if tree is None:
        return None
    return DicomFile(path, descriptor, header, header[:128], meta, uid, syntax, start, size, tree, whole)


def _elements(buffer: Buffer, start: int, end: int, syntax: Syntax) -> tuple[list[Element], int]:
    """The elements of a data set and where they end: zeros behind them, which fill a tape's block, are none of it."""
    try:
        return parse_data_set(buffer, start, end, syntax)
    except SourceDataError as error:
        at = error.offset
        if at is None or at == start or error.tag_path not in _NO_PLACE:
            raise
        # In implicit VR eight zeros are an element without value, so that the rest may be short.
        if not _only_zeros(buffer, at, end) or not (end - at >= _HEADER or _only_zeros(buffer, at - _HEADER, at)):
            raise
    return parse_data_set(buffer, start, at, syntax)


def _only_zeros(buffer: Buffer, start: int, end: int) -> bool:
    return all(not any(buffer[at : min(at + _BLOCK, end)]) for at in range(start, end, _BLOCK))


def read_head(content: Content) -> tuple[dict[int, str], str, int]:
    """Group 2 of a file as text values by tag, its transfer syntax UID, and the offset of its data set.

    Raises
    ------
    SourceDataError
        The file is no DICOM, or its group 2 is damaged.
    """
    head = content[:160]
    if not is_dicom(head):
        raise SourceDataError("the file is not DICOM")
    meta, start = _read_meta(content, _PREFIX if head[128:132] == b"DICM" else 0)
    return meta, meta.get(0x00020010) or _guess_syntax(content, start), start


def _first_group(head: bytes) -> int | None:
    """The group of the first element of a file without preamble, None when it cannot be DICOM."""
    group = int.from_bytes(head[:2], "little")
    explicit = head[4:6].isalpha() and head[4:6].isupper()
    if len(head) >= 16 and head[:2] == b"\0\x08" and head[2] == 0 and explicit:  # big endian, retired
        return 0x0008
    if len(head) < 16 or group not in (0x0002, 0x0008):
        return None
    implicit = int.from_bytes(head[4:8], "little") <= 0xFFFF and int.from_bytes(head[2:4], "little") <= 0x0020
    return group if explicit or implicit else None


def _read_meta(content: Content, start: int) -> tuple[dict[int, str], int]:
    """The text values of group 2 and the offset behind it."""
    if compiled.finding is not None:
        # more than any group 2 holds; one that ends behind it is read below
        found: tuple[dict[int, str], int] | None = compiled.finding.read_meta(content[: start + _META], start)
        if found is not None and found[1] < min(start + _META, len(content)) - 1:
            return found
    values: dict[int, str] = {}
    position = start
    size = len(content)
    while content[position : position + 2] == b"\x02\x00":
        tag, vr, value, length = read_header(content, position, size, EXPLICIT_LE)
        end = value + length
        if length < 0 or end > size:
            raise SourceDataError("the data end inside group 2", offset=position)
        if vr not in _NO_TEXT:
            values[tag] = content[value:end].decode("latin-1").strip("\0 ")
        position = end
    return values, position


def _guess_syntax(content: Content, start: int) -> str:
    """The transfer syntax of a file that does not name it: explicit when the first element shows a VR."""
    code = content[start + 4 : start + 6]
    if int.from_bytes(content[start : start + 2], "big") == 0x0008:
        return EXPLICIT_VR_BIG_ENDIAN
    return EXPLICIT_VR_LITTLE_ENDIAN if code.isalpha() and code.isupper() else IMPLICIT_VR_LITTLE_ENDIAN


@lru_cache(maxsize=64)
def dataset_syntax(uid: str) -> Syntax:
    """How the data set of a transfer syntax is written.

    Only those of PS3.6 Annex A are known: the UID is written into the copy, and must say nothing else.

    Raises
    ------
    SourceDataError
        The transfer syntax is not supported.
    """
    if uid == IMPLICIT_VR_LITTLE_ENDIAN:
        return IMPLICIT_LE
    if uid == EXPLICIT_VR_BIG_ENDIAN:
        return EXPLICIT_BE
    if uid in _DEFLATED_OTHERS or not _is_registered(uid):
        jpip = "the pixels lie on a JPIP server and not in the file"
        raise SourceDataError(jpip if uid in _DEFLATED_OTHERS else "the transfer syntax is not supported")
    return EXPLICIT_LE


def _is_registered(uid: str) -> bool:
    """Whether PS3.6 has a transfer syntax: the copy repeats its UID, which must say nothing else."""
    from pydicom._uid_dict import UID_dictionary

    return (uid in UID_dictionary and uid.startswith(f"{IMPLICIT_VR_LITTLE_ENDIAN}.")) or uid in _NEWER_SYNTAXES
