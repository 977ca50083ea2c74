"""Metadata: every element of every sound file to the table ``elements``.

What belongs here: extracting headers to the vault. What does not: deciding what happens to them (``strategy``).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from deid_pipeline.dicom import element_rows, meta_rows, open_dicom
from deid_pipeline.model import ElementRow, SourceFile, StageSummary, Status
from deid_pipeline.stages.failures import FILE_FAILURES
from deid_pipeline.stages.project import Project
from deid_pipeline.stages.timing import Progress, StageClock
from deid_pipeline.stages.workers import each
from deid_pipeline.store import read_shard, read_stamp, write_shard

_UNREADABLE = frozenset({Status.QUARANTINED, Status.IGNORED})


def extract_metadata(project: Project, partition_key: str, *, progress: Progress | None = None) -> StageSummary:
    """Write the elements of a study's files to the vault; nothing is read again when no file changed."""
    clock = StageClock(project, "metadata", partition_key)
    vault = project.settings.vault
    sources: list[SourceFile] = [
        row for row in read_shard(vault, "source_files", partition_key) if row.status not in _UNREADABLE
    ]
    sources = [row for row in sources if Path(row.source_path).is_file()]
    stamp = hashlib.sha256("\n".join(row.source_path + row.source_sha256 for row in sources).encode()).hexdigest()
    counts: Counter[str] = Counter()
    if read_stamp(vault, "elements", partition_key) != stamp:

        def rows() -> Iterator[ElementRow]:
            for source, found in zip(sources, each(project, _rows_of, sources, crashed=lambda _: []), strict=True):
                yield from found
                counts["elements"] += len(found)
                if progress:
                    progress(1, source.size_bytes)

        write_shard(vault, "elements", partition_key, rows(), stamp=stamp)
    return clock.summary((row.size_bytes for row in sources), counts)


def read_elements(path: Path) -> Iterator[ElementRow]:
    """Every element of one file at every depth, in file order, those of group 2 first.

    Raises
    ------
    SourceDataError
        The file is no DICOM, or damaged.
    """
    with open_dicom(path) as file:
        yield from meta_rows(file)
        yield from element_rows(file)


def _rows_of(project: Project, source: SourceFile) -> list[ElementRow]:  # noqa: ARG001
    try:
        with open_dicom(Path(source.source_path)) as file:
            return list(element_rows(file, partition_key=source.partition_key, source_path=source.source_path))
    except FILE_FAILURES:
        return []  # the file changed since ingest: detection reads it again and condemns it
