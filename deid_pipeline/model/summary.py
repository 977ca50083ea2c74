"""What a stage says about one partition when it is done: PHI-free, shown in Dagster and on the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class StageSummary:
    """Figures of one stage on one partition.

    ``counts`` are named whole numbers (files by status, elements, regions ...); ``thumbnail_png`` is a small picture of
    a de-identified frame, empty when there is none.
    """

    partition_key: str
    stage: str
    seconds: float
    files: int
    size_bytes: int
    counts: Mapping[str, int] = field(default_factory=dict)
    thumbnail_png: bytes = b""
