"""``deidp run`` as people start it: exit codes, the canary's silence, and what a kill leaves behind."""

from __future__ import annotations

import csv
import io
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pydicom
import pytest

from deid_pipeline.pseudonyms import create_key_file
from deid_pipeline.store import verify_release
from deid_pipeline.synthesis import AnswerKey, write_landing_zone

DEIDP = (sys.executable, "-m", "deid_pipeline.cli")


def arguments(folder: Path, *more: str) -> list[str]:
    """The command line of a run whose zones lie below ``folder``."""
    key = folder / "key.hex"
    if not key.exists():
        create_key_file(key)
    zones = ["--release", str(folder / "release"), "--vault", str(folder / "vault"), "--key-file", str(key)]
    return [*DEIDP, "run", str(folder / "landing"), *zones, "--workers", "1", *more]


def listing(folder: Path) -> dict[str, dict[str, str]]:
    """What ``deidp files`` says, by path below the landing zone."""
    command = [*DEIDP, "files", "--vault", str(folder / "vault")]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rows = list(csv.DictReader(io.StringIO(text)))
    return {Path(row["source_path"]).relative_to(folder / "landing").as_posix(): row for row in rows}


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, AnswerKey, subprocess.CompletedProcess[str]]:
    """A synthetic landing zone after one ``deidp run``."""
    folder = tmp_path_factory.mktemp("run")
    answers = write_landing_zone(folder / "landing", studies=8, seed=3)
    return folder, answers, subprocess.run(arguments(folder), capture_output=True, text=True, check=False)


def test_exit_code_and_listing_agree_with_the_answer_key(
    ran: tuple[Path, AnswerKey, subprocess.CompletedProcess[str]],
) -> None:
    folder, answers, finished = ran
    assert finished.returncode == 3, finished.stderr
    rows = listing(folder)
    assert {path: row["status"] for path, row in rows.items()} == {file.path: file.status for file in answers.files}
    for row in rows.values():
        assert bool(row["output_path"]) == (row["status"] == "released")
        assert bool(row["reason"]) == (row["status"] != "released")


def test_the_canary_is_silent_outside_the_vaults_tables(
    ran: tuple[Path, AnswerKey, subprocess.CompletedProcess[str]],
) -> None:
    """Release, reports, terminal output and everything Dagster stores hold no planted text and no source path."""
    folder, answers, finished = ran
    needles = {
        text.encode(code)
        for canary in answers.canaries
        for text in (canary, canary.upper(), canary.lower())
        for code in ("utf-8", "utf-16-le")
    }
    paths = {file.path.encode() for file in answers.files if "/" in file.path}
    uids = original_uids(folder)
    assert len(needles) > 50
    assert len(uids) > 20
    searched = 0
    public = [folder / "release", folder / "vault" / "dagster"]
    for path in (file for zone in public for file in zone.rglob("*") if file.is_file()):
        content = os.fsencode(path) + path.read_bytes()
        assert not [needle for needle in needles | paths | uids if needle in content], path.suffix
        searched += 1
    assert searched > 20
    said = (finished.stdout + finished.stderr).encode()
    assert not [needle for needle in needles | paths | uids if needle in said]


def original_uids(folder: Path) -> set[bytes]:
    """Instance, series and study UIDs of the sources that have any."""
    found = set()
    for row in listing(folder).values():
        if row["status"] in {"released", "held", "duplicate"}:
            dataset = pydicom.dcmread(row["source_path"], force=True, stop_before_pixels=True)
            found |= {dataset.SOPInstanceUID, dataset.SeriesInstanceUID, dataset.StudyInstanceUID}
    return {str(uid).encode() for uid in found}


def test_a_second_run_does_nothing_and_says_the_same(
    ran: tuple[Path, AnswerKey, subprocess.CompletedProcess[str]],
) -> None:
    folder, _, first = ran
    before = {path: path.stat().st_mtime_ns for path in (folder / "release" / "dicom").rglob("*")}
    again = subprocess.run(arguments(folder), capture_output=True, text=True, check=False)
    assert (again.returncode, again.stdout) == (first.returncode, first.stdout)
    assert {path: path.stat().st_mtime_ns for path in (folder / "release" / "dicom").rglob("*")} == before


def test_a_killed_run_leaves_only_whole_files_and_the_next_one_finishes(tmp_path: Path) -> None:
    answers = write_landing_zone(tmp_path / "landing", studies=6, seed=5)
    released = tmp_path / "release" / "dicom"
    for place, wanted in ((tmp_path / "vault" / "text_regions", 2), (released, 1)):
        process = subprocess.Popen(
            arguments(tmp_path), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        deadline = time.monotonic() + 120
        while len(list(place.rglob("*.*"))) < wanted and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)
        assert process.poll() is None, "the run ended before it could be killed"
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for path in released.rglob("*"):
            if path.is_file():
                dataset = pydicom.dcmread(path)
                assert dataset.PatientIdentityRemoved == "YES"
                assert dataset.file_meta.MediaStorageSOPInstanceUID == dataset.SOPInstanceUID
    finished = subprocess.run(arguments(tmp_path), capture_output=True, text=True, check=False)
    assert finished.returncode == 3, finished.stderr
    assert {path: row["status"] for path, row in listing(tmp_path).items()} == {
        file.path: file.status for file in answers.files
    }
    assert verify_release(tmp_path / "release") == []
    assert not list((tmp_path / "vault" / "staging").glob("*"))


@pytest.mark.parametrize("broken", ["landing", "key", "strategy", "release"])
def test_what_cannot_work_ends_with_2_one_line_and_nothing_written(tmp_path: Path, broken: str) -> None:
    (tmp_path / "landing").mkdir()
    command = arguments(tmp_path)
    if broken == "landing":
        shutil.rmtree(tmp_path / "landing")
    elif broken == "key":
        (tmp_path / "key.hex").chmod(0o644)
    elif broken == "strategy":
        command += ["--strategy", "basci"]
    else:
        command[command.index("--release") + 1] = str(tmp_path / "key.hex" / "release")
    before = sorted(tmp_path.rglob("*"))
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert finished.returncode == 2
    assert finished.stdout == ""
    assert len(finished.stderr.strip().splitlines()) == 1
    assert "Traceback" not in finished.stderr
    assert sorted(tmp_path.rglob("*")) == before
