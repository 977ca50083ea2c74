"""Files of the vault: private, and whole or absent.

What belongs here: folders and files that only their owner may read, written so that no other name or moment shows a
part of them. What does not: the release zone (``release``), what the files hold (``tables``, ``evidence``).
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700
PUBLIC_FILE = 0o644
PUBLIC_FOLDER = 0o755


def make_folder(folder: Path, *, mode: int = PRIVATE_FOLDER) -> Path:
    """Make a folder and the parents it lacks, all with ``mode`` whatever the umask; existing ones stay as they are."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir(exist_ok=True)
        path.chmod(mode)
    return folder


@contextmanager
def replacing(target: Path, *, mode: int = PRIVATE_FILE) -> Iterator[Path]:
    """Give a temporary path beside ``target`` that takes its place, by one rename, when the block succeeds.

    Parameters
    ----------
    target
        The file to make or to replace; its folder exists.
    mode
        The permissions of the file.

    Yields
    ------
    Path
        An empty file with a hidden name that ends in ``.part``; removed when the block raises.
    """
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    os.close(handle)
    part = Path(name)
    try:
        yield part
        part.chmod(mode)
        _flush(part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def write_private(target: Path, data: bytes) -> None:
    """Write a vault file (0600) in a vault folder (0700) so that it is whole or absent."""
    make_folder(target.parent)
    with replacing(target) as part:
        part.write_bytes(data)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
