"""``deidp files``: one row for each source file."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from deid_pipeline.cli import main
from deid_pipeline.cli.files import file_rows
from deid_pipeline.model import LandingFile, OutputFile, SourceFile
from deid_pipeline.store import write_shard


def _source(path: str, status: str, reason: str = "") -> SourceFile:
    return SourceFile("st-1", path, "", 1, 1, "dicom", "", "CT", "1.2", "1.3", "1.4", status, reason)


def _output(path: str, output: str, status: str, reason: str = "") -> OutputFile:
    return OutputFile("st-1", path, "", output, "", status, reason, 1, 0, 1, "")


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    landing = [
        LandingFile("/in/a", 1, 1, "dicom", "st-1", "new", ""),
        LandingFile("/in/b", 1, 1, "dicom", "st-1", "new", ""),
        LandingFile("/in/note, old.txt", 1, 1, "other", "", "ignored", "not a medical image"),
        LandingFile("/in/later", 1, 1, "dicom", "st-2", "new", ""),
    ]
    write_shard(tmp_path, "landing_files", "landing", landing)
    write_shard(tmp_path, "source_files", "st-1", [_source("/in/a", "new"), _source("/in/b", "duplicate", "same")])
    write_shard(tmp_path, "output_files", "st-1", [_output("/in/a", "/out/a.dcm", "released")])
    return tmp_path


def test_every_file_has_one_row_and_the_latest_word_counts(vault: Path) -> None:
    assert list(file_rows(vault)) == [
        ("/in/a", "/out/a.dcm", "released", ""),
        ("/in/b", "", "duplicate", "same"),
        ("/in/note, old.txt", "", "ignored", "not a medical image"),
        ("/in/later", "", "new", ""),
    ]


def test_csv_has_a_head_and_quotes_commas(vault: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["files", "--vault", str(vault)])
    assert ended.value.code == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert rows[2] == {
        "source_path": "/in/note, old.txt",
        "output_path": "",
        "status": "ignored",
        "reason": "not a medical image",
    }


def test_json_has_one_object_on_each_line(vault: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["files", "--vault", str(vault), "--format", "json"])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(lines) == 4
    assert lines[0] == {"source_path": "/in/a", "output_path": "/out/a.dcm", "status": "released", "reason": ""}


def test_a_vault_that_is_not_there_is_not_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["files", "--vault", str(tmp_path / "v")])
    assert ended.value.code == 2
    assert capsys.readouterr().err == "deidp: the vault is not there\n"
    assert not (tmp_path / "v").exists()
