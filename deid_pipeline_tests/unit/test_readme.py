"""The README says what the code does."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from deid_pipeline.cli.endings import ExitCode
from deid_pipeline.model import Status

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def docs_tables() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_tables", ROOT / "tools" / "docs_tables.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _first_cells(heading: str) -> list[str]:
    """The first column of the table under a heading."""
    section = README.split(heading, maxsplit=1)[1]
    rows = re.search(r"(?:^\|.*\n)+", section, re.MULTILINE)
    assert rows is not None
    return [row.split("|")[1].strip(" `") for row in rows[0].splitlines()[2:]]


def test_every_generated_table_agrees_with_the_code(docs_tables: ModuleType) -> None:
    assert docs_tables.with_tables(README) == README, "run `make docs`"


def test_every_table_that_can_be_generated_is_in_the_readme(docs_tables: ModuleType) -> None:
    assert sorted(docs_tables.tables_in(README)) == sorted(docs_tables.TABLES)


def test_a_stale_table_is_noticed(docs_tables: ModuleType) -> None:
    stale = README.replace("| `keep` | K |", "| `keep` | X |")
    assert stale != README
    assert docs_tables.with_tables(stale) == README


def test_every_status_but_the_passing_one_is_explained() -> None:
    assert set(_first_cells("### What becomes of a file")) == {status.value for status in Status} - {"new"}


def test_every_exit_code_is_explained() -> None:
    assert _first_cells("### Exit codes") == [str(code.value) for code in ExitCode]


def test_every_make_target_that_the_documents_name_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\bmake ([a-z-]+)", README + contributing)) - {"sure"}
    assert {"demo", "test", "check", "bench", "ui"} <= named
    assert named <= targets


def test_every_file_that_the_readme_links_to_exists() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
