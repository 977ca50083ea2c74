"""Fixtures of the check tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from deid_pipeline_tests.unit.checks.pair import Pair


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    """A clean pair with one redacted box on its second frame."""
    return Pair(tmp_path)
