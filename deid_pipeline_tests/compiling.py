"""Building distributions in tests: of this checkout, or of a project with a small core.

What belongs here: running the build back-end, and whether a compiler is here. What does not: what is expected of it.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from deid_pipeline.dicom import compiled

ROOT = Path(__file__).resolve().parents[1]

FINDING_PXD = "cdef class Sum:\n    cdef public int total\n    cdef int add(self, int number)\n"
FINDING_PYX = """\
cdef class Sum:
    cdef int add(self, int number):
        self.total += number
        return self.total
"""
EDITING_PYX = """\
from deid_pipeline.dicom.compiled._finding cimport Sum

def twice(int number):
    cdef Sum numbers = Sum()
    numbers.add(number)
    return numbers.add(number)
"""


@dataclass(frozen=True, slots=True)
class Built:
    """What a build left, and what it said on its way."""

    path: Path
    said: str


def without_compiler() -> str:
    """Why nothing can be compiled here; empty where it can."""
    if not all(find_spec(name) for name in ("hatchling", "Cython", "setuptools")):
        return "the build back-end, Cython and setuptools are in the extra `test`"
    compiler = shlex.split(os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc")[0]
    if shutil.which(compiler) is None:
        return "no C compiler is installed"
    header = Path(sysconfig.get_path("include")) / "Python.h"
    return "" if header.is_file() else "Python's headers are not installed"


def environment(**more: str) -> dict[str, str]:
    """The environment of this process without what steers compiling and measuring, and with ``more``."""
    return {key: value for key, value in os.environ.items() if not key.startswith(("COVERAGE", "DEIDP_"))} | more


def built(root: Path, out: Path, *, target: str = "wheel", **variables: str) -> Built:
    """Build one distribution of the project at ``root`` into ``out``."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(out)]
    done = subprocess.run(
        command, cwd=root, env=environment(**variables), check=True, capture_output=True, text=True, timeout=280
    )
    (path,) = (path for path in out.iterdir() if path.suffix in {".whl", ".gz"})
    return Built(path, done.stdout + done.stderr)


def small_project(root: Path) -> Path:
    """Make a project with this one's hook and judgement of binaries; two modules of its core do a little."""
    room = root / "deid_pipeline" / "dicom" / "compiled"
    room.mkdir(parents=True)
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE", ".gitignore"):
        shutil.copyfile(ROOT / name, root / name)
    for name in ("strategies", "sql"):
        (root / name).mkdir()
        (root / name / "nothing.csv").write_text("", encoding="utf-8")
    shutil.copyfile(ROOT / "deid_pipeline" / "__init__.py", root / "deid_pipeline" / "__init__.py")
    shutil.copyfile(ROOT / "deid_pipeline" / "dicom" / "compiled" / "__init__.py", room / "__init__.py")
    empty = {f"{name}.pyx": "" for name in compiled.MODULES}
    sources = {"_finding.pxd": FINDING_PXD, "_finding.pyx": FINDING_PYX, "_editing.pyx": EDITING_PYX}
    for name, text in ({"../__init__.py": ""} | empty | sources).items():
        (room / name).write_text(text, encoding="utf-8")
    return root
