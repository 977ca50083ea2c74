"""Partition keys: what Dagster and file names may show of a study.

What belongs here: keys. What does not: grouping files by study (``stages``).
"""

from __future__ import annotations

from deid_pipeline.pseudonyms.secret import ProjectSecret


def study_partition_key(secret: ProjectSecret, study_uid: str) -> str:
    """``st-`` and 16 hex digits of the keyed hash of a Study Instance UID."""
    return f"st-{secret.derive('partition', study_uid).hex()[:16]}"
