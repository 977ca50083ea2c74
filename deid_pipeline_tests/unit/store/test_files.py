"""Private files that are whole or absent."""

from __future__ import annotations

from pathlib import Path

import pytest

from deid_pipeline.store import make_folder, replacing, write_private


def test_a_private_file_replaces_the_one_before(tmp_path: Path) -> None:
    target = tmp_path / "vault" / "note"
    write_private(target, b"one")
    write_private(target, b"two")
    assert target.read_bytes() == b"two"
    assert target.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in target.parent.iterdir()] == ["note"]


def test_a_failing_block_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> None:
        with replacing(tmp_path / "note") as part:
            part.write_bytes(b"half")
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - raised above
        fail()
    assert list(tmp_path.iterdir()) == []


def test_an_existing_folder_keeps_its_permissions(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o755)
    make_folder(tmp_path / "open" / "a" / "b")
    assert (tmp_path / "open").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "open" / "a").stat().st_mode & 0o777 == 0o700
