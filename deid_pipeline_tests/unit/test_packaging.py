"""What is inside the wheel and the source distribution. How the core gets compiled: ``test_hatch_build``."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from deid_pipeline_tests.compiling import built, environment, without_compiler

ROOT = Path(__file__).resolve().parents[2]
CORE = {".pyx", ".pxd", ".so"}  # sources stay outside, compiled modules come with the wheel for one interpreter


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    pytest.importorskip("hatchling", reason="the build back-end is in the extra `test`")
    folder = tmp_path_factory.mktemp("dist")
    return zipfile.ZipFile(built(ROOT, folder, DEIDP_NO_COMPILE="1").path)


def _data_files(folder: str) -> set[str]:
    files = (path for path in (ROOT / folder).rglob("*") if path.is_file() and path.suffix not in CORE)
    return {path.relative_to(ROOT).as_posix() for path in files}


def test_strategies_and_views_are_inside_the_package(wheel: zipfile.ZipFile) -> None:
    wanted = {f"deid_pipeline/{name}" for folder in ("strategies", "sql") for name in _data_files(folder)}
    assert len(wanted) > 5
    assert wanted <= set(wheel.namelist())


def test_every_file_of_the_package_is_inside_and_no_test(wheel: zipfile.ZipFile) -> None:
    wanted = {name for name in _data_files("deid_pipeline") if "__pycache__" not in name}
    assert any(name.endswith("release.html") for name in wanted)
    assert wanted <= set(wheel.namelist())
    assert not any("tests" in name for name in wheel.namelist())


@pytest.mark.skipif(bool(without_compiler()), reason=without_compiler())
def test_every_module_of_the_core_is_compiled_into_the_wheel_and_at_work(tmp_path: Path) -> None:
    sources = sorted(path.relative_to(ROOT) for path in (ROOT / "deid_pipeline").rglob("_*.pyx"))
    if not sources:
        pytest.skip("this version has no compiled core")
    wheel = built(ROOT, tmp_path / "dist")
    assert "none-any" not in wheel.path.name, wheel.said
    zipfile.ZipFile(wheel.path).extractall(tmp_path / "installed")
    found = {path.relative_to(tmp_path / "installed") for path in (tmp_path / "installed").rglob("*.so")}
    assert {path.parent / path.name.split(".")[0] for path in found} == {path.with_suffix("") for path in sources}
    program = (
        "from deid_pipeline.dicom import compiled as c; print(c.__file__, c.finding, c.editing, c.why_not, sep='\\n')"
    )
    variables = environment(PYTHONPATH=str(tmp_path / "installed"))
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=variables, check=True, capture_output=True, text=True
    )
    lines = done.stdout.splitlines()
    assert all(str(tmp_path / "installed") in line for line in lines[:3])
    assert lines[3] == ""


def test_the_source_distribution_has_what_the_core_is_compiled_from(tmp_path: Path) -> None:
    with tarfile.open(built(ROOT, tmp_path, target="sdist").path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {path.relative_to(ROOT).as_posix() for path in (ROOT / "deid_pipeline").rglob("*.p[yx][xd]")}
    assert wanted | {"hatch_build.py", "pyproject.toml"} <= names
    assert not [name for name in names if name.endswith((".so", ".c"))]


def test_both_program_names_start_the_same_command_line(wheel: zipfile.ZipFile) -> None:
    (entry_points,) = (name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    lines = wheel.read(entry_points).decode().splitlines()
    assert {"deidp = deid_pipeline.cli:main", "deid-pipeline = deid_pipeline.cli:main"} <= set(lines)


def test_the_licence_travels_with_the_wheel(wheel: zipfile.ZipFile) -> None:
    (licence,) = (name for name in wheel.namelist() if name.endswith("licenses/LICENSE"))
    assert b"Apache License" in wheel.read(licence)


def test_the_core_needs_no_torch_and_no_system_graphics_library() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {requirement.split(">")[0].split("=")[0].strip() for requirement in project["dependencies"]}
    assert "opencv-python-headless" in names
    assert not names & {"torch", "transformers", "opencv-python", "boto3", "celery"}


def test_dagster_is_a_range_because_its_libraries_pin_each_other() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    dagster = [requirement for requirement in project["dependencies"] if requirement.startswith("dagster")]
    assert dagster == ["dagster>=1.13.20,<1.14", "dagster-webserver>=1.13.20,<1.14"]
