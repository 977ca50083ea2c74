"""Projects in temporary folders for tests of the corridor and the doors."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from deid_pipeline.model import OutputFile, Settings
from deid_pipeline.pseudonyms import create_key_file
from deid_pipeline.stages import (
    Project,
    detect_text,
    extract_metadata,
    ingest_study,
    open_project,
    rebuild_study,
    survey,
    validate_study,
)
from deid_pipeline.store import read_shard

STAGES = (ingest_study, extract_metadata, detect_text, rebuild_study, validate_study)


def settings_in(folder: Path, *, strategy: str = "basic", workers: int = 1) -> Settings:
    """Settings with zones below a folder; the landing zone and the key are made when absent."""
    (folder / "landing").mkdir(parents=True, exist_ok=True)
    key = folder / "key.hex"
    if not key.exists():
        create_key_file(key)
    return Settings(folder / "landing", folder / "release", folder / "vault", key, strategy, workers)


def project_in(folder: Path, *, strategy: str = "basic", workers: int = 1) -> Project:
    """An opened project below a folder."""
    return open_project(settings_in(folder, strategy=strategy, workers=workers))


def run_stages(project: Project) -> tuple[str, ...]:
    """Take everything pending through all stages; gives the keys that had work."""
    pending = survey(project).pending
    for key in pending:
        for stage in STAGES:
            stage(project, key)
    return pending


def outputs(project: Project, keys: tuple[str, ...]) -> Mapping[str, OutputFile]:
    """Output rows by the name of the source file."""
    rows = [row for key in keys for row in read_shard(project.settings.vault, "output_files", key)]
    return {Path(row.source_path).name: row for row in rows}
