"""Publishing into the release and withdrawing from it."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

import pytest

from deid_pipeline.store import publish, release, withdraw


@pytest.fixture(params=["same filesystem", "other filesystem", "no unnamed files"])
def staged(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A staged private file; renaming it into the release works, or fails as between filesystems."""
    path = tmp_path / "staging" / "file"
    path.parent.mkdir()
    path.write_bytes(b"checked" * 1000)
    path.chmod(0o600)
    if request.param != "same filesystem":
        replace = Path.replace

        def refuse(self: Path, target: Path) -> Path:
            if self == path:
                raise OSError(errno.EXDEV, "another filesystem")
            return replace(self, target)

        monkeypatch.setattr(Path, "replace", refuse)
    if request.param == "no unnamed files":
        opened = os.open

        def open_named(name: str, flags: int, mode: int = 0o777, **more: int) -> int:
            if flags & os.O_TMPFILE == os.O_TMPFILE:
                raise OSError(errno.EOPNOTSUPP, "no unnamed files")
            return opened(name, flags, mode, **more)

        monkeypatch.setattr(os, "open", open_named)
    return path


def test_a_published_file_is_whole_readable_and_moved(staged: Path, tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        target = tmp_path / "release" / "dicom" / "p" / "s" / "file.dcm"
        publish(staged, target)
    finally:
        os.umask(before)
    assert target.read_bytes() == b"checked" * 1000
    assert target.stat().st_mode & 0o777 == 0o644
    assert (tmp_path / "release" / "dicom").stat().st_mode & 0o777 == 0o755
    assert not staged.exists()
    assert [path.name for path in target.parent.iterdir()] == ["file.dcm"]


def test_publishing_again_replaces_the_file(staged: Path, tmp_path: Path) -> None:
    target = tmp_path / "release" / "file.dcm"
    target.parent.mkdir()
    target.write_bytes(b"old")
    publish(staged, target)
    assert target.read_bytes() == b"checked" * 1000
    assert [path.name for path in target.parent.iterdir()] == ["file.dcm"]


def test_a_copy_that_breaks_off_shows_nothing(staged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError(errno.ENOSPC, "disk full")

    monkeypatch.setattr(release.shutil, "copyfileobj", broken)
    monkeypatch.setattr(release, "_move", release._copy)
    target = tmp_path / "release" / "file.dcm"
    with pytest.raises(OSError, match="disk full"):
        publish(staged, target)
    assert list(target.parent.iterdir()) == []
    assert staged.exists()


def test_real_filesystems_apart(tmp_path: Path) -> None:
    memory = Path("/dev/shm")
    if not memory.is_dir() or memory.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no second filesystem here")
    for start, end in ((memory, tmp_path), (tmp_path, memory)):
        with tempfile.TemporaryDirectory(dir=start) as one, tempfile.TemporaryDirectory(dir=end) as other:
            staged, target = Path(one) / "staged", Path(other) / "release" / "file"
            for content in (b"first", b"second"):
                staged.write_bytes(content)
                publish(staged, target)
                assert target.read_bytes() == content
            assert target.stat().st_mode & 0o777 == 0o644
            assert [path.name for path in target.parent.iterdir()] == ["file"]


def test_a_missing_staged_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        publish(tmp_path / "nothing", tmp_path / "release" / "file")


def test_a_folder_withdrawn_meanwhile_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    staged, target = tmp_path / "staged", tmp_path / "release" / "p" / "file"
    staged.write_bytes(b"x")
    make_folder = release.make_folder
    calls = []

    def unstable(folder: Path, *, mode: int) -> Path:
        calls.append(folder)
        made = make_folder(folder, mode=mode)
        if len(calls) == 1:
            folder.rmdir()
        return made

    monkeypatch.setattr(release, "make_folder", unstable)
    publish(staged, target)
    assert target.read_bytes() == b"x"
    assert len(calls) == 2


def test_withdrawing_prunes_only_what_it_leaves_empty(tmp_path: Path) -> None:
    one, two = (tmp_path / "R" / "dicom" / "p" / study / "se" / "file" for study in ("st1", "st2"))
    for file in (one, two):
        file.parent.mkdir(parents=True)
        file.touch()
    withdraw(one)
    assert not (tmp_path / "R" / "dicom" / "p" / "st1").exists()
    assert two.exists()
    withdraw(two)
    assert list((tmp_path / "R").iterdir()) == [tmp_path / "R" / "dicom"]
    withdraw(two)


def test_withdrawing_stops_at_the_root_given(tmp_path: Path) -> None:
    file = tmp_path / "R" / "slides" / "sl-1.svs"
    file.parent.mkdir(parents=True)
    file.touch()
    withdraw(file, root=tmp_path / "R" / "slides")
    assert (tmp_path / "R" / "slides").is_dir()
    assert not file.exists()
