"""No word beside samples is released, in touched frames or others, and no byte moves for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pydicom
import pytest
from pydicom.encaps import encapsulate, encapsulate_extended, generate_frames
from pydicom.uid import ExplicitVRLittleEndian, JPEG2000Lossless, JPEGBaseline8Bit

from deid_pipeline.checks import CHECKS, CheckCase, run_checks
from deid_pipeline.dicom import open_dicom, pixel_layout
from deid_pipeline.model import Box
from deid_pipeline.stages import redaction as copying
from deid_pipeline.stages.filling import Filling
from deid_pipeline.stages.pixel_edit import changed_boxes, edit_pixels
from deid_pipeline.stages.side_data import PIXEL_DATA, without_side_data
from deid_pipeline.store import read_shard
from deid_pipeline_tests.instances import save, small_ct
from deid_pipeline_tests.projects import outputs, project_in, run_stages
from deid_pipeline_tests.side_data import ENCODERS, ICC, JPEG, JPEG_2000, NAME, segment

SIZE = 32
BOX = Box(3, 5, 20, 9)


def streams(count: int, syntax: str = JPEG) -> list[bytes]:
    """Frames of noise that all say a name beside their samples."""
    found = []
    for seed in range(count):
        picture = np.random.default_rng(seed).integers(0, 200, (SIZE, SIZE), dtype=np.uint8)
        plain = ENCODERS[syntax](picture)
        if syntax == JPEG:
            found.append(plain[:2] + segment(0xFE, NAME) + segment(0xE2, ICC) + plain[2:] + NAME)
        else:
            at = plain.index(b"\xff\x90")
            found.append(plain[:at] + segment(0x64, b"\0\1" + NAME) + plain[at:])
    return found


def instance(path: Path, frames: list[bytes], *, syntax: str = JPEGBaseline8Bit, **how: Any) -> Path:
    dataset = small_ct(size=SIZE)
    dataset.NumberOfFrames = len(frames)
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 8, 8, 7
    if how.pop("extended", False):
        dataset.PixelData, dataset.ExtendedOffsetTable, dataset.ExtendedOffsetTableLengths = encapsulate_extended(
            frames
        )
    else:
        dataset.PixelData = encapsulate(frames, **how)
    dataset["PixelData"].VR = "OB"
    return save(dataset, path, syntax=syntax)


def frames_of(data: pydicom.Dataset, *, extended: bool) -> list[bytes]:
    tables = (data.ExtendedOffsetTable, data.ExtendedOffsetTableLengths) if extended else None
    return list(generate_frames(data.PixelData, number_of_frames=3, extended_offsets=tables))


WAYS: dict[str, dict[str, Any]] = {
    "no table": {"has_bot": False},
    "basic table": {"has_bot": True},
    "fragments": {"has_bot": True, "fragments_per_frame": 7},
    "extended table": {"extended": True},
}


@pytest.mark.parametrize("how", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("touched", [(), (1,), (0, 1, 2)])
def test_touched_and_other_frames_lose_their_words_and_nothing_else(
    tmp_path: Path, how: dict[str, Any], touched: tuple[int, ...]
) -> None:
    source, target = instance(tmp_path / "in.dcm", streams(3), **dict(how)), tmp_path / "out.dcm"
    boxes = dict.fromkeys(touched, (BOX,))
    with open_dicom(source) as file:
        layout = pixel_layout(file)
        assert layout is not None
        edit = without_side_data(file, layout, edit_pixels(file, layout, boxes, filling=Filling()))
        changed = changed_boxes(file, layout, boxes)
        copying._write(target, file, edit)
    assert PIXEL_DATA in edit.new_values
    content = target.read_bytes()
    assert NAME in source.read_bytes()
    assert not any(NAME[at : at + 6] in content for at in range(len(NAME) - 6))
    case = CheckCase(source, target, "", (), boxes, str, "", changed_by_frame=changed)
    asked = [check for check in CHECKS if check.name in ("pixels_retained", "pixels_hidden", "side_data_removed")]
    assert [result.detail for result in run_checks(case, checks=asked)] == ["", "", ""]
    before, after = pydicom.dcmread(source), pydicom.dcmread(target)
    if not touched:
        assert len(content) == source.stat().st_size
    old, new = (frames_of(data, extended="extended" in how) for data in (before, after))
    for index in set(range(3)) - set(touched):
        assert len(old[index]) == len(new[index])
        np.testing.assert_array_equal(imagecodecs.jpeg8_decode(old[index]), imagecodecs.jpeg8_decode(new[index]))


@pytest.mark.parametrize(("family", "syntax"), [(JPEG, JPEGBaseline8Bit), (JPEG_2000, JPEG2000Lossless)])
def test_the_pipeline_releases_frames_without_words_and_records_it(tmp_path: Path, family: str, syntax: str) -> None:
    project = project_in(tmp_path)
    flat = bytes(ENCODERS[family](np.full((SIZE, SIZE), 90, np.uint8)))
    if family == JPEG:
        frame = flat[:2] + segment(0xE1, b"Exif\0\0" + NAME) + flat[2:]
    else:
        frame = flat.replace(b"\xff\x90", segment(0x64, b"\0\1" + NAME) + b"\xff\x90", 1)
    instance(project.settings.landing / "1", [frame], syntax=syntax)
    keys = run_stages(project)
    row = outputs(project, keys)["1"]
    assert (row.status, row.reason) == ("released", "")
    assert b"Peregrine" not in Path(row.output_path).read_bytes()
    (released,) = generate_frames(pydicom.dcmread(row.output_path).PixelData, number_of_frames=1)
    assert released[: len(frame)] == frame.replace(b"Exif", bytes(4)).replace(NAME, bytes(len(NAME)))
    changes = read_shard(project.settings.vault, "element_changes", keys[0])
    assert [change.action for change in changes if change.tag_path == "(7fe0,0010)"] == ["zeroSideData"]
    checks = {result.check: result.passed for result in read_shard(project.settings.vault, "check_results", keys[0])}
    assert checks["side_data_removed"]


def test_a_codestream_without_an_end_holds_the_file(tmp_path: Path) -> None:
    project = project_in(tmp_path)
    flat = bytes(imagecodecs.jpegls_encode(np.full((SIZE, SIZE), 90, np.uint8)))
    instance(project.settings.landing / "1", [flat[:-2]], syntax="1.2.840.10008.1.2.4.80")
    row = outputs(project, run_stages(project))["1"]
    assert row.status in ("held", "quarantined")
    assert not list(project.settings.release.rglob("*.dcm"))


def test_redacting_given_boxes_leaves_words_where_they_are(tmp_path: Path) -> None:
    source, target = instance(tmp_path / "in.dcm", streams(2)), tmp_path / "out.dcm"
    copying.redact_file(source, target, (copying.GivenBox(0, None, BOX),))
    assert target.read_bytes().count(NAME) == source.read_bytes().count(NAME)


def test_native_pixels_have_none(tmp_path: Path) -> None:
    source = save(small_ct(size=SIZE), tmp_path / "in.dcm", syntax=ExplicitVRLittleEndian)
    with open_dicom(source) as file:
        layout = pixel_layout(file)
        assert layout is not None
        assert not without_side_data(file, layout, edit_pixels(file, layout, {}, filling=Filling())).new_values
