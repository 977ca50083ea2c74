"""Files of the release zone: there at once and whole, or not at all.

What belongs here: putting a checked file into the release and taking one out. What does not: the decision (``stages``),
the record of it (``evidence``).
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from deid_pipeline.store.files import PUBLIC_FILE, PUBLIC_FOLDER, make_folder

_INSTANCE_FOLDERS = 3  # patient, study and series
_ATTEMPTS = 5
_NO_UNNAMED_FILES = (errno.EOPNOTSUPP, errno.EISDIR, errno.ENOENT, errno.EINVAL, errno.EPERM, errno.EXDEV)


def publish(staged: Path, target: Path) -> None:
    """Move a checked file into the release by one atomic rename; a re-run replaces the file of before.

    On another filesystem the bytes are first copied to a file without a name, so that a kill at any moment leaves no
    part of them under any name. The file becomes readable for all (0644), new folders too (0755).

    Parameters
    ----------
    staged
        The file that passed its checks; gone afterwards.
    target
        Its place in the release.

    Raises
    ------
    OSError
        The release cannot be written to; ``staged`` is still there.
    """
    staged.chmod(PUBLIC_FILE)
    _with_folder(target, lambda: _move(staged, target))


def withdraw(target: Path, *, root: Path | None = None) -> None:
    """Take a file out of the release, with the folders that it leaves empty.

    Parameters
    ----------
    target
        The file; nothing happens when it is not there.
    root
        Folders from here upward stay. Without it, at most the series, study and patient folders go.
    """
    target.unlink(missing_ok=True)
    for depth, folder in enumerate(target.parents):
        if folder == root or (root is None and depth >= _INSTANCE_FOLDERS):
            return
        try:
            folder.rmdir()
        except OSError:  # not empty, or gone already
            if folder.exists():
                return


def _with_folder(target: Path, move: Callable[[], None]) -> None:
    """Run ``move`` with the target's folder in place, again when a withdrawal removed the folder meanwhile."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            make_folder(target.parent, mode=PUBLIC_FOLDER)
            move()
        except FileNotFoundError:
            if attempt == _ATTEMPTS:
                raise
        else:
            return


def _move(staged: Path, target: Path) -> None:
    try:
        staged.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _copy(staged, target)
        staged.unlink()


def _copy(staged: Path, target: Path) -> None:
    try:
        handle = os.open(target.parent, os.O_TMPFILE | os.O_WRONLY, PUBLIC_FILE)
    except OSError as error:
        if error.errno not in _NO_UNNAMED_FILES:
            raise
        _copy_hidden(staged, target)
        return
    with os.fdopen(handle, "wb") as stream:
        with staged.open("rb") as source:
            shutil.copyfileobj(source, stream, 1 << 20)
        stream.flush()
        os.fchmod(handle, PUBLIC_FILE)
        os.fsync(handle)
        _name(handle, target)


def _name(handle: int, target: Path) -> None:
    """Give an unnamed file its name; one that exists is replaced by way of a hidden name for the whole file."""
    try:
        _link(handle, target)
    except FileExistsError:
        whole = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
        _link(handle, whole)
        whole.replace(target)


def _link(handle: int, name: Path) -> None:
    folder = os.open(name.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:  # the folder's handle makes Python call linkat, which follows the link in /proc to the unnamed file
        os.link(f"/proc/self/fd/{handle}", name.name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=True)
    finally:
        os.close(folder)


def _copy_hidden(staged: Path, target: Path) -> None:
    """Copy under a hidden name, then rename: for filesystems without unnamed files."""
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream, staged.open("rb") as source:
            shutil.copyfileobj(source, stream, 1 << 20)
            stream.flush()
            os.fsync(handle)
        part.chmod(PUBLIC_FILE)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
