"""The pages below docs/reference say what the code does."""

from __future__ import annotations

import importlib.util
from dataclasses import fields
from pathlib import Path
from types import ModuleType

import pytest

from deid_pipeline.actions import ACTIONS
from deid_pipeline.strategy import PixelRules, names

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_reference", ROOT / "tools" / "docs_reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_no_page_is_stale(reference: ModuleType) -> None:
    assert reference.stale() == [], "run `make docs`"


def test_every_action_and_strategy_has_its_words(reference: ModuleType) -> None:
    page = reference.actions()
    assert all(f"### `{action.name}`" in page for action in ACTIONS)
    assert {path.stem for path, _ in reference.pages()} == {"actions", "options", "pixels", *names()}


def test_every_key_about_pixels_has_its_words(reference: ModuleType) -> None:
    rows = [line.split(" | ") for line in reference.pixels().split("## ")[0].splitlines() if line.startswith("| `")]
    assert {row[0].strip("| `") for row in rows} == {key.name for key in fields(PixelRules)}
    assert all(len(row[2].strip("| ")) > 10 for row in rows), "each field of PixelRules has a comment behind it"


def test_a_strategys_page_shows_what_differs_from_basic(reference: ModuleType) -> None:
    full = reference.strategy("full")
    assert "| (0010,0010) | PN | `remove` |" in full
    assert "(0008,0018)" not in full
    assert "(0008,0018)" in reference.strategy("basic")
