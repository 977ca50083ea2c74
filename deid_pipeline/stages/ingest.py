"""Ingest: from the files of a study to judged, hashed rows of ``source_files``.

What belongs here: hashing, reading identities, finding duplicates. What does not: finding files (``survey``), elements
(``metadata``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from deid_pipeline.dicom import open_dicom
from deid_pipeline.errors import SourceDataError
from deid_pipeline.model import LandingFile, SourceFile, StageSummary, Status
from deid_pipeline.stages.failures import FILE_FAILURES, status_and_reason
from deid_pipeline.stages.project import Project
from deid_pipeline.stages.survey import fingerprint, landing_files
from deid_pipeline.stages.timing import Progress, StageClock
from deid_pipeline.stages.workers import each
from deid_pipeline.store import file_sha256, read_shard, write_shard

_IDENTITY = {0x0020000D: "Study", 0x0020000E: "Series", 0x00080018: "SOP"}


def ingest_study(project: Project, partition_key: str, *, progress: Progress | None = None) -> StageSummary:
    """Judge every file of a study and write ``source_files``; files of earlier drops that are gone keep their rows."""
    clock = StageClock(project, "ingest", partition_key)
    found = landing_files(project, partition_key)
    present = {file.source_path for file in found}
    earlier = [row for row in _earlier(project, partition_key) if row.source_path not in present]
    order = {row.source_path: number for number, row in enumerate(_earlier(project, partition_key))}
    found.sort(key=lambda file: (order.get(file.source_path, len(order)), file.source_path))
    rows = list(each(project, inspect, found, crashed=_crashed))
    rows = earlier + mark_duplicates(rows, earlier)
    write_shard(project.settings.vault, "source_files", partition_key, rows, stamp=fingerprint(found))
    if progress:
        progress(len(found), sum(file.size_bytes for file in found))
    return clock.summary((file.size_bytes for file in found), (row.status for row in rows))


def inspect(project: Project, file: LandingFile) -> SourceFile:  # noqa: ARG001
    """Hash a file, read its identity and check that its structure is whole."""
    row = _unread(file)
    path = Path(file.source_path)
    try:
        row = replace(row, source_sha256=file_sha256(path))
        with open_dicom(path) as dicom:
            row = replace(
                row,
                transfer_syntax_uid=dicom.transfer_syntax_uid,
                modality=dicom.text(0x00080060),
                study_instance_uid=dicom.text(0x0020000D),
                series_instance_uid=dicom.text(0x0020000E),
                sop_instance_uid=dicom.text(0x00080018),
            )
            for tag, name in _IDENTITY.items():
                if not dicom.text(tag):
                    raise SourceDataError(f"the instance has no {name} Instance UID")
            if not (dicom.text(0x00080016) or dicom.meta.get(0x00020002)):
                raise SourceDataError("the instance has no SOP Class UID")
    except FILE_FAILURES as error:
        status, reason = status_and_reason(error, "reading")
        row = replace(row, status=status, reason=reason)
    return row


def mark_duplicates(rows: Sequence[SourceFile], earlier: Sequence[SourceFile] = ()) -> list[SourceFile]:
    """The rows with later copies marked: the first file of a content, and of a SOP Instance UID, counts."""
    counting = [row for row in earlier if row.status == Status.NEW]  # a copy that is gone makes no other a copy
    contents = {row.source_sha256 for row in counting}
    instances = {row.sop_instance_uid for row in counting}
    marked = []
    for row in rows:
        if row.status == Status.NEW:
            if row.source_sha256 in contents:
                row = replace(row, status=Status.DUPLICATE, reason="the same bytes as another file")
            elif row.sop_instance_uid in instances:
                reason = "the SOP Instance UID of another file, with other bytes"
                row = replace(row, status=Status.DUPLICATE, reason=reason)
            contents.add(row.source_sha256)
            instances.add(row.sop_instance_uid)
        marked.append(row)
    return marked


def _earlier(project: Project, partition_key: str) -> list[SourceFile]:
    return read_shard(project.settings.vault, "source_files", partition_key)


def _unread(file: LandingFile) -> SourceFile:
    """The row of a file of which only the outside is known."""
    nothing = ("",) * 5  # transfer syntax, modality, study, series, instance
    place = (file.partition_key, file.source_path, "", file.size_bytes, file.mtime_ns, file.kind)
    return SourceFile(*place, *nothing, Status.NEW, "")


def _crashed(file: LandingFile) -> SourceFile:
    reason = "the process that read the file died"
    return replace(_unread(file), status=Status.QUARANTINED, reason=reason)
