"""One file through the same stages, without zones or Dagster.

What belongs here: the stages' functions for one instance, in order. What does not: anything they do.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from deid_pipeline.errors import SettingsError
from deid_pipeline.model import Kind, LandingFile, OutputFile, Status
from deid_pipeline.stages.detection import read_instance
from deid_pipeline.stages.ingest import inspect
from deid_pipeline.stages.project import Project
from deid_pipeline.stages.reconstruction import Plan, rebuild_instance, staging_folder
from deid_pipeline.stages.validation import Candidate, judge
from deid_pipeline.store import make_folder, publish

_KEY = "single"


def deidentify_file(source: Path, target: Path, project: Project) -> OutputFile:
    """De-identify one DICOM file; ``target`` appears only when every check passed, by one rename.

    The copy waits for its checks in the project's vault.

    Returns
    -------
    OutputFile
        Status ``released``, or why not.

    Raises
    ------
    SettingsError
        The output's folder is not there, or the output is a folder.
    """
    if not target.parent.is_dir() or target.is_dir():
        raise SettingsError("the output's folder is not there, or the output is a folder")
    row = inspect(project, _landing(source))
    if row.status != Status.NEW:
        return OutputFile(_KEY, row.source_path, row.source_sha256, "", "", row.status, row.reason, 0, 0, 0, "")
    make_folder(staging_folder(project, _KEY))
    result = read_instance(project, row)
    rebuilt = rebuild_instance(project, Plan(row, result.detection, result.regions))
    judged = judge(project, Candidate(rebuilt.file, rebuilt.changes, result.regions, result.detection))
    if judged.output.status != Status.RELEASED:
        return judged.output
    publish(Path(rebuilt.file.staged_path), target)
    return replace(judged.output, output_path=str(target))


def _landing(source: Path) -> LandingFile:
    stat = source.stat()
    return LandingFile(str(source), stat.st_size, stat.st_mtime_ns, Kind.DICOM, _KEY, Status.NEW, "")
