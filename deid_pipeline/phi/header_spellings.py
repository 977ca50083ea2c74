"""Spellings of the header in a text, looked for as the gate does: what walking by words overlooks.

What belongs here: the last look at a text that is clean by all other finders. What does not: spellings (``spellings``),
where they count (``model.edges``), words (``header_words``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from deid_pipeline.model import Edge, IdentifierKind, edge_of, normal
from deid_pipeline.phi.identifiers import spellings_of
from deid_pipeline.phi.ordinary import is_ordinary
from deid_pipeline.phi.text_tokens import MARK, Found

_SOUGHT = frozenset({IdentifierKind.NAME, IdentifierKind.ID, IdentifierKind.PLACE, IdentifierKind.CONTACT})
LOCAL_DIGITS = 7  # of a phone number, without its area
_SIGNS = re.compile(r"[\W_]+")
_BESIDE = {
    Edge.NONE: ("", ""),
    Edge.LETTER: ("(?<![a-z])", "(?![a-z])"),
    Edge.WORD: ("(?<![a-z0-9])", "(?![a-z0-9])"),
    Edge.DIGIT: ("(?<![0-9])", "(?![0-9])"),
}


class HeaderSpellings:
    """The spellings of a set of identifiers that identify wherever they stand.

    They are many, and made only for values of which a text has a part.
    """

    def __init__(self, known: Iterable[tuple[IdentifierKind, str]]) -> None:
        """Note the parts of values by kind."""
        self._sought = [(kind, value, _cores(kind, value)) for kind, value in known if kind in _SOUGHT]

    def find(self, text: str) -> Iterator[Found]:
        """Every hit; all of a text in which places cannot be told, since folding it changes its length."""
        folded = normal(text)
        squeezed = _SIGNS.sub("", folded)
        marks = [matched.span() for matched in MARK.finditer(text)] if "<" in text else []
        for kind, value, cores in self._sought:
            if not any(core in squeezed for core in cores):  # as in nearly all texts
                continue
            for spelling, letters, edge in _strong(kind, value):
                if letters not in squeezed:
                    continue
                before, behind = _BESIDE[edge]
                for matched in re.finditer(before + re.escape(spelling) + behind, folded):
                    start, end = matched.span() if len(folded) == len(text) else (0, len(text))
                    if not any(start < right and left < end for left, right in marks):
                        yield Found(start, end, kind, value)


@lru_cache(maxsize=8192)
def _cores(kind: IdentifierKind, value: str) -> tuple[str, ...]:
    """Strings of which every spelling has one, without its signs; the empty one where that cannot be said."""
    if not value.isascii():
        return ("",)  # written in other letters too
    words = _SIGNS.sub(" ", value.lower()).split()
    if kind is IdentifierKind.ID:
        return ("".join(words).lstrip("0"),)
    if kind is IdentifierKind.CONTACT and not any(map(str.isalpha, value)):
        return ("".join(words)[-LOCAL_DIGITS:],)
    return tuple(word for word in words if len(word) > 1) or ("",)


@lru_cache(maxsize=2048)
def _strong(kind: IdentifierKind, value: str) -> tuple[tuple[str, str, Edge], ...]:
    """Spellings, their letters and digits, and their edges."""
    found = []
    for spelling in map(normal, spellings_of(kind, value)):
        edge = edge_of(kind, spelling)
        if edge is not None and not is_ordinary(kind, spelling):
            found.append((spelling, _SIGNS.sub("", spelling), edge))
    return tuple(found)
