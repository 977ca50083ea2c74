"""A corridor in memory: what the door calls, without files behind it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from dagster import DagsterInstance
from PIL import Image

from deid_pipeline import stages
from deid_pipeline.defs.resources import Workplace
from deid_pipeline.model import Settings, StageSummary

_STREAM = io.BytesIO()
Image.new("L", (40, 30), 128).save(_STREAM, "PNG")
PICTURE = _STREAM.getvalue()
_FUNCTIONS = {
    "ingest_study": "ingest",
    "extract_metadata": "metadata",
    "detect_text": "detection",
    "rebuild_study": "reconstruction",
    "validate_study": "validation",
}


@dataclass
class Corridor:
    """Stages that do nothing but remember; ``done`` studies are no longer pending."""

    settings: Settings
    pending: list[str] = field(default_factory=list)
    fingerprints: dict[str, str] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    calls: list[tuple[str, str]] = field(default_factory=list)
    raises: dict[tuple[str, str], BaseException] = field(default_factory=dict)
    before: Callable[[str, str], None] = field(default=lambda _stage, _key: None)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    roll_ups: int = 0

    @property
    def project(self) -> Any:
        return SimpleNamespace(settings=self.settings, stamp="stampstampstamp")

    def survey(self, _project: object, **_: object) -> Any:
        pending = tuple(key for key in self.pending if key not in self.done)
        return SimpleNamespace(
            pending=pending,
            partitions={key: self.fingerprints.get(key, "print") for key in self.pending},
            files=dict.fromkeys(self.pending, 2),
            size_bytes=dict.fromkeys(self.pending, 1000),
        )

    def stage(self, name: str) -> Callable[..., StageSummary]:
        def run(
            _project: object, partition_key: str, *, progress: Callable[[int, int], None] | None = None
        ) -> StageSummary:
            self.before(name, partition_key)
            if (name, partition_key) in self.raises:
                raise self.raises[name, partition_key]
            self.calls.append((name, partition_key))
            if progress:
                progress(2, 1000)
            last = name == "validation"
            if last:
                self.done.add(partition_key)
            counts = self.counts.get(partition_key, {"released": 2, "held": 0}) if last else {"rows": 7}
            return StageSummary(partition_key, name, 0.5, 2, 1000, counts, PICTURE if last else b"")

        return run

    def roll_up(self, _project: object) -> Mapping[str, int]:
        self.roll_ups += 1
        return {"released": 2 * len(self.done)}


@pytest.fixture
def corridor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Corridor:
    """The corridor in place of the real one, everywhere."""
    zones = [tmp_path / name for name in ("landing", "release", "vault")]
    corridor = Corridor(Settings(zones[0], zones[1], zones[2], None))
    for function, name in _FUNCTIONS.items():
        monkeypatch.setattr(stages, function, corridor.stage(name))
    monkeypatch.setattr(stages, "survey", corridor.survey)
    monkeypatch.setattr(stages, "roll_up", corridor.roll_up)
    monkeypatch.setattr(stages, "open_project", lambda _settings: corridor.project)
    monkeypatch.setattr(stages, "close_workers", lambda: None)
    return corridor


class MemoryWorkplace(Workplace):
    """The corridor's project as a resource."""

    def __init__(self, corridor: Corridor) -> None:
        super().__init__()
        self._corridor = corridor

    def project(self) -> Any:
        return self._corridor.project


@pytest.fixture
def workplace(corridor: Corridor) -> MemoryWorkplace:
    """A resource in memory."""
    return MemoryWorkplace(corridor)


@pytest.fixture
def instance() -> Iterator[DagsterInstance]:
    """A Dagster instance in memory."""
    with DagsterInstance.ephemeral() as made:
        yield made
