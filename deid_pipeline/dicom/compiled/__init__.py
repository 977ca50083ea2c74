"""The compiled core of header work: whether there is one that fits, and why not where there is none.

What belongs here: finding, judging and loading the modules that ``hatch_build.py`` compiles from the ``.pyx`` files of
this folder. What does not: header work. Whoever uses the core has the same work in pure Python, which says what is
right and is used wherever `finding` and `editing` are None.

A module that was compiled from other sources than those beside it is not loaded: edited sources would otherwise seem to
be at work and not be. An installed wheel has no sources beside its modules, and they cannot be edited apart.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from types import ModuleType

SWITCH = "DEIDP_PURE_PYTHON"
"""Environment variable: anything but nothing or 0 leaves the core unused."""

_USED = ("_finding", "_editing", "_walking", "_writing")
MODULES = ("_deciding", "_editing", "_encoding", "_finding", "_rules", "_tree", "_walking", "_writing")


def sources_digest(folder: Path) -> str:
    """SHA-256 of the names and contents of all Cython sources of ``folder``, 64 hex digits; empty where there are none.

    What ``hatch_build.sources_digest`` writes into each binary.
    """
    paths = sorted((*folder.glob("*.pyx"), *folder.glob("*.pxd")))
    parts = [f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n" for path in paths]
    return hashlib.sha256("".join(parts).encode()).hexdigest() if parts else ""


def _binary(folder: Path, name: str) -> Path | None:
    """Return the file that importing ``name`` would load, None where it was not built for this interpreter."""
    candidates = (folder / f"{name}{suffix}" for suffix in EXTENSION_SUFFIXES)
    return next((path for path in candidates if path.is_file()), None)


def _reason_against(folder: Path) -> str:
    """Why the core in ``folder`` is not to be loaded; empty where it is. Nothing of it runs for the answer."""
    if os.environ.get(SWITCH, "") not in {"", "0"}:
        return "switched off"
    found = [path for name in MODULES if (path := _binary(folder, name)) is not None]
    if len(found) < len(MODULES):
        return "not built"
    digest = sources_digest(folder).encode()  # empty is in every binary
    if any(digest not in path.read_bytes() for path in found):
        return "built from other sources"
    return ""


def _loaded() -> tuple[list[ModuleType | None], str]:
    """Load the modules that others use, or none and the reason."""
    why_not = _reason_against(Path(__file__).parent)
    if not why_not:
        try:
            return [import_module(f"{__name__}.{name}") for name in _USED], ""
        except ImportError:  # made for another C library, or for another version of what it imports
            why_not = "cannot be loaded"
    return [None] * len(_USED), why_not


finding: ModuleType | None
editing: ModuleType | None
walking: ModuleType | None
writing: ModuleType | None
why_not: str
(finding, editing, walking, writing), why_not = _loaded()


@contextmanager
def switched_off() -> Iterator[None]:
    """Leave the core unused for what this process begins meanwhile: for whoever compares both forms."""
    global finding, editing, walking, writing, why_not
    held = finding, editing, walking, writing, why_not
    finding = editing = walking = writing = None
    why_not = "switched off"
    try:
        yield
    finally:
        finding, editing, walking, writing, why_not = held
