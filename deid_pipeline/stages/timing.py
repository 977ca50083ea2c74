"""How a stage reports: its summary, and its row in the vault's table of timings.

What belongs here: measuring one stage on one partition. What does not: showing figures (``reports``, doors).
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable

from deid_pipeline.model import StageSummary, StageTiming
from deid_pipeline.stages.project import Project
from deid_pipeline.store import write_shard

Progress = Callable[[int, int], None]
"""Told of work done: a number of files and their bytes."""


class StageClock:
    """Measures one stage on one partition from its making on."""

    def __init__(self, project: Project, stage: str, partition_key: str) -> None:
        self._project, self._stage, self._key = project, stage, partition_key
        self._started = time.perf_counter()

    def summary(
        self, sizes: Iterable[int], counts: Iterable[str] | Counter[str], *, thumbnail_png: bytes = b""
    ) -> StageSummary:
        """The stage's summary, also written to ``run_timings``; ``sizes`` are bytes, one for each file."""
        seconds, sizes = time.perf_counter() - self._started, list(sizes)
        timing = StageTiming(self._key, self._stage, seconds, len(sizes), sum(sizes))
        write_shard(self._project.settings.vault, "run_timings", f"{self._key}-{self._stage}", [timing])
        return StageSummary(
            self._key, self._stage, seconds, len(sizes), sum(sizes), dict(Counter(counts)), thumbnail_png
        )
