"""Regions that are set before anything is read are recorded, filled and proven like text that was read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset

from deid_pipeline.model import Box, OutputFile, ReadLine, TextRegion
from deid_pipeline.stages import detection
from deid_pipeline.store import read_shard
from deid_pipeline_tests.instances import save, small_ct
from deid_pipeline_tests.projects import outputs, project_in, run_stages

pytestmark = pytest.mark.usefixtures("both_forms")

SIZE = 64
SCALE = Box(40, 40, 60, 50)


@dataclass
class Reader:
    """Stands for an engine: it returns the lines it was given."""

    lines: tuple[ReadLine, ...] = ()
    name: str = "stand-in"

    def read(self, _: Any, *, enlarge: bool = True) -> list[ReadLine]:  # noqa: ARG002 - the protocol's
        return list(self.lines)


def region(*corners: int) -> Dataset:
    item = Dataset()
    for keyword, value in zip(("MinX0", "MinY0", "MaxX1", "MaxY1"), corners, strict=True):
        setattr(item, f"RegionLocation{keyword}", value)
    return item


def run(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, pixels: str, rules: str = "", lines: tuple[ReadLine, ...] = (),
    regions: list[Dataset] | None = None,
) -> tuple[OutputFile, list[TextRegion], np.ndarray[Any, Any]]:  # fmt: skip
    """One file through all stages: its row, its regions, and which pixels have changed."""
    monkeypatch.setattr(detection, "engine", lambda **_: Reader(lines))
    (folder / "rules.csv").write_text(
        f"Manufacturer,ManufacturerModelName,Modality,Rows,Columns,Left,Top,Right,Bottom,What\n{rules}\n"
    )
    (folder / "mine.yaml").write_text(f"extends: basic\npixels:\n{pixels}")
    dataset = small_ct(size=SIZE)
    dataset.Manufacturer, dataset.NumberOfFrames = "Acme Imaging", 2
    dataset.PixelData += dataset.PixelData
    if regions is not None:
        dataset.SequenceOfUltrasoundRegions = regions
    project = project_in(folder, strategy=str(folder / "mine.yaml"))
    source = save(dataset, project.settings.landing / "1")
    (key,) = run_stages(project)
    row = outputs(project, (key,))["1"]
    changed = np.zeros((2, SIZE, SIZE), bool)
    if row.status == "released":
        changed = pydicom.dcmread(source).pixel_array != pydicom.dcmread(row.output_path).pixel_array
    return row, list(read_shard(project.settings.vault, "text_regions", key)), changed


def test_a_rule_fills_its_box_on_every_frame_and_says_which_row_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, regions, changed = run(
        tmp_path,
        monkeypatch,
        pixels="  regions: [rules.csv]\n",
        rules="acme*,,CT,,,8,-16,,,redact\nOther,,,,,0,0,,,redact",
    )
    assert (row.status, row.frames_redacted) == ("released", 2)
    assert [(one.engine, one.reason, one.text, one.is_phi, one.box) for one in regions] == [
        ("rule", "rules.csv:2", "", False, Box(8, 48, 64, 64))
    ] * 2
    assert [one.frame_index for one in regions] == [0, 1]
    assert changed[:, 48:, 8:].all()
    changed[:, 48:, 8:] = False
    assert not changed.any()


def test_a_rule_that_lies_outside_of_the_frame_holds_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    row, _, _ = run(tmp_path, monkeypatch, pixels="  regions: [rules.csv]\n", rules="acme*,,,,,100,0,200,9,redact")
    assert row.status == "held"
    assert "rules.csv:2 lies outside" in row.reason


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (ReadLine(Box(42, 41, 58, 49), "5 cm", 0.9), False),
        (ReadLine(Box(42, 41, 58, 49), "", 0.0), False),
        (ReadLine(Box(42, 41, 61, 49), "5 cm", 0.9), True),
        (ReadLine(Box(42, 41, 58, 49), "QUILLFEATHER", 0.9), True),
        (ReadLine(Box(42, 41, 58, 49), "seen 2019-04-12", 0.9), True),
    ],
    ids=["harmless", "unread", "not inside", "a name", "a date beside words"],
)
def test_harmless_text_inside_a_kept_region_stays_and_phi_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: ReadLine, found: bool
) -> None:
    row, regions, changed = run(
        tmp_path, monkeypatch, pixels="  regions: [rules.csv]\n", rules="acme*,,,,,40,40,60,50,keep", lines=(line,)
    )
    assert row.status == "released"
    assert bool(regions) == found
    assert changed.any() == found
    assert not found or changed[:, 41:49, 42:58].all(), "all of the line"


def test_what_lies_outside_the_ultrasound_regions_is_filled_and_the_inside_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = ReadLine(Box(30, 30, 40, 36), "JANE", 0.9)
    row, regions, changed = run(
        tmp_path,
        monkeypatch,
        pixels="  ultrasound_regions: redact_outside\n",
        regions=[region(4, 10, 50, 40), region(20, 30, 59, 55)],
        lines=(line,),
    )
    assert row.status == "released"
    inside = np.zeros((SIZE, SIZE), bool)
    inside[10:41, 4:51] = inside[30:56, 20:60] = True
    assert (~changed[:, ~inside]).sum() == 2 * 8, "all but the eight pixels that were as dark before"
    assert changed[:, 30:36, 30:40].all()
    assert not changed[:, 11:20, 5:30].any()
    assert {one.reason for one in regions if one.engine == "rule"} == {"outside the ultrasound regions (0018,6011)"}


@pytest.mark.parametrize("pixels", ["  text: redact_all\n", "  ultrasound_regions: ignore\n"])
def test_ultrasound_regions_are_ignored_unless_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pixels: str
) -> None:
    assert not run(tmp_path, monkeypatch, pixels=pixels, regions=[region(4, 10, 50, 40)])[2].any()


def test_an_instance_without_such_regions_has_no_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    row, _, changed = run(tmp_path, monkeypatch, pixels="  ultrasound_regions: redact_outside\n")
    assert row.status == "released"
    assert not changed.any()


@pytest.mark.parametrize(
    "regions",
    [[], [region(70, 70, 90, 90)], [region(50, 10, 4, 40)], [Dataset()]],
    ids=["none", "outside of the frame", "wrong order", "no corners"],
)
def test_regions_that_make_no_sense_stop_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, regions: list[Dataset]
) -> None:
    row, _, _ = run(tmp_path, monkeypatch, pixels="  ultrasound_regions: redact_outside\n", regions=regions)
    assert row.status in ("held", "quarantined")
    assert "ultrasound region" in row.reason
