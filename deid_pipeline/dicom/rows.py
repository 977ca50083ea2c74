"""The elements of a file as rows of the table ``elements``.

What belongs here: listing every element at every depth with its value. What does not: storing rows (``store``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

from deid_pipeline.dicom.decisions import CHARACTER_SET
from deid_pipeline.dicom.file import DicomFile
from deid_pipeline.dicom.paths import PathNamer
from deid_pipeline.dicom.structure import PIXEL_DATA, Element, Syntax, dictionary_vr, parse_data_set, tag_text
from deid_pipeline.dicom.values import element_bytes, encodings_for, text_value
from deid_pipeline.dicom.wanted import MAXIMUM_VALUE_BYTES
from deid_pipeline.model import ElementRow


def element_rows(file: DicomFile, *, partition_key: str = "", source_path: str = "") -> Iterator[ElementRow]:
    """Every element at every depth, in file order; a sequence comes before the elements of its items.

    ``partition_key`` and ``source_path`` are those of the rows.
    """
    yield from _rows(file, file.elements, (file.syntax, ("iso8859",)), "", (partition_key, source_path))


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
    origin: tuple[str, str],
) -> Iterator[ElementRow]:
    syntax, encodings = coding
    namer = PathNamer(file.header, prefix)
    for element in elements:
        if element.tag == CHARACTER_SET:
            encodings = encodings_for(element_bytes(file.header, element))
        path, creator = namer.name(element), namer.creator(element)
        vr = dictionary_vr(element.tag) if element.vr == "UN" else element.vr
        value = "" if element.items is not None else _value(file, element, vr, (syntax, encodings))
        yield ElementRow(*origin, path, f"{element.tag:08x}", element.vr, keyword_of(element.tag), creator, value)
        for number, item in enumerate(element.items or ()):
            coding = (element.content_syntax, encodings)
            yield from _rows(file, item.elements, coding, f"{path}[{number}].", origin)


def _value(file: DicomFile, element: Element, vr: str, coding: tuple[Syntax, tuple[str, ...]]) -> str:
    if element.tag == PIXEL_DATA or element.end - element.value > MAXIMUM_VALUE_BYTES:
        return ""
    syntax, encodings = coding
    return text_value(element_bytes(file.header, element), vr, encodings, big_endian=syntax.big_endian)


@cache
def keyword_of(tag: int) -> str:
    """The keyword of PS3.6 for a tag, empty for one that it does not have."""
    from pydicom.datadict import keyword_for_tag

    return keyword_for_tag(tag)
