"""Which compiled core is loaded: the one that was built, from these sources, unless it is switched off."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

from deid_pipeline.dicom import compiled

HOOK = Path(__file__).resolve().parents[3] / "hatch_build.py"
SOURCES = ("_tree.pxd", *(f"{name}.pyx" for name in compiled.MODULES))


@pytest.fixture(autouse=True)
def _switched_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(compiled.SWITCH, raising=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in SOURCES:
        (tmp_path / name).write_text(f"# {name}\n", encoding="utf-8")
    return tmp_path


def _build(folder: Path, names: Sequence[str] = compiled.MODULES) -> None:
    for name in names:
        content = b"\x7fELF" + compiled.sources_digest(folder).encode() + b"\0"
        (folder / f"{name}{EXTENSION_SUFFIXES[0]}").write_bytes(content)


def test_every_module_of_the_core_is_asked_for() -> None:
    assert {path.stem for path in Path(compiled.__file__).parent.glob("*.pyx")} == set(compiled.MODULES)


def test_there_are_both_modules_or_none_and_the_reason() -> None:
    loaded = (compiled.finding is not None, compiled.editing is not None, compiled.why_not == "")
    assert loaded in {(True, True, True), (False, False, False)}


def test_what_was_built_from_these_sources_is_taken(folder: Path) -> None:
    _build(folder)
    assert compiled._reason_against(folder) == ""


@pytest.mark.parametrize("missing", compiled.MODULES)
def test_one_missing_module_is_enough_to_take_none(folder: Path, missing: str) -> None:
    assert compiled._reason_against(folder) == "not built"
    _build(folder, [name for name in compiled.MODULES if name != missing])
    assert compiled._reason_against(folder) == "not built"


@pytest.mark.parametrize("stale", compiled.MODULES)
def test_one_stale_module_is_enough_to_take_none(folder: Path, stale: str) -> None:
    _build(folder, [name for name in compiled.MODULES if name != stale])
    fresh = compiled.sources_digest(folder)
    (folder / f"{stale}.pyx").write_text("# before the edit\n", encoding="utf-8")
    _build(folder, (stale,))
    (folder / f"{stale}.pyx").write_text(f"# {stale}.pyx\n", encoding="utf-8")
    assert compiled.sources_digest(folder) == fresh
    assert compiled._reason_against(folder) == "built from other sources"


@pytest.mark.parametrize("change", ["edited", "renamed", "added", "removed"])
def test_any_change_of_the_sources_makes_the_binaries_stale(folder: Path, change: str) -> None:
    _build(folder)
    header = folder / "_tree.pxd"
    if change == "edited":
        header.write_text("# another\n", encoding="utf-8")
    elif change == "renamed":
        header.rename(folder / "_trees.pxd")
    elif change == "added":
        (folder / "_more.pxd").write_text("", encoding="utf-8")
    else:
        header.unlink()
    assert compiled._reason_against(folder) == "built from other sources"


def test_binaries_without_sources_beside_them_are_an_installed_wheels(folder: Path) -> None:
    _build(folder)
    for path in folder.glob("*.p[yx][xd]"):
        path.unlink()
    assert compiled._reason_against(folder) == ""


@pytest.mark.parametrize(("value", "reason"), [("1", "switched off"), ("yes", "switched off"), ("0", ""), ("", "")])
def test_the_environment_switches_the_core_off(
    folder: Path, monkeypatch: pytest.MonkeyPatch, value: str, reason: str
) -> None:
    _build(folder)
    monkeypatch.setenv("DEIDP_PURE_PYTHON", value)
    assert compiled._reason_against(folder) == reason


def test_who_builds_and_who_loads_name_the_same_sources(folder: Path) -> None:
    pytest.importorskip("hatchling", reason="the build back-end is in the extra `test`")
    spec = importlib.util.spec_from_file_location("hatch_build", HOOK)
    assert spec is not None
    assert spec.loader is not None
    hook = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(hook)
    assert hook.sources_digest(folder) == compiled.sources_digest(folder)
