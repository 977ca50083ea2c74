"""Overlay planes under Clean Graphics: text is read and goes, every other bit stays; what cannot be read is removed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ExplicitVRLittleEndian

from deid_pipeline.stages import Project
from deid_pipeline.store import read_shard
from deid_pipeline_tests.instances import save, small_ct
from deid_pipeline_tests.projects import outputs, project_in, run_stages

ROWS, COLUMNS = 120, 301  # no whole number of bytes
NAME = "QUILLFEATHER"
STRATEGY = "extends: basic\noptions: [clean_graphics]\n"


def drawing(text: str = NAME) -> np.ndarray[Any, Any]:
    """A bitmap with a frame of lines, which is no text, and a text."""
    picture = np.zeros((ROWS, COLUMNS), np.uint8)
    cv2.putText(picture, text, (20, 60), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 1, 2)
    picture[[3, -4]] = 1
    picture[:, [3, -4]] = 1
    return picture


def add_plane(dataset: Dataset, group: int, bits: np.ndarray[Any, Any], **more: Any) -> None:
    frames = bits.reshape(-1, ROWS, COLUMNS)
    raw = np.packbits(frames.ravel(), bitorder="little").tobytes()
    elements = {
        0x0010: ("US", ROWS), 0x0011: ("US", COLUMNS), 0x0015: ("IS", len(frames)), 0x0022: ("LO", f"drawn for {NAME}"),
        0x0040: ("CS", "G"), 0x0050: ("SS", [-5, 200]), 0x0051: ("US", 1), 0x0100: ("US", 1), 0x0102: ("US", 0),
        0x1500: ("LO", "plane"), 0x1501: ("LO", "unknown"), 0x3000: ("OW", raw + b"\0" * (len(raw) % 2)),
        0x4000: ("LT", f"for {NAME}"),
    }  # fmt: skip
    for number, (vr, value) in (elements | {int(name[1:], 16): found for name, found in more.items()}).items():
        dataset.add_new(group << 16 | number, vr, value)


def run(tmp_path: Path, dataset: Dataset, *, syntax: str = ExplicitVRLittleEndian, strategy: str = STRATEGY) -> Any:
    """The output's row, the project and the text regions."""
    (tmp_path / "mine.yaml").write_text(strategy)
    project = project_in(tmp_path, strategy=str(tmp_path / "mine.yaml"))
    save(dataset, project.settings.landing / "1", syntax=syntax)
    keys = run_stages(project)
    return outputs(project, keys)["1"], project, read_shard(project.settings.vault, "text_regions", keys[0])


def plane_of(path: str, group: int = 0x6000) -> np.ndarray[Any, Any]:
    return pydicom.dcmread(path).overlay_array(group).reshape(-1, ROWS, COLUMNS)


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian])
def test_text_in_a_plane_goes_and_all_else_stays(tmp_path: Path, syntax: str) -> None:
    dataset = small_ct()
    bits = np.stack([drawing(), drawing(""), drawing()])
    add_plane(dataset, 0x6000, bits)
    if syntax == ExplicitVRBigEndian:
        dataset.PixelData = np.frombuffer(dataset.PixelData, "<u2").astype(">u2").tobytes()
        raw = dataset[0x60003000].value
        dataset[0x60003000].value = np.frombuffer(raw, "<u2").astype(">u2").tobytes()
    row, _, regions = run(tmp_path, dataset, syntax=syntax)
    assert (row.status, row.reason) == ("released", "")
    found = [region for region in regions if region.plane]
    assert {region.plane for region in found} == {"6000"}
    assert {region.frame_index for region in found} == {0, 2}
    assert any(NAME in region.text.upper() and region.is_phi for region in found)
    after = pydicom.dcmread(row.output_path)
    written = after[0x60003000].value
    if syntax == ExplicitVRBigEndian:
        written = np.frombuffer(written, ">u2").astype("<u2").tobytes()
    new = np.unpackbits(np.frombuffer(written, "u1"), bitorder="little")[: bits.size].reshape(bits.shape)
    expected = bits.copy()
    for region in found:
        expected[region.frame_index, region.top_px : region.bottom_px, region.left_px : region.right_px] = 0
    np.testing.assert_array_equal(new, expected)
    assert not new[0, 35:65, 15:240].any(), "the name is gone"
    assert new[:, 3].all(), "the lines around it are not"
    group = {element.tag.elem for element in after if element.tag.group == 0x6000}
    assert group == {0x10, 0x11, 0x15, 0x22, 0x40, 0x50, 0x51, 0x100, 0x102, 0x1500, 0x3000, 0x4000}
    assert NAME not in str(after)
    assert "113103" in [code.CodeValue for code in after.DeidentificationMethodCodeSequence]


def test_without_the_option_planes_are_removed_unread(tmp_path: Path) -> None:
    dataset = small_ct()
    add_plane(dataset, 0x6000, drawing())
    row, _, regions = run(tmp_path, dataset, strategy="extends: basic\n")
    assert row.status == "released"
    assert not [region for region in regions if region.plane]
    assert not [element for element in pydicom.dcmread(row.output_path) if element.tag.group == 0x6000]


def test_planes_without_text_stay_byte_for_byte_also_without_pixels(tmp_path: Path) -> None:
    dataset = small_ct()
    dataset.SOPClassUID = "1.2.840.10008.5.1.4.1.1.11.1"
    for word in ("PixelData", "BitsStored", "BitsAllocated", "HighBit", "Rows", "Columns"):
        delattr(dataset, word)
    add_plane(dataset, 0x6004, drawing(""))
    add_plane(dataset, 0x6006, drawing())
    row, _, regions = run(tmp_path, dataset)
    assert (row.status, row.reason) == ("released", "")
    assert {region.plane for region in regions} == {"6006"}
    after = pydicom.dcmread(row.output_path)
    assert after[0x60043000].value == dataset[0x60043000].value
    assert not plane_of(row.output_path, 0x6006)[0, 35:65, 15:240].any()


@pytest.mark.parametrize(
    "more",
    [{"e0102": ("US", 12)}, {"e0060": ("CS", "RLE")}, {"e0015": ("IS", 7)}, {"e3000": ("OW", b"\0\0")}],
    ids=["in the pixels", "compressed", "too few bits", "cut off"],
)
def test_a_group_that_cannot_be_read_goes_as_a_whole(tmp_path: Path, more: dict[str, Any]) -> None:
    dataset = small_ct()
    add_plane(dataset, 0x6000, drawing(), **more)
    add_plane(dataset, 0x6002, drawing(""))
    row, project, _ = run(tmp_path, dataset)
    assert (row.status, row.reason) == ("released", "")
    after = pydicom.dcmread(row.output_path)
    assert not [element for element in after if element.tag.group == 0x6000]
    assert 0x60023000 in after
    assert "an overlay plane that cannot be read" in rules_of(project)


def rules_of(project: Project) -> set[str]:
    folder = project.settings.vault / "element_changes"
    return {row.rule for path in folder.glob("*.parquet") for row in read_shard(folder.parent, folder.name, path.stem)}


def test_planes_inside_sequences_and_curves_go(tmp_path: Path) -> None:
    dataset, item = small_ct(), Dataset()
    add_plane(item, 0x6000, drawing())
    dataset.ReferencedImageSequence = Sequence([item])
    dataset.add_new(0x50003000, "OW", b"\1\2")
    dataset.add_new(0x50000022, "LO", "curve")
    row, _, _ = run(tmp_path, dataset)
    assert row.status == "released"
    after = pydicom.dcmread(row.output_path)
    assert not [element for element in after.iterall() if element.tag.group in (0x6000, 0x5000)]


def test_a_plane_that_a_rule_keeps_without_reading_holds_the_file(tmp_path: Path) -> None:
    dataset = small_ct()
    add_plane(dataset, 0x6000, drawing())
    (tmp_path / "rows.csv").write_text('Tags,Action\n"(60xx,3000)",keep\n')
    row, _, _ = run(tmp_path, dataset, strategy="extends: basic\nrules: [rows.csv]\n")
    assert (row.status, row.reason) == ("held", "failed checks: overlay_planes: (6000,3000) was kept unread")


def test_a_rule_may_redact_planes_without_the_option(tmp_path: Path) -> None:
    dataset = small_ct()
    add_plane(dataset, 0x6000, drawing())
    (tmp_path / "rows.csv").write_text('Tags,Action\n"(6000,3000)",redactOverlay\n')
    row, _, regions = run(tmp_path, dataset, strategy="extends: basic\nrules: [rows.csv]\n")
    assert row.status == "released"
    assert {region.plane for region in regions} == {"6000"}


def test_graphic_annotations_keep_no_text_that_identifies(tmp_path: Path) -> None:
    dataset, annotation, text, layer = small_ct(), Dataset(), Dataset(), Dataset()
    text.UnformattedTextValue = f"seen by {NAME}"
    text.AnchorPoint = [1.0, 2.0]
    annotation.GraphicLayer = "LAYER"
    annotation.TextObjectSequence = Sequence([text])
    layer.GraphicLayer, layer.GraphicLayerDescription = "LAYER", f"by {NAME}"
    dataset.GraphicAnnotationSequence = Sequence([annotation])
    dataset.GraphicLayerSequence = Sequence([layer])
    row, _, _ = run(tmp_path, dataset)
    assert (row.status, row.reason) == ("released", "")
    after = pydicom.dcmread(row.output_path)
    kept = after.GraphicAnnotationSequence[0].TextObjectSequence[0]
    assert kept.AnchorPoint == [1.0, 2.0]
    assert "seen" in kept.UnformattedTextValue
    assert NAME not in str(after)
