"""The core is compiled where that can be done, installing works where it cannot, and no stale binary is used."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import pytest

from deid_pipeline.dicom import compiled
from deid_pipeline_tests.compiling import EDITING_PYX, built, environment, small_project, without_compiler

pytest.importorskip("hatchling", reason="the build back-end is in the extra `test`")
needs_compiler = pytest.mark.skipif(bool(without_compiler()), reason=without_compiler())

ROOM = Path("deid_pipeline/dicom/compiled")
PURE = "py3-none-any"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return small_project(tmp_path / "project")


@pytest.fixture(scope="module")
def _compiled_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = small_project(tmp_path_factory.mktemp("compiled") / "project")
    built(project, project / "dist", target="wheel:editable")
    return project


@pytest.fixture
def compiled_project(_compiled_once: Path, tmp_path: Path) -> Path:
    """A project in which an editable install has compiled the core."""
    return shutil.copytree(_compiled_once, tmp_path / "compiled")


def _judged(project: Path, **variables: str) -> str:
    """What twice 4 is by the compiled core of ``project``, or why it is not loaded."""
    program = "from deid_pipeline.dicom import compiled as c; print(c.why_not or c.editing.twice(4))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=project,
        env=environment(PYTHONPATH=str(project), **variables),
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def _by_hand(project: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "hatch_build.py"]
    return subprocess.run(command, cwd=project, env=environment(), check=False, capture_output=True, text=True)


def _binaries(project: Path) -> list[Path]:
    return sorted((project / ROOM).glob("*.so"))


@needs_compiler
def test_a_wheel_holds_the_compiled_modules_for_this_interpreter_and_no_sources(project: Path) -> None:
    wheel = built(project, project / "dist").path
    names = zipfile.ZipFile(wheel).namelist()
    modules = {name.split(".")[0] for name in names if name.endswith(".so")}
    assert modules == {f"{ROOM}/{name}" for name in compiled.MODULES}
    assert f"-cp{sys.version_info.major}{sys.version_info.minor}-" in wheel.name
    assert not [name for name in names if name.endswith((".pyx", ".pxd", ".c"))]
    assert _binaries(project) == []
    zipfile.ZipFile(wheel).extractall(project / "installed")
    assert _judged(project / "installed") == "8"


@needs_compiler
def test_an_editable_install_compiles_in_place_and_leaves_nothing_else(project: Path) -> None:
    before = {path for path in project.rglob("*") if "dist" not in path.parts}
    built(project, project / "dist", target="wheel:editable")
    after = {path for path in project.rglob("*") if "dist" not in path.parts}
    assert after - before == set(_binaries(project))
    assert len(_binaries(project)) == len(compiled.MODULES)
    assert _judged(project) == "8"
    assert _judged(project, DEIDP_PURE_PYTHON="1") == "switched off"


@needs_compiler
def test_binaries_name_no_folder_of_the_machine_they_were_made_on(compiled_project: Path) -> None:
    for path in _binaries(compiled_project):
        assert b"deid_pipeline/dicom/compiled/_" in path.read_bytes()
        assert tempfile.gettempdir().encode() + b"/" not in path.read_bytes()


@needs_compiler
@pytest.mark.parametrize("edited", ["_finding.pyx", "_finding.pxd", "_editing.pyx"])
def test_a_binary_of_other_sources_is_not_used(compiled_project: Path, edited: str) -> None:
    assert _judged(compiled_project) == "8"
    with (compiled_project / ROOM / edited).open("a") as file:
        file.write("# edited\n")
    assert _judged(compiled_project) == "built from other sources"


@needs_compiler
def test_compiled_anew_it_does_what_the_sources_now_say(compiled_project: Path) -> None:
    source = compiled_project / ROOM / "_editing.pyx"
    source.write_text(EDITING_PYX.replace("return ", "return 100 + "), encoding="utf-8")
    done = _by_hand(compiled_project)
    assert (done.returncode, done.stdout) == (0, f"deid_pipeline: {len(compiled.MODULES)} modules compiled\n")
    assert _judged(compiled_project) == "108"


@needs_compiler
def test_a_binary_that_cannot_be_loaded_is_not_used(compiled_project: Path) -> None:
    (path,) = (path for path in _binaries(compiled_project) if path.name.startswith("_editing."))
    path.write_bytes(b"no binary of this machine" + path.read_bytes())
    assert _judged(compiled_project) == "cannot be loaded"


@needs_compiler
@pytest.mark.parametrize("target", ["wheel", "wheel:editable"])
def test_sources_that_do_not_compile_make_a_pure_installation_and_say_so_in_a_line(
    compiled_project: Path, target: str
) -> None:
    source = compiled_project / ROOM / "_editing.pyx"
    source.write_text(EDITING_PYX + "this is no Cython\n", encoding="utf-8")
    result = built(compiled_project, compiled_project / "new", target=target)
    assert PURE in result.path.name
    assert [line for line in result.said.splitlines() if "the core was not compiled" in line]
    assert len(result.said.splitlines()) == 2
    assert _judged(compiled_project) == ("not built" if target == "wheel:editable" else "built from other sources")
    by_hand = _by_hand(compiled_project)
    assert by_hand.returncode == 1
    assert "this is no Cython" in by_hand.stderr


@needs_compiler
def test_the_line_says_what_ended_the_compiler(project: Path) -> None:
    source = project / ROOM / "_editing.pyx"
    source.write_text('cdef extern from "no_such_header.h":\n    pass\n' + EDITING_PYX, encoding="utf-8")
    result = built(project, project / "dist")
    assert "fatal error: no_such_header.h: No such file" in result.said
    assert len(result.said.splitlines()) == 2


def test_without_a_compiler_the_wheel_is_pure_python_and_says_why(project: Path) -> None:
    result = built(project, project / "dist", CC=str(project / "no-compiler"))
    assert PURE in result.path.name
    assert "deid_pipeline: pure Python, the core was not compiled: " in result.said
    assert len(result.said.splitlines()) == 2
    assert not [name for name in zipfile.ZipFile(result.path).namelist() if name.endswith(".so")]


def test_compiling_can_be_switched_off(project: Path) -> None:
    result = built(project, project / "dist", target="wheel:editable", DEIDP_NO_COMPILE="1")
    assert "DEIDP_NO_COMPILE is set" in result.said
    assert _binaries(project) == []


def test_without_sources_there_is_nothing_to_say(project: Path) -> None:
    for path in (project / ROOM).glob("*.p[yx][xd]"):
        path.unlink()
    result = built(project, project / "dist")
    assert PURE in result.path.name
    assert len(result.said.splitlines()) == 1
