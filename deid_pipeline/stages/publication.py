"""Publication: checked copies into the release zone, with their evidence, and the vault's record of it.

What belongs here: the one place that writes files of the release zone. What does not: judging them (``validation``).
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deid_pipeline import __version__
from deid_pipeline.model import CheckResult, OutputFile, Status
from deid_pipeline.stages.project import Project
from deid_pipeline.stages.reconstruction import staging_folder
from deid_pipeline.store import publish, read_shard, withdraw, write_evidence, write_shard

if TYPE_CHECKING:
    from deid_pipeline.stages.validation import Judged


def publish_study(
    project: Project, partition_key: str, rows: Sequence[OutputFile], judged: Sequence[Judged], *, stamp: str
) -> list[OutputFile]:
    """Move passed copies into the release zone and write evidence, check results and ``output_files``, in this order.

    A file that was released before and does not pass now is withdrawn. ``stamp`` marks the study as done and is written
    last, so that a run that dies in between is done again.
    """
    vault, release = project.settings.vault, project.settings.release
    before = read_shard(vault, "output_files", partition_key)
    names = {
        (item.output.source_path, item.output.source_sha256): item
        for item in judged
        if item.output.status == Status.RELEASED
    }
    outputs = []
    for row in rows:
        item = names.get((row.source_path, row.source_sha256))
        if item is not None and row.status == Status.RELEASED:
            target = release / item.release_name
            publish(_staged(project, row), target)
            row = replace(row, output_path=str(target))
        outputs.append(row)
    released = {row.output_path for row in outputs if row.status == Status.RELEASED}
    for row in before:
        if row.output_path and row.output_path not in released:
            withdraw(Path(row.output_path), root=release)
    results = _check_results(project, partition_key, judged, released)
    write_evidence(release, partition_key, _evidence(project, partition_key, outputs, results))
    write_shard(vault, "check_results", partition_key, results)
    write_shard(vault, "output_files", partition_key, outputs, stamp=stamp)
    shutil.rmtree(staging_folder(project, partition_key), ignore_errors=True)
    return outputs


def _staged(project: Project, row: OutputFile) -> Path:
    return staging_folder(project, row.partition_key) / f"{row.source_sha256[:16]}.dcm"


def _check_results(
    project: Project, partition_key: str, judged: Sequence[Judged], released: set[str]
) -> list[CheckResult]:
    """The results of this run, and those of files that were released before and still are."""
    new = [result for item in judged for result in item.results]
    fresh = {result.output_path for result in new}
    release = project.settings.release
    kept = [
        result
        for result in read_shard(project.settings.vault, "check_results", partition_key)
        if result.output_path not in fresh and str(release / result.output_path) in released
    ]
    return [*kept, *new]


def _evidence(
    project: Project, partition_key: str, outputs: Sequence[OutputFile], results: Sequence[CheckResult]
) -> list[dict[str, Any]]:
    """One line for each released file; nothing in it leads back to a source."""
    checks: dict[str, dict[str, bool]] = {}
    for result in results:
        checks.setdefault(result.output_path, {})[result.check] = bool(result.passed)
    release = project.settings.release
    lines = []
    for row in outputs:
        if row.status != Status.RELEASED:
            continue
        name = Path(row.output_path).relative_to(release).as_posix()
        lines.append(
            {
                "partition_key": partition_key,
                "output_path": name,
                "output_sha256": row.output_sha256,
                "strategy": project.strategy.name,
                "strategy_hash": project.strategy.hash,
                "code_version": __version__,
                "frames": row.frames,
                "frames_redacted": row.frames_redacted,
                "checks": checks.get(name, {}),
            }
        )
    return sorted(lines, key=lambda line: str(line["output_path"]))
