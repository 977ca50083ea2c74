"""One file through the same stages, without zones or Dagster.

What belongs here: the stages' functions for one instance, in order. What does not: anything they do.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from deid_pipeline.errors import SettingsError
from deid_pipeline.model import Kind, LandingFile, OutputFile, Settings, Status
from deid_pipeline.pseudonyms import load_secret
from deid_pipeline.stages.detection import read_instance
from deid_pipeline.stages.ingest import inspect
from deid_pipeline.stages.project import Project
from deid_pipeline.stages.reconstruction import Plan, Rebuilt, rebuild_instance
from deid_pipeline.stages.validation import Candidate, judge
from deid_pipeline.store import make_folder, publish
from deid_pipeline.strategy import load

_KEY = "single"


def deidentify_file(source: Path, target: Path, *, key_file: Path | None, strategy: str) -> OutputFile:
    """De-identify one DICOM file; ``target`` appears only when every check passed, by one rename.

    Returns
    -------
    OutputFile
        Status ``released``, or why not.

    Raises
    ------
    SettingsError
        The source is not there, the target cannot be written, or the key is not usable.
    StrategyError
        The strategy cannot be used as written.
    """
    if not source.is_file():
        raise SettingsError("the input file is not there")
    if not target.parent.is_dir() or target.is_dir():
        raise SettingsError("the output's folder is not there, or the output is a folder")
    rules, secret = load(strategy), load_secret(key_file)
    with tempfile.TemporaryDirectory(prefix="deidp-", dir=target.parent) as scratch:
        vault = Path(scratch)
        settings = Settings(source.parent, target.parent, vault, key_file, strategy, workers=1)
        project = Project(settings, secret, rules)
        row = inspect(project, _landing(source))
        if row.status != Status.NEW:
            return OutputFile(_KEY, row.source_path, row.source_sha256, "", "", row.status, row.reason, 0, 0, 0, "")
        make_folder(vault / "staging" / _KEY)
        result = read_instance(project, row)
        rebuilt: Rebuilt = rebuild_instance(project, Plan(row, result.detection, result.regions))
        judged = judge(project, Candidate(rebuilt.file, rebuilt.changes, result.regions))
        if judged.output.status != Status.RELEASED:
            return judged.output
        publish(Path(rebuilt.file.staged_path), target)
        return replace(judged.output, output_path=str(target))


def _landing(source: Path) -> LandingFile:
    stat = source.stat()
    return LandingFile(str(source), stat.st_size, stat.st_mtime_ns, Kind.DICOM, _KEY, Status.NEW, "")
