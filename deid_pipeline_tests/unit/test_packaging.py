"""What is inside the wheel."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    pytest.importorskip("hatchling", reason="the build back-end is in the extra `test`")
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    (path,) = folder.glob("*.whl")
    return zipfile.ZipFile(path)


def _data_files(folder: str) -> set[str]:
    return {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob("*") if path.is_file()}


def test_strategies_and_views_are_inside_the_package(wheel: zipfile.ZipFile) -> None:
    wanted = {f"deid_pipeline/{name}" for folder in ("strategies", "sql") for name in _data_files(folder)}
    assert len(wanted) > 5
    assert wanted <= set(wheel.namelist())


def test_every_file_of_the_package_is_inside_and_no_test(wheel: zipfile.ZipFile) -> None:
    wanted = {name for name in _data_files("deid_pipeline") if "__pycache__" not in name}
    assert any(name.endswith("release.html") for name in wanted)
    assert wanted <= set(wheel.namelist())
    assert not any("tests" in name for name in wheel.namelist())


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
