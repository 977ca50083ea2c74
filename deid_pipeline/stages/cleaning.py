"""The text cleaner of one instance, made when the first text asks for it.

What belongs here: joining the header's identifiers with the room that finds them in text. What does not: finding
(``phi``), rewriting elements (``actions``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property, lru_cache

from deid_pipeline.actions import CleaningMode, Effect, TextCleaner
from deid_pipeline.dicom import DicomFile, RuleLookup, dictionary_vr, element_rows, keyword_of
from deid_pipeline.model import ElementRow, IdentifierKind
from deid_pipeline.phi import cleaner_for, harvest, identifies
from deid_pipeline.pseudonyms import Pseudonyms

_OPENLY_KEPT = frozenset({"LO", "SH", "ST", "LT", "UC", "UT"})  # VRs of ids and places
_TAGS = re.compile(r"\(([0-9a-f]{4}),([0-9a-f]{4})\)", re.IGNORECASE)


class InstanceCleaner:
    """Cleans text by what the header of an open file says about people."""

    def __init__(self, file: DicomFile, pseudonyms: Pseudonyms, rule: RuleLookup) -> None:
        """``rule`` is the strategy's: what it keeps openly is no secret of the texts that are kept as well."""
        self._file, self._pseudonyms, self._rule = file, pseudonyms, rule

    def clean(self, text: str, mode: CleaningMode) -> str:
        """The text without its identifiers; equal to ``text`` if it holds none."""
        return (self._of_secrets if mode in ("label", "own") else self._of_all).clean(text, mode)

    @cached_property
    def _rows(self) -> list[ElementRow]:
        return list(element_rows(self._file, wanted=_may_identify))

    @cached_property
    def _of_all(self) -> TextCleaner:
        return self._cleaner(self._rows)

    @cached_property
    def _of_secrets(self) -> TextCleaner:
        secrets = [row for row in self._rows if not self._is_openly_kept(row)]
        return self._of_all if len(secrets) == len(self._rows) else self._cleaner(secrets)

    def _cleaner(self, rows: Iterable[ElementRow]) -> TextCleaner:
        return cleaner_for(harvest(rows), pseudonym=self._pseudonym, days_offset=self._pseudonyms.days_offset())

    def _is_openly_kept(self, row: ElementRow) -> bool:
        """Whether an id of a device or the name of a place stays by the strategy's choice."""
        if row.vr not in _OPENLY_KEPT or row.private_creator:
            return False
        parents = tuple(int(f"{group}{number}", 16) for group, number in _TAGS.findall(row.tag_path)[:-1])
        return self._rule(int(row.tag, 16), row.vr, "", parents).effect is Effect.KEEP

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
