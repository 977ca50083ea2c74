"""Hash-chained evidence and the manifest over it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from deid_pipeline.errors import ResidualRiskError
from deid_pipeline.store import verify_chain, verify_release, write_evidence, write_manifest

START = "0" * 64


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """A release of two partitions with two files each, with evidence and manifest."""
    for key in ("st-1", "st-2"):
        lines: list[dict[str, object]] = [{"status": "held", "checks": {"markers": False}}]
        for number in (1, 2):
            file = tmp_path / "dicom" / key / f"{number}.dcm"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(f"{key} {number}".encode())
            sha = hashlib.sha256(file.read_bytes()).hexdigest()
            lines.append({"output_path": f"dicom/{key}/{number}.dcm", "output_sha256": sha})
        write_evidence(tmp_path, key, lines)
    write_manifest(tmp_path)
    return tmp_path


def test_each_line_names_the_hash_of_the_line_before(release: Path) -> None:
    path = release / "evidence" / "st-1.jsonl"
    lines = path.read_bytes().splitlines()
    previous = [json.loads(line)["previous"] for line in lines]
    assert previous == [START, *(hashlib.sha256(line).hexdigest() for line in lines[:-1])]
    assert verify_chain(path) == hashlib.sha256(lines[-1]).hexdigest()
    assert list(json.loads(lines[1])) == sorted(json.loads(lines[1]))
    assert path.stat().st_mode & 0o777 == 0o644


def test_the_head_is_returned_and_a_partition_without_lines_has_no_file(tmp_path: Path) -> None:
    head = write_evidence(tmp_path, "st-1", [{"a": 1}, {"b": 2}])
    assert head == verify_chain(tmp_path / "evidence" / "st-1.jsonl")
    assert write_evidence(tmp_path, "st-1", []) == START
    assert not (tmp_path / "evidence" / "st-1.jsonl").exists()


def test_a_release_as_it_was_made_verifies(release: Path) -> None:
    assert verify_release(release) == []


@pytest.mark.parametrize("number", [0, 1])
def test_an_altered_removed_or_inserted_line_breaks_the_chain(release: Path, number: int) -> None:
    path = release / "evidence" / "st-1.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    altered = [*lines[:number], lines[number].replace(b'"', b' "', 1), *lines[number + 1 :]]
    removed = lines[:number] + lines[number + 1 :]
    inserted = [*lines[:number], lines[number], *lines[number:]]
    for tampered in (altered, removed, inserted, [b"[]\n"], [b"no json\n"]):
        path.write_bytes(b"".join(tampered))
        with pytest.raises(ResidualRiskError, match=r"st-1\.jsonl"):
            verify_chain(path)
        assert verify_release(release)


def test_a_shortened_chain_shows_in_the_manifest(release: Path) -> None:
    path = release / "evidence" / "st-1.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    verify_chain(path)
    problems = verify_release(release)
    assert "st-1: the evidence differs from the manifest" in problems
    assert "dicom/st-1/2.dcm: no evidence line names this file" in problems


def test_each_way_a_release_can_differ_is_named(release: Path) -> None:
    (release / "dicom" / "st-1" / "1.dcm").write_bytes(b"altered")
    (release / "dicom" / "st-1" / "2.dcm").unlink()
    (release / "dicom" / "st-2" / ".hidden").touch()
    (release / "slides").mkdir()
    (release / "slides" / "extra.svs").touch()
    assert verify_release(release) == [
        "dicom/st-1/1.dcm: the file was altered",
        "dicom/st-1/2.dcm: the file is missing",
        "dicom/st-2/.hidden: no evidence line names this file",
        "slides/extra.svs: no evidence line names this file",
    ]


def test_missing_evidence_and_unlisted_evidence_are_named(release: Path) -> None:
    (release / "evidence" / "st-1.jsonl").unlink()
    write_evidence(release, "st-3", [{"status": "held"}])
    problems = verify_release(release)
    assert "st-1: the evidence is missing" in problems
    assert "st-3: not in the manifest" in problems


def test_a_missing_or_broken_manifest_is_named(release: Path) -> None:
    manifest = release / "MANIFEST.jsonl"
    manifest.write_bytes(manifest.read_bytes().replace(b"st-1", b"st-9"))
    assert "MANIFEST.jsonl: the chain is broken at line 2" in verify_release(release)
    manifest.unlink()
    assert "the manifest is missing" in verify_release(release)


def test_the_manifest_is_the_same_however_often_it_is_rebuilt(release: Path) -> None:
    before = (release / "MANIFEST.jsonl").read_bytes()
    head = write_manifest(release)
    assert (release / "MANIFEST.jsonl").read_bytes() == before
    assert head == verify_chain(release / "MANIFEST.jsonl")
    assert [json.loads(line)["partition_key"] for line in before.splitlines()] == ["st-1", "st-2"]
