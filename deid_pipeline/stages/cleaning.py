"""The text cleaner of one instance, made when the first text asks for it.

What belongs here: joining the header's identifiers with the room that finds them in text. What does not: finding
(``phi``), rewriting elements (``actions``).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, lru_cache

from deid_pipeline.actions import CleaningMode, Effect, Untouched
from deid_pipeline.dicom import DicomFile, RuleSource, WantedValue, dictionary_vr, keyword_of, wanted_key, wanted_values
from deid_pipeline.model import IdentifierKind
from deid_pipeline.phi import Cleaner, cleaner_of, identifies, identifying_values
from deid_pipeline.pseudonyms import Pseudonyms
from deid_pipeline.strategy import Rules

_OPENLY_KEPT = frozenset({"LO", "SH", "ST", "LT", "UC", "UT"})  # VRs of ids and places
_OF_SECRETS = frozenset({"label", "own"})  # modes

Known = frozenset[tuple[IdentifierKind, str]]


class InstanceCleaner:
    """Cleans text by what the header of an open file says about people."""

    def __init__(self, file: DicomFile, pseudonyms: Pseudonyms, rules: RuleSource) -> None:
        """``rules`` are the strategy's: what it keeps openly is no secret of the texts that are kept as well."""
        self._file, self._pseudonyms, self._rules = file, pseudonyms, rules
        self._all: Cleaner | None = None
        self._secrets: Cleaner | None = None

    def clean(self, text: str, mode: CleaningMode) -> str:
        """The text without its identifiers; equal to ``text`` if it holds none."""
        return self._for(mode).clean(text, mode)

    def untouched(self, mode: CleaningMode) -> Untouched | None:
        """Value fields that are known to stay; see ``actions.TextCleaner``."""
        return self._for(mode).untouched(mode)

    def _for(self, mode: CleaningMode) -> Cleaner:
        made = self._secrets if mode in _OF_SECRETS else self._all
        if made is None:
            known = self._header.secrets if mode in _OF_SECRETS else self._header.all
            made = cleaner_of(known, pseudonym=self._pseudonym, days_offset=self._pseudonyms.days_offset())
            if mode in _OF_SECRETS:
                self._secrets = made
            else:
                self._all = made
        return made

    @cached_property
    def _header(self) -> _Header:
        header = _Header(self._rules)
        if isinstance(self._rules, Rules):
            key = wanted_key(self._file, _may_identify)
            header = header if key is None else _remembered(self._rules, key)
        header.read(self._file)
        return header

    def _pseudonym(self, kind: IdentifierKind, original: str) -> str:
        if kind is IdentifierKind.NAME:
            return self._pseudonyms.person_name(original).replace("^", " ")
        if kind is IdentifierKind.UID:
            return self._pseudonyms.uid(original)
        return self._pseudonyms.number(f"text/{kind.value}", original)


class _Header:
    """What the headers that have the same to say about people, as those of a series, say about them."""

    def __init__(self, rules: RuleSource) -> None:
        self._rules = rules
        self._found: list[tuple[WantedValue, tuple[tuple[IdentifierKind, str], ...]]] | None = None

    def read(self, file: DicomFile) -> None:
        """Read an open file, the first of them."""
        if self._found is None:
            self._found = list(_identifying(file))

    @cached_property
    def all(self) -> Known:
        """All that identifies."""
        return frozenset(value for _, values in self._elements() for value in values)

    @cached_property
    def secrets(self) -> Known:
        """What identifies, but for ids of devices and names of places that stay by the strategy's choice."""
        return frozenset(value for one, values in self._elements() if not self._is_open(one) for value in values)

    def _elements(self) -> list[tuple[WantedValue, tuple[tuple[IdentifierKind, str], ...]]]:
        if self._found is None:
            raise RuntimeError("nobody read the header")
        return self._found

    def _is_open(self, one: WantedValue) -> bool:
        if one.vr not in _OPENLY_KEPT or one.creator:
            return False
        return self._rules.rule(one.tag, one.vr, "", one.parents).effect is Effect.KEEP


@lru_cache(maxsize=64)
def _remembered(rules: Rules, key: bytes) -> _Header:  # noqa: ARG001  # the files that have the key say what there is
    return _Header(rules)


def _identifying(file: DicomFile) -> Iterator[tuple[WantedValue, tuple[tuple[IdentifierKind, str], ...]]]:
    """The elements of an open file that identify, and their values."""
    for one in wanted_values(file, _may_identify):
        tag, vr, _, _, text = one
        values = identifying_values(dictionary_vr(tag) if vr == "UN" else vr, keyword_of(tag), text)
        if values:
            yield one, values


@lru_cache(maxsize=16384)
def _may_identify(tag: int, vr: str) -> bool:
    """Whether an element may hold what a text must not; asked about every element of every file."""
    return identifies(dictionary_vr(tag) if vr == "UN" else vr, keyword_of(tag))
