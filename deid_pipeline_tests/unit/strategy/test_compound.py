"""Compound action codes under every type of attribute (PS3.15 Table E.1-1a)."""

from __future__ import annotations

import csv

import pytest

from deid_pipeline.store import resource_folder
from deid_pipeline.strategy.compound import compound_choice

TYPES = ("1", "1C", "2", "2C", "3", None)

CHOICES = {
    # code: for types 1, 1C, 2, 2C, 3, and not in the IOD
    "X/Z": "D D Z Z X X",
    "X/D": "D D D D X X",
    "Z/D": "D D Z Z Z Z",
    "X/Z/D": "D D Z Z X X",
    "X/Z/U*": "U U Z Z X X",
    "Z": "D D Z Z Z Z",
    "X": "X X X X X X",
    "D": "D D D D D D",
    "U": "U U U U U U",
    "K": "K K K K K K",
    "C": "C C C C C C",
}


@pytest.mark.parametrize("code", CHOICES)
def test_the_strictest_choice_that_keeps_the_iod_is_taken(code: str) -> None:
    assert [compound_choice(code, kind) for kind in TYPES] == CHOICES[code].split()


def test_every_code_of_the_table_is_resolved() -> None:
    with (resource_folder("strategies") / "tables" / "ps3_15_e1_1_2024b.csv").open(encoding="utf-8") as stream:
        codes = {row["basic"] for row in csv.DictReader(stream)}
    assert {code for code in codes if "/" in code} <= CHOICES.keys()
    assert {compound_choice(code, kind) for code in codes for kind in TYPES} == {"X", "Z", "D", "U"}


@pytest.mark.parametrize("code", CHOICES)
def test_a_choice_is_final(code: str) -> None:
    for kind in TYPES:
        once = compound_choice(code, kind)
        assert compound_choice(once, kind) == once
