"""A clean pair passes every check, in whatever form it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from deid_pipeline.checks import CHECKS, run_checks
from deid_pipeline_tests.unit.checks.pair import BOX, DEFLATED, EXPLICIT, IMPLICIT, Pair


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT, DEFLATED], ids=["explicit", "implicit", "deflated"])
@pytest.mark.parametrize("boxes", [{}, {1: (BOX,)}], ids=["no box", "a box"])
def test_a_clean_pair_passes_every_check(tmp_path: Path, syntax: str, boxes: dict) -> None:  # type: ignore[type-arg]
    pair = Pair(tmp_path, boxes=boxes, syntax=syntax)
    pair.save()
    results = run_checks(pair.case())
    assert [(result.check, result.passed, result.detail) for result in results] == [
        (check.name, True, "") for check in CHECKS
    ]
