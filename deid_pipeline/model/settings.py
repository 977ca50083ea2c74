"""What one project needs to run: its zones, its secret's place, its strategy."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """Zones and choices of one project; absolute paths.

    ``key_file`` None means that the secret comes from the environment variable ``DEID_KEY``. ``workers`` is the number
    of processes that read and rebuild instances; 0 means one for each core.
    """

    landing: Path
    release: Path
    vault: Path
    key_file: Path | None
    strategy: str = "basic"
    workers: int = 0
