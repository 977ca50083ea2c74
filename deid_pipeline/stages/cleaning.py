"""The text cleaner of one instance, made when the first text asks for it.

What belongs here: joining the header's identifiers with the room that finds them in text. What does not: finding
(``phi``), rewriting elements (``actions``).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property, lru_cache
from itertools import chain

from deid_pipeline.actions import CleaningMode, Effect, TextCleaner
from deid_pipeline.dicom import DicomFile, RuleLookup, WantedValue, dictionary_vr, keyword_of, wanted_values
from deid_pipeline.model import IdentifierKind
from deid_pipeline.phi import cleaner_of, identifies, identifying_values
from deid_pipeline.pseudonyms import Pseudonyms

_OPENLY_KEPT = frozenset({"LO", "SH", "ST", "LT", "UC", "UT"})  # VRs of ids and places

Values = tuple[tuple[IdentifierKind, str], ...]


class InstanceCleaner:
    """Cleans text by what the header of an open file says about people."""

    def __init__(self, file: DicomFile, pseudonyms: Pseudonyms, rule: RuleLookup) -> None:
        """``rule`` is the strategy's: what it keeps openly is no secret of the texts that are kept as well."""
        self._file, self._pseudonyms, self._rule = file, pseudonyms, rule

    def clean(self, text: str, mode: CleaningMode) -> str:
        """The text without its identifiers; equal to ``text`` if it holds none."""
        return (self._of_secrets if mode in ("label", "own") else self._of_all).clean(text, mode)

    @cached_property
    def _found(self) -> list[tuple[WantedValue, Values]]:
        """The elements that identify, and their values."""
        found = ((one, _values_of(one)) for one in wanted_values(self._file, _may_identify))
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

    def _is_openly_kept(self, one: WantedValue) -> bool:
        """Whether an id of a device or the name of a place stays by the strategy's choice."""
        if one.vr not in _OPENLY_KEPT or one.creator:
            return False
        return self._rule(one.tag, one.vr, "", one.parents).effect is Effect.KEEP

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


def _values_of(one: WantedValue) -> Values:
    vr = dictionary_vr(one.tag) if one.vr == "UN" else one.vr
    return identifying_values(vr, keyword_of(one.tag), one.value)
