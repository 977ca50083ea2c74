"""The elements of a file as rows of the table ``elements``.

What belongs here: listing every element at every depth with its value. What does not: storing rows (``store``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache

from deid_pipeline.dicom.decisions import CHARACTER_SET
from deid_pipeline.dicom.file import DicomFile
from deid_pipeline.dicom.paths import PathNamer
from deid_pipeline.dicom.structure import PIXEL_DATA, PRIVATE, Element, Syntax, dictionary_vr, parse_data_set, tag_text
from deid_pipeline.dicom.values import element_bytes, encodings_for, text_value
from deid_pipeline.model import ElementRow

_MAXIMUM_VALUE_BYTES = 1 << 20


Wanted = Callable[[int, str], bool]
"""Says of a tag and a VR, as it is written, whether elements of them are wanted."""


def element_rows(
    file: DicomFile, *, partition_key: str = "", source_path: str = "", wanted: Wanted | None = None
) -> Iterator[ElementRow]:
    """Every element at every depth, in file order; a sequence comes before the elements of its items.

    Parameters
    ----------
    partition_key, source_path
        Of the rows.
    wanted
        Leave out other elements than these, and sequences if they are among them.
    """
    yield from _rows(file, file.elements, (file.syntax, ("iso8859",)), "", (partition_key, source_path, wanted))


def meta_rows(file: DicomFile) -> Iterator[ElementRow]:
    """The text elements of group 2 (PS3.10 7.1), in the order of their tags."""
    for tag, value in sorted(file.meta.items()):
        yield ElementRow("", "", tag_text(tag), f"{tag:08x}", dictionary_vr(tag), keyword_of(tag), "", value)


@lru_cache(maxsize=1024)  # mostly asked about what is made for many instances alike
def encoded_text(data: bytes, syntax: Syntax) -> str:
    """The value of one encoded element of ASCII text or numbers, as rows show it."""
    (element,), _ = parse_data_set(data, 0, len(data), syntax)
    return text_value(element_bytes(data, element), element.vr, ("iso8859",), big_endian=syntax.big_endian)


def _rows(
    file: DicomFile,
    elements: Sequence[Element],
    coding: tuple[Syntax, tuple[str, ...]],
    prefix: str,
    request: tuple[str, str, Wanted | None],
) -> Iterator[ElementRow]:
    syntax, encodings = coding
    partition_key, source_path, wanted = request
    namer = PathNamer(file.buffer, prefix)
    for element in elements:
        if element.tag == CHARACTER_SET:
            encodings = encodings_for(element_bytes(file.buffer, element))
        if wanted is not None and element.items is None and not wanted(element.tag, element.vr):
            if element.tag & PRIVATE:
                namer.creator(element)  # which names others
            continue
        path, creator = namer.name(element), namer.creator(element)
        if element.items is None or wanted is None or wanted(element.tag, element.vr):
            vr = dictionary_vr(element.tag) if element.vr == "UN" else element.vr
            value = "" if element.items is not None else _value(file, element, vr, (syntax, encodings))
            keyword = keyword_of(element.tag)
            yield ElementRow(
                partition_key, source_path, path, f"{element.tag:08x}", element.vr, keyword, creator, value
            )
        for number, item in enumerate(element.items or ()):
            coding = (element.content_syntax, encodings)
            yield from _rows(file, item.elements, coding, f"{path}[{number}].", request)


def _value(file: DicomFile, element: Element, vr: str, coding: tuple[Syntax, tuple[str, ...]]) -> str:
    if element.tag == PIXEL_DATA or element.end - element.value > _MAXIMUM_VALUE_BYTES:
        return ""
    syntax, encodings = coding
    return text_value(element_bytes(file.buffer, element), vr, encodings, big_endian=syntax.big_endian)


@cache
def keyword_of(tag: int) -> str:
    """The keyword of PS3.6 for a tag, empty for one that it does not have."""
    from pydicom.datadict import keyword_for_tag

    return keyword_for_tag(tag)
