"""One file taken through the stages of an instance, and what came out, for tests of what becomes of header values.

What belongs here: making such files, also byte by byte, and taking them through. What does not: any expectation.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pydicom
from pydicom.dataset import Dataset

from deid_pipeline.dicom import open_dicom
from deid_pipeline.model import Detection, Kind, LandingFile, Status
from deid_pipeline.stages.ingest import inspect
from deid_pipeline.stages.project import Project
from deid_pipeline.stages.reconstruction import Plan, rebuild_instance, staging_folder
from deid_pipeline.stages.validation import Candidate, judge
from deid_pipeline.store import make_folder
from deid_pipeline_tests.instances import save, small_ct
from deid_pipeline_tests.projects import project_in

KEY = "st-0123456789abcdef"


@dataclass(frozen=True)
class Released:
    """What became of one file: its status, why, the copy's bytes (empty unless released) and what pydicom reads."""

    status: Status
    reason: str
    content: bytes = b""
    dataset: Dataset = field(default_factory=Dataset)


def release(folder: Path, source: Dataset | bytes, strategy: str = "midi_b", *, frames_read: int = 1) -> Released:
    """Take one file, given as a data set or as bytes, through reading, rebuilding and the gate.

    ``folder`` holds the source. Projects of shipped strategies are shared by all tests of a process.
    """
    folder.mkdir(exist_ok=True)
    path = folder / "source.dcm"
    path.unlink(missing_ok=True)
    if isinstance(source, bytes):
        path.write_bytes(source)
    else:
        save(source, path)
    project = shared_project(strategy) if strategy.isidentifier() else project_in(folder / "project", strategy=strategy)
    return taken_through(project, path, frames_read=frames_read)


def taken_through(project: Project, path: Path, *, frames_read: int = 1) -> Released:
    """Take one file through reading, rebuilding and the gate of a project, as one in whose frame no text was read."""
    make_folder(staging_folder(project, KEY))
    stat = path.stat()
    row = inspect(project, LandingFile(str(path), stat.st_size, stat.st_mtime_ns, Kind.DICOM, KEY, Status.NEW, ""))
    if row.status != Status.NEW:
        return Released(Status(row.status), row.reason)
    detection = Detection(row.partition_key, row.source_path, row.source_sha256, 1, frames_read, 0, Status.NEW, "", "")
    rebuilt = rebuild_instance(project, Plan(row, detection, ()))
    output = judge(project, Candidate(rebuilt.file, rebuilt.changes, (), detection)).output
    staged = rebuilt.file.staged_path
    if output.status != Status.RELEASED:
        return Released(Status(output.status), output.reason)
    return Released(Status.RELEASED, output.reason, Path(staged).read_bytes(), pydicom.dcmread(staged))


@cache
def shared_project(strategy: str) -> Project:
    """A project of a shipped strategy, which lasts as long as the process; its key is the same on every run."""
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    key = Path(folder) / "key.hex"
    key.touch(mode=0o600)
    key.write_text(bytes(range(32)).hex())
    return project_in(Path(folder), strategy=strategy)


def with_elements(folder: Path, *elements: bytes, base: Dataset | None = None) -> bytes:
    """A small CT as file bytes, with encoded explicit VR little endian elements put in, or in the place of its own."""
    path = save(small_ct() if base is None else base, folder / "base.dcm")
    data = path.read_bytes()
    with open_dicom(path) as file:
        parts = {element.tag: [data[element.start : element.end]] for element in file.elements}
        head = data[: file.start]
    put: dict[int, list[bytes]] = {}
    for element in elements:
        tag = int.from_bytes(element[0:2], "little") << 16 | int.from_bytes(element[2:4], "little")
        put.setdefault(tag, []).append(element)
    return head + b"".join(part for _, some in sorted((parts | put).items()) for part in some)
