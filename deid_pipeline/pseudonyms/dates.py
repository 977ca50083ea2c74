"""The date offset of a patient.

What belongs here: how many days. What does not: rewriting dates (``actions``).
"""

from __future__ import annotations

from deid_pipeline.pseudonyms.secret import ProjectSecret

MAXIMUM_DAYS = 3650


def days_offset(secret: ProjectSecret, patient: str) -> int:
    """Whole days by which all dates of a patient move: from -3650 to -1, always into the past, never 0."""
    return -1 - int.from_bytes(secret.derive("days", patient)[:8], "big") % MAXIMUM_DAYS
