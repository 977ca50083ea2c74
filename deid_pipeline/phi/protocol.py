"""What a recognizer is: it finds PHI in one line of text.

What belongs here: the protocol and the span it returns. What does not: any recognizer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from deid_pipeline.model import Identifier


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open range of characters of a line that is PHI.

    ``entity`` is the kind of identifier (``IdentifierKind`` values); ``reason`` says why, in words without PHI;
    ``score`` is from 0 to 1.
    """

    start: int
    end: int
    entity: str
    reason: str
    score: float


class Recognizer(Protocol):
    """A member of the room: one file, one line in ``RECOGNIZERS``."""

    name: str

    def find(self, text: str, identifiers: Sequence[Identifier]) -> list[Span]:
        """The PHI of one line.

        Parameters
        ----------
        text
            One line as it was read, unchanged.
        identifiers
            What the header of the same instance (or study) says about the patient and others.
        """
