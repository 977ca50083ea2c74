"""Recognizer: the value that a field label introduces (``Name: ...``, ``DOB ...``).

What belongs here: finding labels and what follows them. What does not: the labels themselves (``words.toml``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from deid_pipeline.model import Identifier
from deid_pipeline.phi.protocol import Span
from deid_pipeline.phi.words import labels


class LabelledValue:
    """Finds what stands between a known label and the next one."""

    name = "labelled_value"

    def find(self, text: str, identifiers: Sequence[Identifier]) -> list[Span]:  # noqa: ARG002 - the protocol's
        """A span for each label whose value identifies; the label itself is not part of it."""
        found = label_places(text)
        spans = []
        for number, (_, end, entity) in enumerate(found):
            following = found[number + 1][0] if number + 1 < len(found) else len(text)
            value = text[end:following]
            start, stop = following - len(value.lstrip(" \t:=#.-")), end + len(value.rstrip())
            if entity and stop > start:
                spans.append(Span(start, stop, entity, "beside a field label", 0.7))
        return spans


def label_places(text: str) -> list[tuple[int, int, str]]:
    """Labels in a line: start, end (behind its colon) and the entity of the value, empty when that identifies nobody.

    A label counts at the start of the line, or anywhere when a colon or equals sign follows it.
    """
    return [
        (matched.start(), matched.end(), labels()[" ".join(matched.group("label").casefold().split())])
        for matched in _label_shape().finditer(text)
        if matched.group("sign") or not text[: matched.start()].strip()
    ]


@cache
def _label_shape() -> re.Pattern[str]:
    names = sorted(labels(), key=len, reverse=True)
    alternatives = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in names)
    return re.compile(rf"(?<!\w)(?P<label>{alternatives})(?!\w)\s*(?P<sign>[:=#]?)", re.IGNORECASE)
