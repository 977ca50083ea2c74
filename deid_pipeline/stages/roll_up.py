"""The roll-up: what is made from all studies together.

What belongs here: manifest, warehouse, reports. What does not: anything of a single study.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from deid_pipeline.model import Status
from deid_pipeline.reports import write_release_report, write_vault_report
from deid_pipeline.stages.project import Project
from deid_pipeline.stages.survey import INDEX
from deid_pipeline.store import build_warehouse, make_folder, read_shard, shard_keys, write_manifest


def roll_up(project: Project) -> Mapping[str, int]:
    """Write ``MANIFEST.jsonl``, ``warehouse.duckdb`` and the reports; gives the number of files by status."""
    release, vault = project.settings.release, project.settings.vault
    make_folder(release, mode=0o755)
    write_manifest(release)
    build_warehouse(vault)
    write_release_report(release, vault)
    write_vault_report(vault)
    return status_counts(project)


def status_counts(project: Project) -> Counter[str]:
    """How many source files have each status, those of no study included."""
    vault = project.settings.vault
    counts: Counter[str] = Counter()
    for file in read_shard(vault, "landing_files", INDEX):
        if file.status != Status.NEW:
            counts[file.status] += 1
    for key in shard_keys(vault, "output_files"):
        counts.update(row.status for row in read_shard(vault, "output_files", key))
    return counts
