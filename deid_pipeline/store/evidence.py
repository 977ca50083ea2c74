"""The release's evidence: hash-chained lines that say what was done to each file, and a manifest over them.

What belongs here: chaining, rebuilding the manifest, verifying a release. What does not: what a line says (``stages``).
A chain shows that a line was altered, removed or put in; it cannot show that the whole folder was made anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from deid_pipeline.errors import ResidualRiskError
from deid_pipeline.store.files import PUBLIC_FILE, PUBLIC_FOLDER, make_folder, replacing

MANIFEST = "MANIFEST.jsonl"
EVIDENCE = "evidence"
START = "0" * 64  # what the first line of a chain names as the hash of the line before
_FILE_FOLDERS = ("dicom", "slides")


def write_evidence(release: Path, key: str, lines: Sequence[Mapping[str, Any]]) -> str:
    """Write ``R/evidence/<key>.jsonl``, replacing it by one rename.

    Parameters
    ----------
    release
        The release zone.
    key
        The partition key.
    lines
        One mapping for each file, without PHI; ``output_path`` (relative to the release) and ``output_sha256`` are what
        :func:`verify_release` goes by.

    Returns
    -------
    str
        The hash of the last line, the chain's head; 64 zeros when there is no line, and then no file either.
    """
    path = release / EVIDENCE / f"{key}.jsonl"
    if not lines:
        path.unlink(missing_ok=True)
        return START
    return _write_chain(path, lines)


def verify_chain(path: Path) -> str:
    """Follow a chain from its first line to its last.

    Returns
    -------
    str
        The head: the sha256 of the last line (its UTF-8 bytes without the line feed).

    Raises
    ------
    ResidualRiskError
        A line is not JSON, or does not name the hash of the line before it.
    """
    head = START
    for number, line in enumerate(_raw_lines(path), start=1):
        try:
            previous = json.loads(line).get("previous")
        except (ValueError, AttributeError):
            raise ResidualRiskError(f"{path.name}: line {number} is not an evidence line") from None
        if previous != head:
            raise ResidualRiskError(f"{path.name}: the chain is broken at line {number}")
        head = hashlib.sha256(line).hexdigest()
    return head


def write_manifest(release: Path) -> str:
    """Rebuild ``R/MANIFEST.jsonl``: one chained line for each evidence file, in the order of their keys.

    Returns
    -------
    str
        The manifest's head.

    Raises
    ------
    ResidualRiskError
        An evidence file's own chain is broken.
    """
    return _write_chain(release / MANIFEST, [_manifest_line(path) for path in _evidence_files(release)])


def verify_release(release: Path) -> list[str]:
    """Hash everything in the release again and compare it with the evidence and the manifest.

    Returns
    -------
    list of str
        What does not agree, one sentence each, with release paths and keys only; empty for a release as it was made.
    """
    problems: list[str] = []
    listed = _verify_manifest(release, problems)
    known: set[str] = set()
    for path in _evidence_files(release):
        if path.stem not in listed:
            problems.append(f"{path.stem}: not in the manifest")
        for line in _raw_lines(path):
            known |= _verify_line(release, path.stem, line, problems)
    for folder in _FILE_FOLDERS:
        for file in sorted((release / folder).rglob("*")):
            name = file.relative_to(release).as_posix()
            if not file.is_dir() and name not in known:
                problems.append(f"{name}: no evidence line names this file")
    return problems


def _verify_manifest(release: Path, problems: list[str]) -> set[str]:
    manifest = release / MANIFEST
    if not manifest.is_file():
        problems.append("the manifest is missing")
        return set()
    try:
        verify_chain(manifest)
    except ResidualRiskError as error:
        problems.append(str(error))
        return set()
    listed = set()
    for line in _raw_lines(manifest):
        entry = json.loads(line)
        key = str(entry.get("partition_key"))
        listed.add(key)
        path = release / EVIDENCE / f"{key}.jsonl"
        try:
            if not path.is_file():
                problems.append(f"{key}: the evidence is missing")
            elif {**_manifest_line(path), "previous": entry["previous"]} != entry:
                problems.append(f"{key}: the evidence differs from the manifest")
        except ResidualRiskError as error:
            problems.append(str(error))
    return listed


def _verify_line(release: Path, key: str, line: bytes, problems: list[str]) -> set[str]:
    """Check the file one line names; the name, or nothing when the line names none."""
    try:
        entry = json.loads(line)
        name, wanted = entry.get("output_path"), entry.get("output_sha256")
    except (ValueError, AttributeError):
        problems.append(f"{key}: a line is not an evidence line")
        return set()
    if not name:
        return set()
    file = release / name
    if not file.is_file():
        problems.append(f"{name}: the file is missing")
    elif file_sha256(file) != wanted:
        problems.append(f"{name}: the file was altered")
    return {str(name)}


def file_sha256(path: Path) -> str:
    """The sha256 of a file's bytes, 64 hex digits, in bounded memory."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _manifest_line(path: Path) -> dict[str, Any]:
    head = verify_chain(path)
    lines = sum(1 for _ in _raw_lines(path))
    return {"partition_key": path.stem, "evidence_sha256": file_sha256(path), "head": head, "lines": lines}


def _write_chain(path: Path, lines: Sequence[Mapping[str, Any]]) -> str:
    make_folder(path.parent, mode=PUBLIC_FOLDER)
    head = START
    with replacing(path, mode=PUBLIC_FILE) as part, part.open("wb") as stream:
        for line in lines:
            text = json.dumps({**line, "previous": head}, sort_keys=True, separators=(",", ":")).encode()
            head = hashlib.sha256(text).hexdigest()
            stream.write(text + b"\n")
    return head


def _evidence_files(release: Path) -> list[Path]:
    return sorted((release / EVIDENCE).glob("*.jsonl"))


def _raw_lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        for line in stream:
            yield line.rstrip(b"\n")
