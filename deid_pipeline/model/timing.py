"""How long the stages took."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StageTiming:
    """A row of the vault's table ``run_timings``: one stage on one partition, the last time it had work to do.

    ``seconds`` is wall time; ``files`` and ``bytes`` count the source files that the stage went through.
    """

    partition_key: str
    stage: str
    seconds: float
    files: int
    bytes: int
