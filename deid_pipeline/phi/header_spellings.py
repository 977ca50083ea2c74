"""Spellings of the header in a text, looked for as the gate does: what walking by words overlooks.

What belongs here: the last look at a text that is clean by all other finders. What does not: spellings (``spellings``),
where they count (``model.edges``), words (``header_words``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from deid_pipeline.model import Edge, IdentifierKind, edge_of, normal
from deid_pipeline.phi.identifiers import spellings_of
from deid_pipeline.phi.ordinary import is_ordinary
from deid_pipeline.phi.text_tokens import MARK, Found

_SOUGHT = frozenset({IdentifierKind.NAME, IdentifierKind.ID, IdentifierKind.PLACE, IdentifierKind.CONTACT})
_SIGNS = re.compile(r"[\W_]+")
_BESIDE = {
    Edge.NONE: ("", ""),
    Edge.LETTER: ("(?<![a-z])", "(?![a-z])"),
    Edge.WORD: ("(?<![a-z0-9])", "(?![a-z0-9])"),
    Edge.DIGIT: ("(?<![0-9])", "(?![0-9])"),
}


class HeaderSpellings:
    """The spellings of a set of identifiers that identify wherever they stand, by their letters and digits."""

    def __init__(self, known: Iterable[tuple[IdentifierKind, str]]) -> None:
        """Prepare the spellings of kinds and values."""
        self._sought: dict[str, list[tuple[str, Edge, IdentifierKind, str]]] = {}
        for kind, value in known:
            for spelling in map(normal, spellings_of(kind, value)) if kind in _SOUGHT else ():
                edge = edge_of(kind, spelling)
                if edge is not None and not is_ordinary(kind, spelling):
                    self._sought.setdefault(_SIGNS.sub("", spelling), []).append((spelling, edge, kind, value))

    def find(self, text: str) -> Iterator[Found]:
        """Every hit; all of a text in which places cannot be told, since folding it changes its length."""
        folded = normal(text)
        squeezed = _SIGNS.sub("", folded)
        marks = [matched.span() for matched in MARK.finditer(text)] if "<" in text else []
        for letters, sought in self._sought.items():
            if letters not in squeezed:  # as in nearly all texts
                continue
            for spelling, edge, kind, value in sought:
                before, behind = _BESIDE[edge]
                for matched in re.finditer(before + re.escape(spelling) + behind, folded):
                    start, end = matched.span() if len(folded) == len(text) else (0, len(text))
                    if not any(start < right and left < end for left, right in marks):
                        yield Found(start, end, kind, value)
