"""Recognizer: what looks like PHI whatever the header says.

What belongs here: shapes of dates, numbers, phones, mail addresses, ages. What does not: values of the header
(``header_match``), values named by a label (``labelled_value``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from deid_pipeline.model import Identifier, IdentifierKind
from deid_pipeline.phi.protocol import Span
from deid_pipeline.phi.words import months


class Patterns:
    """Finds dates, 8 to 11 digit numbers, phone numbers, mail addresses, social security numbers and ages."""

    name = "patterns"

    def find(self, text: str, identifiers: Sequence[Identifier]) -> list[Span]:  # noqa: ARG002 - the protocol's
        """All matches of all shapes."""
        return [
            Span(matched.start(), matched.end(), entity, reason, score)
            for entity, reason, score, shape in _shapes()
            for matched in shape.finditer(text)
        ]


@cache
def _shapes() -> tuple[tuple[str, str, float, re.Pattern[str]], ...]:
    month = "(?:" + "|".join(f"{name[:3]}(?:{name[3:]})?" for name in months()) + r"|sept)\.?"
    year, day = r"(?:19|20)\d\d", r"[0-3]?\d"
    dates = (
        rf"(?<!\d){year}[-/.: ]?[01]\d[-/.: ]?[0-3]\d(?!\d)",
        rf"(?<![\d.]){day}[-/.]{day}[-/.](?:{year}|\d\d)(?![\d.])",
        rf"(?<!\d){year}[-/. ]?{month}[-/. ]?{day}(?!\d)",
        rf"(?<![a-z]){month}[-/. ]?{day}(?:st|nd|rd|th)?,?[-/. ]?{year}(?!\d)",
        rf"(?<!\d){day}\.?[-/ ]?{month}[-/ ]?(?:{year}|\d\d)(?!\d)",
    )
    place, contact, number = IdentifierKind.DATE.value, IdentifierKind.CONTACT.value, IdentifierKind.ID.value
    shapes = [(place, "looks like a date", 0.8, date) for date in dates]
    shapes += [
        (number, "looks like a social security number", 0.8, r"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])"),
        (number, "a number of 8 to 11 digits", 0.6, r"(?<![\d.])\d{8,11}(?![\d.])"),
        (contact, "looks like a mail address", 0.9, r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
        (
            contact,
            "looks like a phone number",
            0.7,
            r"(?<!\d)(?:\+?\d{1,2}[-. ])?\(?\d{3}\)?[-. ]\d{3}[-. ]\d{4}(?!\d)",
        ),
        (
            IdentifierKind.AGE.value,
            "looks like an age",
            0.6,
            r"(?<!\w)(?:\d{3}[DWMY]|\d{1,3} ?(?:y/?o|yrs?|years?))(?!\w)",
        ),
    ]
    return tuple((entity, reason, score, re.compile(shape, re.IGNORECASE)) for entity, reason, score, shape in shapes)
