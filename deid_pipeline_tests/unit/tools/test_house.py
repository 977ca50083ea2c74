"""The size report finds what has grown too large."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

HOUSE = Path(__file__).resolve().parents[3] / "tools" / "house.py"


@pytest.fixture(scope="module")
def house() -> ModuleType:
    spec = importlib.util.spec_from_file_location("house", HOUSE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["house"] = module
    spec.loader.exec_module(module)
    return module


def _function(lines: int, parameters: int = 0, before: str = "") -> str:
    names = ", ".join(f"p{number}" for number in range(parameters))
    return f'{before}def f({names}):\n    """Long\n\n    docstring."""\n' + "    x = 1\n" * lines


def _run(house: ModuleType, monkeypatch: pytest.MonkeyPatch, folder: Path) -> int:
    monkeypatch.setattr(sys, "argv", ["house.py", str(folder)])
    return int(house.main())


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (_function(60, 7), 0),
        (_function(61), 1),
        (_function(1, 8), 1),
        (_function(1, 8, before="@app.command()\n"), 0),
        ("x = 1\n" * 400, 0),
        ("x = 1\n" * 401, 1),
    ],
    ids=["at the limits", "long body", "many parameters", "a command's options", "longest file", "long file"],
)
def test_exit_code_follows_the_limits(
    house: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, source: str, code: int
) -> None:
    (tmp_path / "module.py").write_text(source)
    assert _run(house, monkeypatch, tmp_path) == code


@pytest.mark.parametrize("suffix", ["pyx", "pxd"])
def test_lines_of_cython_sources_are_counted(
    house: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, suffix: str
) -> None:
    (tmp_path / f"_tree.{suffix}").write_text("cdef int x\n" * 400)
    assert _run(house, monkeypatch, tmp_path) == 0
    (tmp_path / f"_tree.{suffix}").write_text("cdef int x\n" * 401)
    assert _run(house, monkeypatch, tmp_path) == 1


def test_what_is_too_large_is_named_with_its_place(
    house: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "module.py").write_text(_function(70))
    _run(house, monkeypatch, tmp_path)
    assert f"{tmp_path}/module.py:1 f: 70 lines in the body (allowed: 60)" in capsys.readouterr().out
