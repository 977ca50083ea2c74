"""The text cleaner of one instance, made when the first text asks for it.

What belongs here: joining the header's identifiers with the room that finds them in text. What does not: finding
(``phi``), rewriting elements (``actions``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache, cached_property, lru_cache
from itertools import chain
from typing import NamedTuple

from deid_pipeline.actions import CleaningMode, Effect, TextCleaner
from deid_pipeline.dicom import DicomFile, RuleLookup, Syntax, dictionary_vr, keyword_of
from deid_pipeline.dicom.decisions import CHARACTER_SET
from deid_pipeline.dicom.structure import Element
from deid_pipeline.dicom.values import element_bytes, encodings_for, text_value
from deid_pipeline.model import IdentifierKind
from deid_pipeline.phi import IDENTIFYING_VRS, cleaner_of, identifying_keywords, identifying_values
from deid_pipeline.pseudonyms import Pseudonyms

_OPENLY_KEPT = frozenset({"LO", "SH", "ST", "LT", "UC", "UT"})  # VRs of ids and places
_WANTED_VRS = IDENTIFYING_VRS | {"UN"}  # which may be one of them by PS3.6
_LONGEST = 1 << 20  # bytes; longer values are not looked at
_LONGEST_REMEMBERED = 256  # bytes
_ASCII = ("iso8859",)

Values = tuple[tuple[IdentifierKind, str], ...]


class Identifying(NamedTuple):
    """An element that may identify: how its data set is written, and the tags of the sequences around it."""

    element: Element
    syntax: Syntax
    encodings: tuple[str, ...]
    parents: tuple[int, ...]


class InstanceCleaner:
    """Cleans text by what the header of an open file says about people."""

    def __init__(self, file: DicomFile, pseudonyms: Pseudonyms, rule: RuleLookup) -> None:
        """``rule`` is the strategy's: what it keeps openly is no secret of the texts that are kept as well."""
        self._file, self._pseudonyms, self._rule = file, pseudonyms, rule

    def clean(self, text: str, mode: CleaningMode) -> str:
        """The text without its identifiers; equal to ``text`` if it holds none."""
        return (self._of_secrets if mode in ("label", "own") else self._of_all).clean(text, mode)

    @cached_property
    def _found(self) -> list[tuple[Identifying, Values]]:
        """The elements that identify, and their values."""
        found = ((one, _values_of(self._file, one)) for one in identifying_elements(self._file))
        return [(one, values) for one, values in found if values]

    @cached_property
    def _of_all(self) -> TextCleaner:
        return self._cleaner(values for _, values in self._found)

    @cached_property
    def _of_secrets(self) -> TextCleaner:
        return self._cleaner(values for one, values in self._found if not self._is_openly_kept(one))

    def _cleaner(self, values: Iterable[Values]) -> TextCleaner:
        known = frozenset(chain.from_iterable(values))
        return cleaner_of(known, pseudonym=self._pseudonym, days_offset=self._pseudonyms.days_offset())

    def _is_openly_kept(self, one: Identifying) -> bool:
        """Whether an id of a device or the name of a place stays by the strategy's choice."""
        tag, vr = one.element[0], one.element[1]
        return vr in _OPENLY_KEPT and self._rule(tag, vr, "", one.parents).effect is Effect.KEEP

    def _pseudonym(self, kind: IdentifierKind, original: str) -> str:
        if kind is IdentifierKind.NAME:
            return self._pseudonyms.person_name(original).replace("^", " ")
        if kind is IdentifierKind.UID:
            return self._pseudonyms.uid(original)
        return self._pseudonyms.number(f"text/{kind.value}", original)


def identifying_elements(file: DicomFile) -> Iterator[Identifying]:
    """The elements at every depth whose values may identify a person, a place or a day, in file order."""
    yield from _identifying(file, file.elements, (file.syntax, _ASCII), (), _wanted_tags())


def _identifying(
    file: DicomFile,
    elements: Sequence[Element],
    coding: tuple[Syntax, tuple[str, ...]],
    parents: tuple[int, ...],
    wanted: frozenset[int],
) -> Iterator[Identifying]:
    syntax, encodings = coding
    for element in elements:
        tag, vr, _, _, _, _, items, content_syntax = element
        if items is not None:
            for item in items:
                yield from _identifying(file, item[5], (content_syntax, encodings), (*parents, tag), wanted)
        elif vr in _WANTED_VRS or tag in wanted:
            if tag == CHARACTER_SET:
                encodings = encodings_for(element_bytes(file.buffer, element))
            else:
                yield Identifying(element, syntax, encodings, parents)


@cache
def _wanted_tags() -> frozenset[int]:
    """The tags of what identifies whatever its VR, and the character set's."""
    from pydicom.datadict import tag_for_keyword

    tags = map(tag_for_keyword, identifying_keywords())
    return frozenset((CHARACTER_SET, *(tag for tag in tags if tag is not None)))


def _values_of(file: DicomFile, one: Identifying) -> Values:
    element = one.element
    length = element[4] - element[3]
    if not length or length > _LONGEST:
        return ()
    raw = element_bytes(file.buffer, element)
    values = _values if length <= _LONGEST_REMEMBERED else _values.__wrapped__
    return values(element[0], element[1], raw, one.encodings, one.syntax[1])


@lru_cache(maxsize=8192)  # the instances of a study have the same ones
def _values(tag: int, vr: str, raw: bytes, encodings: tuple[str, ...], big_endian: bool) -> Values:
    vr = dictionary_vr(tag) if vr == "UN" else vr
    return identifying_values(vr, keyword_of(tag), text_value(raw, vr, encodings, big_endian=big_endian))
