"""Compiles the optional core while a wheel or an editable install is made.

What belongs here: turning every ``deid_pipeline/**/_*.pyx`` into an extension module, and saying so in one line where
that cannot be done. What does not: judging and loading what was built (``deid_pipeline.dicom.compiled``).

A wheel gets the modules inside, an editable install gets them beside their sources. Without a compiler, without
Python's headers or with ``DEIDP_NO_COMPILE=1`` both are pure Python; an installation never fails for want of the core.
It is compiled by a process of its own from a copy of the sources, so that no generated file is left in the checkout and
no name of a folder of this machine in the binary. By hand, in place: ``python hatch_build.py``.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGE = "deid_pipeline"
SWITCH = "DEIDP_NO_COMPILE"
SUFFIX = sysconfig.get_config_var("EXT_SUFFIX") or ".so"
DIRECTIVES = {
    "language_level": 3,
    "boundscheck": False,
    "wraparound": False,
    "cdivision": True,
    "initializedcheck": False,
    "freethreading_compatible": False,
    "emit_code_comments": False,
}


class CompiledCore(BuildHookInterface):  # type: ignore[type-arg]
    """What the build back-end calls before it packs."""

    _built: tempfile.TemporaryDirectory[str] | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile; in place for the version ``editable``, else into the wheel."""
        root = Path(self.root)
        if version == "editable":
            remove_in_place(root)
        if not sources(root):
            return
        if os.environ.get(SWITCH, "") not in {"", "0"}:
            self.app.display_info(f"{PACKAGE}: pure Python, since {SWITCH} is set")
            return
        self._built = tempfile.TemporaryDirectory(prefix="deid-core-")
        built = Path(self._built.name)
        outcome = compile_apart(root, built)
        if outcome.returncode:
            self.app.display_warning(f"{PACKAGE}: pure Python, the core was not compiled: {reason(outcome.stderr)}")
            self.app.display_debug(outcome.stderr)
        elif version == "editable":
            put_in_place(root, built)
        else:
            build_data["pure_python"] = False
            build_data["infer_tag"] = True
            for path in binaries(built):
                build_data["force_include"][str(path)] = path.relative_to(built).as_posix()

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        """Remove what was packed."""
        if self._built is not None:
            self._built.cleanup()


def sources(root: Path) -> list[Path]:
    """Return the modules to compile, below ``root``."""
    return sorted((root / PACKAGE).rglob("_*.pyx"))


def binaries(root: Path) -> list[Path]:
    """Return the compiled modules for this interpreter, below ``root``; those of other interpreters are theirs."""
    return sorted((root / PACKAGE).rglob(f"_*{SUFFIX}"))


def sources_digest(folder: Path) -> str:
    """SHA-256 of the names and contents of all Cython sources of ``folder``, 64 hex digits.

    ``deid_pipeline.dicom.compiled.sources_digest`` is the same for who runs the result; a test compares the two.
    """
    paths = sorted((*folder.glob("*.pyx"), *folder.glob("*.pxd")))
    parts = (f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n" for path in paths)
    return hashlib.sha256("".join(parts).encode()).hexdigest()


def remove_in_place(root: Path) -> None:
    """Remove what an earlier build left beside the sources."""
    for path in binaries(root):
        path.unlink()


def put_in_place(root: Path, built: Path) -> None:
    """Move the modules below ``built`` beside their sources; a process that has an old one loaded keeps it."""
    for path in binaries(built):
        target = root / path.relative_to(built)
        beside = target.with_name(f".{target.name}.new")
        shutil.copyfile(path, beside)
        beside.replace(target)


def compile_apart(root: Path, built: Path) -> subprocess.CompletedProcess[str]:
    """Compile everything into ``built``; the return code says whether it worked, ``stderr`` why not."""
    command = [sys.executable, str(Path(__file__).resolve()), str(root), str(built)]
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)


def reason(text: str) -> str:
    """Return the line of what the compilers said that says most: what ended one of them, else the last."""
    lines = [line.strip() for line in text.splitlines() if line.strip()] or ["no reason given"]
    return next((line for line in lines if "fatal error:" in line), lines[-1])


def compile_here(root: Path, built: Path) -> None:
    """Compile all sources below ``root`` into ``built``, in this process, which changes its folder.

    A module may ``cimport`` from its own folder only: what it was compiled from is told by that folder's digest.
    """
    from setuptools import Distribution  # before Cython, which takes what it needs of it where it is loaded
    from setuptools.command.build_ext import build_ext

    with tempfile.TemporaryDirectory(prefix="deid-core-") as work:
        os.chdir(work)
        command = build_ext(Distribution({"name": PACKAGE, "ext_modules": list(_extensions(root))}))
        command.build_lib, command.build_temp = str(built), "objects"
        command.parallel = os.cpu_count()
        command.ensure_finalized()
        command.run()
        os.chdir(root)


def _extensions(root: Path) -> Iterator[Any]:
    """Copy the sources into the current folder, translate them to C there."""
    from Cython.Build import cythonize
    from setuptools import Extension

    for folder in dict.fromkeys(path.parent for path in sources(root)):
        copy = folder.relative_to(root)
        copy.mkdir(parents=True)
        for package in (copy, *copy.parents[:-1]):
            (package / "__init__.py").touch()
        for path in (*folder.glob("*.pyx"), *folder.glob("*.pxd")):
            shutil.copyfile(path, copy / path.name)
        stamp = copy / "stamp.c"
        stamp.write_text(f'const char deid_pipeline_sources[] = "{sources_digest(folder)}";\n')
        extensions = [
            Extension(
                ".".join((*copy.parts, path.stem)),
                [str(copy / path.name), str(stamp)],
                extra_compile_args=["-O3", "-g0"],
            )
            for path in sources(root)
            if path.parent == folder
        ]
        yield from cythonize(extensions, compiler_directives=DIRECTIVES, quiet=True)


def main(arguments: list[str]) -> int:
    """Compile ``ROOT`` into ``BUILT``; without arguments compile this checkout in place and say how that went."""
    if arguments:
        root, built = map(Path, arguments)
        compile_here(root, built)
        return 0
    root = Path(__file__).resolve().parent
    remove_in_place(root)
    with tempfile.TemporaryDirectory(prefix="deid-core-") as folder:
        outcome = compile_apart(root, Path(folder)) if sources(root) else None
        if outcome is not None:
            print(outcome.stderr, end="", file=sys.stderr)
            if outcome.returncode:
                return 1
        put_in_place(root, Path(folder))
    print(f"{PACKAGE}: {len(binaries(root))} modules compiled")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
