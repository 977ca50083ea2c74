"""The text cleaner of one instance, made when the first text asks for it.

What belongs here: joining the header's identifiers with the room that finds them in text. What does not: finding
(``phi``), rewriting elements (``actions``).
"""

from __future__ import annotations

from functools import cached_property, lru_cache

from deid_pipeline.actions import CleaningMode, TextCleaner
from deid_pipeline.dicom import DicomFile, dictionary_vr, element_rows, keyword_of
from deid_pipeline.model import IdentifierKind
from deid_pipeline.phi import cleaner_for, harvest, identifies
from deid_pipeline.pseudonyms import Pseudonyms


class InstanceCleaner:
    """Cleans text by what the header of an open file says about people."""

    def __init__(self, file: DicomFile, pseudonyms: Pseudonyms) -> None:
        self._file, self._pseudonyms = file, pseudonyms

    def clean(self, text: str, mode: CleaningMode) -> str:
        """The text without its identifiers; equal to ``text`` if it holds none."""
        return self._cleaner.clean(text, mode)

    @cached_property
    def _cleaner(self) -> TextCleaner:
        identifiers = harvest(element_rows(self._file, wanted=_may_identify))
        return cleaner_for(identifiers, pseudonym=self._pseudonym, days_offset=self._pseudonyms.days_offset())

    def _pseudonym(self, kind: IdentifierKind, original: str) -> str:
        if kind is IdentifierKind.NAME:
            return self._pseudonyms.person_name(original).replace("^", " ")
        if kind is IdentifierKind.UID:
            return self._pseudonyms.uid(original)
        return self._pseudonyms.number(f"text/{kind.value}", original)


@lru_cache(maxsize=16384)
def _may_identify(tag: int, vr: str) -> bool:
    """Whether an element may hold what a text must not; asked about every element of every file."""
    return identifies(dictionary_vr(tag) if vr == "UN" else vr, keyword_of(tag))
