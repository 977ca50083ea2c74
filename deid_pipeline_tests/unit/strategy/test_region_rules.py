"""Region rules: what their rows may say, which frames they hold for, and where their boxes come to lie."""

from __future__ import annotations

from pathlib import Path

import pytest

from deid_pipeline.errors import StrategyError
from deid_pipeline.model import Box
from deid_pipeline.strategy import load
from deid_pipeline.strategy.region_rules import COLUMNS, RegionRule, read_region_rules

_HEAD = ",".join(COLUMNS)


def rules(folder: Path, *rows: str, head: str = _HEAD) -> tuple[RegionRule, ...]:
    path = folder / "scanner.csv"
    path.write_text("\n".join((head, *rows)) + "\n")
    return read_region_rules(path)


def rule(folder: Path, row: str) -> RegionRule:
    (one,) = rules(folder, row)
    return one


def test_a_row_holds_for_the_devices_that_its_globs_fit(tmp_path: Path) -> None:
    one = rule(tmp_path, "Acme *,,US,480,640,0,0,640,40,redact")
    size = {"rows": 480, "columns": 640}
    assert one.holds_for(("ACME  Imaging", "Any", "US"), **size)
    assert not one.holds_for(("Other", "Any", "US"), **size)
    assert not one.holds_for(("Acme Imaging", "Any", "CT"), **size)
    assert not one.holds_for(("Acme Imaging", "Any", "US"), rows=480, columns=641)
    assert rule(tmp_path, ",,,,,0,0,640,40,redact").holds_for(("", "", ""), **size)


@pytest.mark.parametrize(
    ("sides", "what", "expected"),
    [
        ("10,20,30,40", "redact", Box(10, 20, 30, 40)),
        (",,,40", "redact", Box(0, 0, 333, 40)),
        ("-40,-20,,", "redact", Box(293, 180, 333, 200)),
        ("0,0,-10,-1", "redact", Box(0, 0, 323, 199)),
        ("50%,33.3%,100%,66.7%", "redact", Box(166, 66, 333, 134)),
        ("50%,33.3%,100%,66.7%", "keep", Box(167, 67, 333, 133)),
        ("300,150,900,900", "redact", Box(300, 150, 333, 200)),
        ("400,0,500,10", "redact", None),
    ],
)
def test_sides_are_pixels_or_shares_from_either_edge(
    tmp_path: Path, sides: str, what: str, expected: Box | None
) -> None:
    assert rule(tmp_path, f"Acme,,,,,{sides},{what}").box(rows=200, columns=333) == expected


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("Acme,,US,480,640,0,0,640,40,fill", "What is redact or keep"),
        ("Acme,,US,x,640,0,0,640,40,redact", "whole numbers"),
        ("Acme,,US,0,640,0,0,640,40,redact", "whole numbers"),
        ("Acme,,US,480,640,a,0,640,40,redact", "number of pixels"),
        ("Acme,,US,480,640,0,0,101%,40,redact", "number of pixels"),
        ("Acme,,US,480,640,9,0,9,40,redact", "no area"),
        ("Acme,,US,480,640,700,0,800,40,redact", "no area"),
        ("Acme,,US,480,640,0,0,640,40", "number of cells"),
        ("Acme,,US,480,640,0,0,640,40,redact,x", "number of cells"),
        (",,,480,640,0,0,640,40,keep", "names a device"),
        ('"Acme,,US,480,640,0,0,640,40,redact', "not valid CSV"),
    ],
)
def test_a_row_that_cannot_be_meant_is_refused_with_its_line(tmp_path: Path, row: str, message: str) -> None:
    with pytest.raises(StrategyError, match=message) as refused:
        rules(tmp_path, ",,,,,0,0,640,40,redact", row)
    assert "scanner.csv" in str(refused.value)
    assert message == "not valid CSV" or "3" in str(refused.value)


def test_columns_may_be_left_out_but_not_made_up(tmp_path: Path) -> None:
    (one,) = rules(tmp_path, "0,0,10,10,redact", head="Left,Top,Right,Bottom,What")
    assert one.origin == "scanner.csv:2"
    for head in ("Left,Top,Right,What", "Left,Top,Right,Bottom,What,Vendor", "Left,Left,Right,Bottom,What"):
        with pytest.raises(StrategyError, match="column"):
            rules(tmp_path, head=head)


def test_a_strategy_takes_its_rules_into_its_hash(tmp_path: Path) -> None:
    strategy = tmp_path / "mine.yaml"
    strategy.write_text("extends: basic\npixels:\n  regions: [scanner.csv]\n")
    with pytest.raises(StrategyError, match=r"no file 'scanner\.csv'"):
        load(str(strategy))
    rules(tmp_path, "Acme,,US,,,0,0,,40,redact")
    first = load(str(strategy))
    assert len(first.pixels.regions) == 1
    assert "regions 1" in first.describe()
    rules(tmp_path, "Acme,,US,,,0,0,,41,redact")
    assert load(str(strategy)).hash != first.hash
    strategy.write_text("extends: basic\npixels:\n  regions: scanner.csv\n")
    with pytest.raises(StrategyError, match="list of files"):
        load(str(strategy))
