"""The values of a few elements, of whatever depth, chosen by tag and VR.

What belongs here: the walk through a file for whoever looks for values and not for rows. What does not: which elements
are wanted (``stages``), rows of all elements (``rows``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from deid_pipeline.dicom import compiled
from deid_pipeline.dicom.decisions import CHARACTER_SET
from deid_pipeline.dicom.paths import PathNamer
from deid_pipeline.dicom.structure import PIXEL_DATA, PRIVATE, Buffer, Element, Syntax, dictionary_vr
from deid_pipeline.dicom.values import element_bytes, encodings_for, text_value

if TYPE_CHECKING:
    from deid_pipeline.dicom.compiled._walking import Wanted
    from deid_pipeline.dicom.file import DicomFile

MAXIMUM_VALUE_BYTES = 1 << 20
"""Longer values are bulk data, which no table shows."""

IsWanted = Callable[[int, str], bool]
"""Says of a tag and a VR, as it is written, whether elements of them are wanted; always the same."""


class WantedValue(NamedTuple):
    """The value of an element as text, and where it stands."""

    tag: int  # (group << 16) | element
    vr: str  # as written, or PS3.6's in implicit VR
    creator: str  # the private creator, empty for public elements
    parents: tuple[int, ...]  # the tags of the sequences around it, the outermost first
    value: str  # empty for binary and bulk values


def wanted_values(file: DicomFile, is_wanted: IsWanted) -> list[WantedValue]:
    """The values of an open file that are wanted, at every depth, in file order; sequences have none."""
    if file.tree is not None and compiled.walking is not None:
        found: list[WantedValue] = compiled.walking.wanted_values(file.tree, _remembered(is_wanted))
        return found
    return list(_values(file.buffer, file.elements, (file.syntax, ("iso8859",)), (), is_wanted))


def wanted_key(file: DicomFile, is_wanted: IsWanted) -> bytes | None:
    """What decides :func:`wanted_values` but for the time of day of a DT: files with the same key have the same values.

    A DT that goes on behind its day, and is one value, counts as that day. None where the key would be too long, or
    nothing was compiled that makes it quickly.
    """
    if file.tree is None or compiled.walking is None:
        return None
    key: bytes | None = compiled.walking.wanted_key(file.tree, _remembered(is_wanted))
    return key


@lru_cache(maxsize=16)
def _remembered(is_wanted: IsWanted) -> Wanted:
    """The compiled walk's memory of a judgement."""
    if compiled.walking is None:
        raise ModuleNotFoundError(compiled.why_not)
    made: Wanted = compiled.walking.Wanted(is_wanted)
    return made


def _values(
    buffer: Buffer,
    elements: Sequence[Element],
    coding: tuple[Syntax, tuple[str, ...]],
    parents: tuple[int, ...],
    is_wanted: IsWanted,
) -> Iterator[WantedValue]:
    syntax, encodings = coding
    namer = PathNamer(buffer, "")
    for element in elements:
        if element.tag == CHARACTER_SET:
            encodings = encodings_for(element_bytes(buffer, element))
        creator = namer.creator(element) if element.tag & PRIVATE else ""
        if element.items is None and is_wanted(element.tag, element.vr):
            vr = dictionary_vr(element.tag) if element.vr == "UN" else element.vr
            value = ""
            if element.tag != PIXEL_DATA and element.end - element.value <= MAXIMUM_VALUE_BYTES:
                value = text_value(element_bytes(buffer, element), vr, encodings, big_endian=syntax.big_endian)
            yield WantedValue(element.tag, element.vr, creator, parents, value)
        for item in element.items or ():
            inner = element.content_syntax, encodings
            yield from _values(buffer, item.elements, inner, (*parents, element.tag), is_wanted)
