"""A study dropped into the landing zone is released with no hand touching it, by a real daemon."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from deid_pipeline.cli.files import file_rows
from deid_pipeline.synthesis import write_landing_zone
from deid_pipeline_tests.end_to_end.serving import deidp, served

_PATIENCE_SECONDS = 120.0


def _wait(until: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not until():
        assert time.monotonic() < deadline, f"not within two minutes: {what}"
        time.sleep(1)


def _statuses(vault: Path) -> set[str]:
    return {status for _, _, status, _ in file_rows(vault)}


@pytest.mark.timeout(400)
def test_a_study_that_arrives_is_released_and_rolled_up(tmp_path: Path) -> None:
    project = tmp_path / "project"
    assert deidp("init", project).returncode == 0
    made = tmp_path / "made"
    answers = write_landing_zone(made, studies=1, seed=3)
    with served(project / "deid.yaml"):
        made.rename(project / "landing" / "drop")
        vault, release = project / "vault", project / "release"
        _wait(lambda: "released" in _statuses(vault), "the study is released")
        _wait((release / "MANIFEST.jsonl").is_file, "the roll-up has run")
        _wait((release / "report" / "index.html").is_file, "the report is written")
    assert "new" not in _statuses(vault)
    assert list((release / "dicom").rglob("*.dcm"))
    assert json.loads((release / "MANIFEST.jsonl").read_text(encoding="utf-8").splitlines()[0])
    stored = b"".join(path.read_bytes() for path in (vault / "dagster").rglob("*") if path.is_file())
    assert b"deidentify_studies" in stored
    assert not [value for value in answers.canaries if value.encode() in stored]
    assert str(project / "landing").encode() not in stored
