"""Offsets other than the days of a patient: seconds of a study's times, years of a patient's age.

What belongs here: how far. What does not: rewriting times and ages (``actions``).
"""

from __future__ import annotations

from deid_pipeline.pseudonyms.secret import ProjectSecret


def offset_between(secret: ProjectSecret, purpose: str, value: str, *, lowest: int, highest: int) -> int:
    """A whole number from ``lowest`` to ``highest``, both included, never 0; 0 only where nothing else lies there."""
    around_zero = lowest <= 0 <= highest
    count = highest - lowest + 1 - around_zero
    if count <= 0:
        return 0
    offset = lowest + int.from_bytes(secret.derive(purpose, value)[:8], "big") % count
    return offset + 1 if around_zero and offset >= 0 else offset
