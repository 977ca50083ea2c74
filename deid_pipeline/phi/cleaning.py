"""Cleaning of free text: identifiers out, everything else exactly as it was.

What belongs here: one cleaner for one set of identifiers, its modes, its memory. What does not: finding
(``header_words``, ``text_dates``, ``text_numbers``, ``text_names``, ``text_places``), what is left dangling
(``replacing``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Literal

from deid_pipeline.model import Identifier, IdentifierKind
from deid_pipeline.phi.first_look import first_look
from deid_pipeline.phi.header_index import HeaderIndex, index_of
from deid_pipeline.phi.header_spellings import HeaderSpellings
from deid_pipeline.phi.header_traces import HeaderTraces
from deid_pipeline.phi.header_words import find_header
from deid_pipeline.phi.protocol import Recognizer
from deid_pipeline.phi.replacing import joined, removed, replaced
from deid_pipeline.phi.text_dates import FoundDate, find_dates, shifted
from deid_pipeline.phi.text_names import find_names
from deid_pipeline.phi.text_numbers import find_numbers, find_uids
from deid_pipeline.phi.text_places import find_places
from deid_pipeline.phi.text_tokens import MARK, Found, Tokens

CleaningMode = Literal["remove", "deid", "mask", "surrogate", "header", "label", "own"]
"""What takes the place of an identifier: nothing, ``<KIND>``, asterisks, or a pseudonym."""

Pseudonym = Callable[[IdentifierKind, str], str]

_REMEMBERED = 1024  # cleaned texts of one header
_STRANGERS_REMEMBERED = 4096  # texts at most as long as a first look is taken at
_LONGEST_REMEMBERED = 1024  # characters
_KNOWN_ONLY = frozenset({"header", "own"})
_REMOVING = _KNOWN_ONLY | {"remove", "label"}
_PASSES = 8  # what takes one identifier out may bring parts of another one together
_LONGEST_MAPPED = 64  # characters of LO: where a text would grow beyond that, its UIDs go
_OLDEST = "90"  # what an age over 89 becomes (45 CFR 164.514(b)(2)(i)(C): one category)


def cleaner_for(
    identifiers: Sequence[Identifier],
    *,
    pseudonym: Pseudonym | None = None,
    days_offset: int | None = None,
    recognizers: Sequence[Recognizer] = (),
) -> Cleaner:
    """Make the cleaner for what a header says about people.

    Parameters
    ----------
    identifiers
        What was harvested from the header; only kind and value are looked at. The work is cached by them, so that the
        files of one patient share it.
    pseudonym
        Gives what replaces an identifier of a kind under ``surrogate``: of the header's value where the text repeats
        that, else of the text's own. Without it, ``<KIND>`` does.
    days_offset
        Whole days by which dates move under ``surrogate``; without it ``<DATE>`` takes their place.
    recognizers
        Further members of the room who are asked, such as a model of names; slower than the rest.
    """
    known = frozenset((one.kind, one.value) for one in identifiers if one.kind is not IdentifierKind.UID)
    return Cleaner(
        _finder(known), tuple(identifiers) if recognizers else (), pseudonym, days_offset, tuple(recognizers)
    )


def cleaner_of(
    known: frozenset[tuple[IdentifierKind, str]], *, pseudonym: Pseudonym | None = None, days_offset: int | None = None
) -> Cleaner:
    """Make the cleaner for kinds and values, as ``identifying_values`` gives them; see :func:`cleaner_for`."""
    return Cleaner(_finder(known), (), pseudonym, days_offset, ())


def still_names(identifiers: Iterable[Identifier], text: str) -> bool:
    """Whether a text has something of these identifiers that its context says is one; the gate's question.

    Ordinary words are no leak by themselves: ``Long axis`` of a patient Long. What cleaning would take out is one.
    """
    return _finder(frozenset((one.kind, one.value) for one in identifiers)).names_somebody(text)


class Cleaner:
    """Takes identifiers out of text; the text without any is returned as it is."""

    def __init__(
        self,
        finder: Finder,
        identifiers: tuple[Identifier, ...],
        pseudonym: Pseudonym | None,
        days_offset: int | None,
        recognizers: tuple[Recognizer, ...],
    ) -> None:
        """Use :func:`cleaner_for`."""
        self._finder = finder
        self._identifiers = identifiers
        self._pseudonym = pseudonym
        self._days_offset = days_offset
        self._recognizers = recognizers
        # The header alone decides what is left of a text, but for surrogates, which are the patient's: recognizers
        # know more, and who has no pseudonyms leaves UIDs alone.
        self._memory = finder if pseudonym is not None and not recognizers else None

    def clean(self, text: str, mode: CleaningMode) -> str:
        """The text without its identifiers; equal to ``text`` if it holds none.

        Cleaning what was cleaned changes nothing; but for pseudonyms of UIDs, and for ``surrogate``, whose dates and
        names are such as are cleaned.

        Parameters
        ----------
        text
            One value of an element.
        mode
            ``remove``: words that lead to an identifier (``for``, ``Dr.``), signs and blanks around it go too. UIDs
            become their pseudonyms, so that references survive, unless the text would outgrow its LO.
            ``deid``: ``<KIND>``. ``mask``: an asterisk for each character. ``surrogate``: pseudonyms; dates move in
            their own spelling, ages over 89 become 90. ``header``: as ``remove``, but only what the header names and
            dates; numbers, names and places that are nobody's of this header stay. ``label``: as ``remove``, but such
            places stay. ``own``: as ``header``, and other dates stay too.
        """
        remembered = None if mode == "surrogate" or self._memory is None else self._memory.cleaned
        if remembered is not None:
            done = remembered.get((mode, text))
            if done is not None:
                return done
        uids = list(find_uids(text)) if mode in _REMOVING and self._pseudonym else []
        mapped = self._mapped_uids(text, uids, mode) if uids else {}
        result = self._cleaned(_with(text, mapped) if mapped else text, mode, frozenset(mapped.values()))
        if remembered is not None and not uids and len(text) <= _LONGEST_REMEMBERED:
            if len(remembered) >= _REMEMBERED:
                remembered.clear()
            remembered[mode, text] = result
        return result

    def untouched(self, mode: CleaningMode) -> dict[tuple[CleaningMode, str], set[bytes]] | None:
        """Value fields that are known to stay under a mode, by mode and VR; None where that is not remembered.

        Whoever finds one more, of ASCII, may put it in: it holds for all headers with these identifiers.
        """
        return None if mode == "surrogate" or self._memory is None else self._memory.untouched

    def _mapped_uids(self, text: str, uids: Iterable[Found], mode: CleaningMode) -> dict[tuple[int, int], str]:
        """What takes the place of UIDs in a text, by their ranges; none where ``remove`` finds them anyway."""
        if self._pseudonym is None:
            return {}
        mapped = {(one.start, one.end): self._pseudonym(IdentifierKind.UID, text[one.start : one.end]) for one in uids}
        fits = len(text) > _LONGEST_MAPPED or len(_with(text, mapped)) <= _LONGEST_MAPPED
        return mapped if fits else {} if mode == "remove" else dict.fromkeys(mapped, "")

    def _cleaned(self, text: str, mode: CleaningMode, mapped: frozenset[str] = frozenset()) -> str:
        if mode == "surrogate":
            found, dates = self._find(text)
            return replaced(text, found, lambda one: self._surrogate(text, one, dates)) if found else text
        for _ in range(_PASSES):
            found = self._finder.find_known(text, mode) if mode in _KNOWN_ONLY else self._find(text, mode)[0]
            found = [one for one in found if not any(uid and uid in text[one.start : one.end] for uid in mapped)]
            if not found:
                break
            if mode in _REMOVING:
                text = removed(text, found)
            elif mode == "mask":
                text = replaced(text, found, lambda one: "*" * (one.end - one.start))
            else:
                text = replaced(text, found, lambda one: f"<{one.kind}>")
        return text

    def _find(self, text: str, mode: CleaningMode = "remove") -> tuple[Sequence[Found], Mapping[int, FoundDate]]:
        found, dates = self._finder.find(text, places=mode != "label")
        for recognizer in self._recognizers:
            spans = recognizer.find(text, self._identifiers)
            marks = [matched.span() for matched in MARK.finditer(text)]
            found = joined(
                [
                    *found,
                    *(
                        Found(span.start, span.end, IdentifierKind(span.entity))
                        for span in spans
                        if any(map(str.isalnum, text[span.start : span.end]))
                        and not any(start < span.end and span.start < end for start, end in marks)
                    ),
                ]
            )
        return found, dates

    def _surrogate(self, text: str, one: Found, dates: Mapping[int, FoundDate]) -> str:
        written = text[one.start : one.end]
        if one.kind is IdentifierKind.DATE:
            date = dates.get(one.start)
            if date is None or date.end != one.end or self._days_offset is None:
                return f"<{one.kind}>"
            return shifted(text, date, self._days_offset) or f"<{one.kind}>"
        if one.kind is IdentifierKind.AGE:
            digits = "".join(filter(str.isdecimal, written))
            if not digits:
                return f"{_OLDEST} years old"
            return written.replace(digits, _OLDEST.zfill(len(digits)), 1)
        if self._pseudonym is None:
            return f"<{one.kind}>"
        return self._pseudonym(one.kind, one.original or written)


def _with(text: str, mapped: dict[tuple[int, int], str]) -> str:
    """The text with other text in the place of some of its ranges."""
    for start, end in sorted(mapped, reverse=True):
        text = text[:start] + mapped[start, end] + text[end:]
    return text


class Finder:
    """What finds the identifiers of one set, and the texts it has cleaned already."""

    def __init__(self, known: frozenset[tuple[IdentifierKind, str]]) -> None:
        """Note the identifiers; they are indexed when the first text may have one of them."""
        self._known_values = known
        self._traces = HeaderTraces(known)
        self.cleaned: dict[tuple[str, str], str] = {}
        self.untouched: dict[tuple[CleaningMode, str], set[bytes]] = {}

    @cached_property
    def _index(self) -> HeaderIndex:
        return index_of(sorted(self._known_values))

    @cached_property
    def _of_dates(self) -> Finder:
        """What finds the dates of the set alone."""
        return Finder(frozenset(one for one in self._known_values if one[0] is IdentifierKind.DATE))

    @cached_property
    def _spellings(self) -> HeaderSpellings:
        return HeaderSpellings(self._known_values)

    def find(self, text: str, *, places: bool = True) -> tuple[Sequence[Found], Mapping[int, FoundDate]]:
        """Ranges that identify, in their order without overlaps; and the dates among them by where they start."""
        look = first_look(text)
        if look is None or self._traces.may_be_in(look):
            return self.search(look.tokens if look else Tokens(text), places=places)
        if self._traces.says_date(look):
            return self._of_dates.search(look.tokens, places=places)
        return _strangers(text, places=places)

    def find_known(self, text: str, mode: CleaningMode = "header") -> Sequence[Found]:
        """Ranges that the header itself names, and dates; under ``own`` its own dates."""
        look = first_look(text)
        if look is None or self._traces.may_be_in(look):
            return self.search_known(look.tokens if look else Tokens(text), mode)
        if self._traces.says_date(look):
            return self._of_dates.search_known(look.tokens, mode)
        return _strange_dates(text) if mode == "header" and look.said else ()

    def search(self, tokens: Tokens, *, places: bool) -> tuple[list[Found], dict[int, FoundDate]]:
        """What :meth:`find` finds, without a first look."""
        if not len(tokens):
            return [], {}
        found, dates = self._known(tokens)
        found += find_numbers(tokens)
        found += find_names(tokens)
        found += find_places(tokens) if places else ()
        found = found or list(self._spellings.find(tokens.text))
        return joined(found) if found else found, dates

    def search_known(self, tokens: Tokens, mode: CleaningMode) -> list[Found]:
        """What :meth:`find_known` finds, without a first look."""
        found, dates = self._known(tokens) if len(tokens) else ([], {})
        if mode == "own":
            strange = {start for start, date in dates.items() if date.day not in self._index.dates}
            found = [one for one in found if one.kind is not IdentifierKind.DATE or one.start not in strange]
        found = found or list(self._spellings.find(tokens.text))
        return joined(found) if found else found

    def names_somebody(self, text: str) -> bool:
        """Whether a name, an id or a place of the header stands in a text as one."""
        return any(True for _ in find_header(Tokens(text), self._index))

    def _known(self, tokens: Tokens) -> tuple[list[Found], dict[int, FoundDate]]:
        dates: dict[int, FoundDate] = {}
        for date in find_dates(tokens, self._index.dates):
            other = dates.get(date.start)
            if other is None or (date.end, date.day is not None) > (other.end, other.day is not None):
                dates[date.start] = date
        found = [Found(date.start, date.end, IdentifierKind.DATE) for date in dates.values()]
        found += find_header(tokens, self._index)
        return found, dates


@lru_cache(maxsize=64)
def _finder(known: frozenset[tuple[IdentifierKind, str]]) -> Finder:
    return Finder(known)


_NOBODY: frozenset[tuple[IdentifierKind, str]] = frozenset()


@lru_cache(maxsize=_STRANGERS_REMEMBERED)
def _strangers(text: str, *, places: bool) -> tuple[Sequence[Found], Mapping[int, FoundDate]]:
    """What is found in a text that has nothing of the header, whosever it is."""
    look = first_look(text)
    return _finder(_NOBODY).search(look.tokens if look else Tokens(text), places=places)


@lru_cache(maxsize=_STRANGERS_REMEMBERED)
def _strange_dates(text: str) -> Sequence[Found]:
    look = first_look(text)
    return _finder(_NOBODY).search_known(look.tokens if look else Tokens(text), "header")
