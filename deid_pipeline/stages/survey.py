"""The survey of a landing zone: which files are there, which study each belongs to, what is to be done.

What belongs here: walking folders, a first look at new files, the landing index in the vault. What does not: judging
files (``ingest``).
"""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from deid_pipeline.dicom import MEDIA_STORAGE_DIRECTORY, is_dicom, media_storage_class, peek_study_uid
from deid_pipeline.errors import SourceDataError
from deid_pipeline.model import Kind, LandingFile, Status
from deid_pipeline.pseudonyms import study_partition_key
from deid_pipeline.stages.failures import FILE_FAILURES, status_and_reason
from deid_pipeline.stages.project import Project, claim_vault
from deid_pipeline.store import read_shard, read_stamp, shard_path, write_shard

INDEX = "landing"  # the one shard of the table landing_files
_UNFINISHED = (".part", ".tmp", ".partial", ".filepart", ".crdownload")
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


@dataclass(frozen=True, slots=True)
class Survey:
    """What a landing zone holds: each study's fingerprint, and in ``pending`` the studies with work to do."""

    partitions: Mapping[str, str]
    pending: tuple[str, ...]
    files: Mapping[str, int]
    size_bytes: Mapping[str, int]


def survey(project: Project, *, look_at_release: bool = True) -> Survey:
    """Walk the landing zone and bring its index in the vault up to date; files already known are not opened.

    With ``look_at_release`` a study whose released files are not all there any more has work to do again.
    """
    vault = project.settings.vault
    claim_vault(project)
    stamp = project.secret.fingerprint()
    known: dict[str, LandingFile] = {}
    if read_stamp(vault, "landing_files", INDEX) == stamp:
        known = {file.source_path: file for file in read_shard(vault, "landing_files", INDEX)}
    found = [_landing_file(project, path, stat, known) for path, stat in _walk(project.settings.landing)]
    if found != list(known.values()) or not shard_path(vault, "landing_files", INDEX).is_file():
        write_shard(vault, "landing_files", INDEX, found, stamp=stamp)
    studies: dict[str, list[LandingFile]] = defaultdict(list)
    for file in found:
        if file.partition_key:
            studies[file.partition_key].append(file)
    partitions = {key: fingerprint(files) for key, files in studies.items()}
    pending = tuple(
        key
        for key, print_ in partitions.items()
        if not is_done(project, key, print_) or (look_at_release and _has_lost_files(project, key))
    )
    return Survey(
        partitions=partitions,
        pending=pending,
        files={key: len(files) for key, files in studies.items()},
        size_bytes={key: sum(file.size_bytes for file in files) for key, files in studies.items()},
    )


def landing_files(project: Project, partition_key: str) -> list[LandingFile]:
    """The files of one study as the last survey saw them."""
    path = shard_path(project.settings.vault, "landing_files", INDEX)
    if not path.is_file():
        return []
    return list(_index(project.settings.vault, path.stat().st_mtime_ns).get(partition_key, ()))


def fingerprint(files: list[LandingFile]) -> str:
    """16 hex digits that change when a file of a study is added, removed or written anew."""
    lines = sorted(f"{file.source_path}\0{file.size_bytes}\0{file.mtime_ns}" for file in files)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def done_stamp(project: Project, print_: str) -> str:
    """The stamp of a study's ``output_files`` shard when nothing is left to do for these files."""
    return f"{project.stamp}:{print_}"


def is_done(project: Project, partition_key: str, print_: str) -> bool:
    """Whether the pipeline went through the study as it is now, under this strategy, code version and key."""
    return read_stamp(project.settings.vault, "output_files", partition_key) == done_stamp(project, print_)


def _has_lost_files(project: Project, partition_key: str) -> bool:
    """Whether a released file of a study is gone from the release zone."""
    rows = read_shard(project.settings.vault, "output_files", partition_key)
    return any(row.status == Status.RELEASED and not os.path.isfile(row.output_path) for row in rows)  # noqa: PTH113


@lru_cache(maxsize=2)
def _index(vault: Path, written_ns: int) -> dict[str, list[LandingFile]]:  # noqa: ARG001
    """The landing index by study, read once for each time that it was written."""
    studies: dict[str, list[LandingFile]] = defaultdict(list)
    for file in read_shard(vault, "landing_files", INDEX):
        studies[file.partition_key].append(file)
    return studies


def _walk(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """All files below a folder in the order of their names, and folders that cannot be read.

    Links to files are followed, links to folders are not: they may lead in circles.
    """
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        yield folder, folder.stat()
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path))
        else:
            try:
                yield Path(entry.path), entry.stat(follow_symlinks=not entry.is_dir())
            except OSError:
                if entry.is_symlink():  # it leads nowhere
                    yield Path(entry.path), entry.stat(follow_symlinks=False)


def _landing_file(project: Project, path: Path, stat: os.stat_result, known: Mapping[str, LandingFile]) -> LandingFile:
    name = os.fsencode(path).decode("utf-8", "backslashreplace")
    old = known.get(name)
    if old is not None and (old.size_bytes, old.mtime_ns) == (stat.st_size, stat.st_mtime_ns):
        return old
    kind, key, status, reason = _first_look(project, path, stat, readable=name == str(path))
    return LandingFile(name, stat.st_size, stat.st_mtime_ns, kind, key, status, reason)


def _first_look(project: Project, path: Path, stat: os.stat_result, *, readable: bool) -> tuple[Kind, str, Status, str]:
    """Kind, partition key, status and reason of a new file; the key is empty when it belongs to no study."""
    if not readable:
        return Kind.OTHER, "", Status.QUARANTINED, "the file's name is not UTF-8"
    if path.is_dir() and not path.is_symlink():
        return Kind.OTHER, "", Status.QUARANTINED, "the folder cannot be read"
    if path.is_dir():
        return Kind.OTHER, "", Status.IGNORED, "a link to a folder"
    if not path.is_file():
        return Kind.OTHER, "", Status.IGNORED, "not a regular file"
    if path.name.lower().endswith(_UNFINISHED):
        return Kind.OTHER, "", Status.IGNORED, "still being written, by its name"
    if not stat.st_size:
        return Kind.OTHER, "", Status.QUARANTINED, "the file is empty"
    try:
        return _by_content(project, path)
    except FILE_FAILURES as error:
        status, reason = status_and_reason(error, "reading")
        return Kind.DICOM, "", status, reason


def _by_content(project: Project, path: Path) -> tuple[Kind, str, Status, str]:
    with path.open("rb") as stream:
        head = stream.read(160)
    if not is_dicom(head):
        if head.startswith(_TIFF):
            reason = "whole-slide images and other TIFF files are not supported by this version"
            return Kind.SLIDE, "", Status.QUARANTINED, reason
        return Kind.OTHER, "", Status.IGNORED, "not a medical image"
    if media_storage_class(path) == MEDIA_STORAGE_DIRECTORY:
        return Kind.DICOMDIR, "", Status.IGNORED, "a DICOMDIR: an index of other files"
    uid = peek_study_uid(path)
    if not uid:
        raise SourceDataError("the file has no Study Instance UID", tag_path="(0020,000d)")
    return Kind.DICOM, study_partition_key(project.secret, uid), Status.NEW, ""
