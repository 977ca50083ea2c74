"""Text in frames that cannot be rewritten in their syntax: held, or decompressed where the strategy says so."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, encapsulate_extended
from pydicom.uid import ExplicitVRLittleEndian, JPEGBaseline8Bit, JPEGExtended12Bit

from deid_pipeline.checks import CHECKS, CheckCase, run_checks
from deid_pipeline.model import Box, OutputFile, ReadLine
from deid_pipeline.stages import detection
from deid_pipeline.store import read_shard
from deid_pipeline_tests.instances import save, small_ct
from deid_pipeline_tests.projects import outputs, project_in, run_stages

Array = np.ndarray[Any, Any]
BOX = Box(8, 4, 40, 20)
GROWN = Box(2, 0, 46, 26)  # by 2 px and a quarter of its height
ROWS, COLUMNS = 48, 64
# A grey slope of 24 by 32 pixels, coded by cjpeg -arithmetic -quality 85.
_ARITHMETIC = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAUDBAQEAwUEBAQFBQUGBwwIBwcHBw8LCwkMEQ8SEhEPERETFhwXExQaFRERGCEYGh0dHx8f"
    "ExciJCIeJBweHx7/yQALCAAYACABAREA/8wABgAQEAX/2gAIAQEAAD8A/wDblri2MM3P2b4mwYVaibQdflfqNeJcn3eibkHPELKcqtk2Z/Kb"
    "7TUjAAxlpOzlEGEGAUVn+78SOIMuWZwcVnYrtsSgnMWuzaFZ6WtG+m3gvc3ZycuxzBVrREubMEoiVk3CeIcxW/W65ozwe6D1e05beVyvRPVY"
    "9i24wi4D/ej3pk4uE47rSLgt3YD/2Q=="
)


@dataclass
class _Reader:
    """An engine that sees one line of text in every picture."""

    name: str = "stub"

    def read(self, image: object) -> list[ReadLine]:  # noqa: ARG002 - the engine's signature
        return [ReadLine(BOX, "Quill", 0.9)]


@pytest.fixture(autouse=True)
def text_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detection, "engine", lambda **_: _Reader())


def picture(index: int, *, colours: int = 1) -> Array:
    rows, columns = np.mgrid[0:ROWS, 0:COLUMNS]
    planes = [rows * 3 + index, columns * 4 - index, 250 - rows * 2][:colours]
    noise = np.random.default_rng(index).integers(0, 12, (ROWS, COLUMNS, colours))
    values = np.clip(np.stack(planes, axis=2) + noise, 0, 255).astype(np.uint8)
    return values if colours > 1 else values[..., 0]


def progressive(values: Array, **how: Any) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(values).save(stream, "JPEG", progressive=True, quality=85, **how)
    return stream.getvalue()


def instance(streams: list[bytes], *, colours: int = 1, interpretation: str = "MONOCHROME2") -> Dataset:
    dataset = small_ct()
    dataset.Rows, dataset.Columns, dataset.NumberOfFrames = ROWS, COLUMNS, len(streams)
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = colours, interpretation
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 8, 8, 7
    if colours > 1:
        dataset.PlanarConfiguration = 1
    dataset.PixelData = encapsulate(streams)
    dataset["PixelData"].VR = "OB"
    return dataset


def taken_through(
    folder: Path, dataset: Dataset, *, syntax: str = JPEGBaseline8Bit, pixels: str = "{on_unsupported: decompress}"
) -> tuple[OutputFile, dict[str, tuple[str, str | None]]]:
    """The output's row, and the changes that follow from pixels, by tag path."""
    folder.mkdir(exist_ok=True)
    strategy = folder / "strategy.yaml"
    strategy.write_text(f"extends: basic\ndescription: a test\npixels: {pixels}\n")
    project = project_in(folder, strategy=str(strategy))
    save(dataset, project.settings.landing / "1", syntax=syntax)
    keys = run_stages(project)
    changes = {
        row.tag_path: (row.action, row.new_value)
        for row in read_shard(project.settings.vault, "element_changes", keys[0])
        if row.action.endswith("Pixels")
    }
    return outputs(project, keys)["1"], changes


def decoded(stream: bytes, *, colours: int = 1) -> Array:
    """The components of a stream as they are."""
    space = "RGB" if colours > 1 else None
    return np.array(imagecodecs.jpeg8_decode(stream, colorspace=space, outcolorspace=space))


def test_by_default_the_file_is_held_and_the_reason_says_why(tmp_path: Path) -> None:
    row, changes = taken_through(tmp_path, instance([progressive(picture(0))]), pixels="{on_unsupported: hold}")
    assert row.status == "held"
    assert "progressive" in row.reason
    assert not changes


def test_progressive_grey_frames_become_native_and_are_equal_outside_the_box(tmp_path: Path) -> None:
    streams = [progressive(picture(index)) for index in range(3)]
    row, changes = taken_through(tmp_path, instance(streams))
    assert (row.status, row.reason, row.frames_redacted) == ("released", "", 3)
    output = pydicom.dcmread(row.output_path)
    assert output.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
    assert (output["PixelData"].VR, output.PhotometricInterpretation, output.BitsStored) == ("OB", "MONOCHROME2", 8)
    for stream, after in zip(streams, output.pixel_array, strict=True):
        expected = decoded(stream)
        expected[GROWN.top : GROWN.bottom, GROWN.left : GROWN.right] = expected.min()
        np.testing.assert_array_equal(after, expected)
    assert (output.LossyImageCompression, output.LossyImageCompressionMethod) == ("01", "ISO_10918_1")
    assert output.LossyImageCompressionRatio > 1
    assert changes["(0002,0010)"] == ("decompressPixels", ExplicitVRLittleEndian)
    assert changes["(7fe0,0010)"] == ("decompressPixels", "")
    assert changes["(0028,2110)"] == ("decompressPixels", "01")


@pytest.mark.parametrize("subsampling", [0, 1, 2])
def test_colours_become_what_the_decoder_gives(tmp_path: Path, subsampling: int) -> None:
    dataset = instance(
        [progressive(picture(0, colours=3), subsampling=subsampling)], colours=3, interpretation="YBR_FULL_422"
    )
    dataset.LossyImageCompression, dataset.LossyImageCompressionRatio = "01", "7.5"
    row, changes = taken_through(tmp_path, dataset)
    assert (row.status, row.reason) == ("released", "")
    output = pydicom.dcmread(row.output_path)
    assert (output.PhotometricInterpretation, output.PlanarConfiguration) == ("YBR_FULL", 0)
    stored = np.frombuffer(output.PixelData, np.uint8).reshape(ROWS, COLUMNS, 3)
    expected = decoded(progressive(picture(0, colours=3), subsampling=subsampling), colours=3)
    expected[GROWN.top : GROWN.bottom, GROWN.left : GROWN.right] = (0, 128, 128)
    np.testing.assert_array_equal(stored, expected)
    assert output.LossyImageCompressionRatio == 7.5
    assert {"(0028,0004)", "(0028,0006)"} <= set(changes)
    assert "(0028,2112)" not in changes


@pytest.mark.parametrize("adobe", [True, False])
def test_red_green_and_blue_stay_so_whatever_the_stream_says_of_them(tmp_path: Path, adobe: bool) -> None:
    how: dict[str, Any] = {"keep_rgb": True} if adobe else {}
    stream = progressive(picture(0, colours=3), subsampling=0, **how)
    row, changes = taken_through(tmp_path, instance([stream], colours=3, interpretation="RGB"))
    assert (row.status, row.reason) == ("released", "")
    assert "(0028,0004)" not in changes
    stored = np.frombuffer(pydicom.dcmread(row.output_path).PixelData, np.uint8).reshape(ROWS, COLUMNS, 3)
    np.testing.assert_array_equal(stored[30:], decoded(stream, colours=3)[30:])


def test_an_arithmetic_stream_is_read_held_and_decompressed(tmp_path: Path) -> None:
    dataset = instance([_ARITHMETIC])
    dataset.Rows, dataset.Columns = 24, 32
    held, _ = taken_through(tmp_path / "one", dataset, syntax=JPEGExtended12Bit, pixels="redact_all_text")
    assert (held.status, "arithmetic" in held.reason) == ("held", True)
    row, _ = taken_through(tmp_path / "two", dataset, syntax=JPEGExtended12Bit)
    assert (row.status, row.reason) == ("released", "")
    expected = decoded(_ARITHMETIC)
    expected[:, GROWN.left :] = expected.min()
    np.testing.assert_array_equal(pydicom.dcmread(row.output_path).pixel_array, expected)


def test_offset_tables_go_and_odd_lengths_are_padded(tmp_path: Path) -> None:
    streams = [progressive(picture(index)[:15, :33]) for index in range(3)]
    dataset = instance(streams)
    dataset.Rows, dataset.Columns = 15, 33
    dataset.PixelData, dataset.ExtendedOffsetTable, dataset.ExtendedOffsetTableLengths = encapsulate_extended(streams)
    dataset["PixelData"].VR = "OB"
    row, changes = taken_through(tmp_path, dataset)
    assert (row.status, row.reason) == ("released", "")
    output = pydicom.dcmread(row.output_path)
    assert len(output.PixelData) == 3 * 15 * 33 + 1
    assert "ExtendedOffsetTable" not in output
    assert changes["(7fe0,0001)"] == ("decompressPixels", None)


@pytest.mark.parametrize("fill", ["background", "blur", "surrogate"])
def test_other_fills_are_written_and_checked_too(tmp_path: Path, fill: str) -> None:
    streams = [progressive(picture(index)) for index in range(2)]
    row, _ = taken_through(tmp_path, instance(streams), pixels=f"{{on_unsupported: decompress, fill: {fill}}}")
    assert (row.status, row.reason) == ("released", "")


def test_what_can_be_rewritten_keeps_its_syntax(tmp_path: Path) -> None:
    row, changes = taken_through(tmp_path, instance([bytes(imagecodecs.jpeg8_encode(picture(0), level=85))]))
    assert row.status == "released"
    assert pydicom.dcmread(row.output_path).file_meta.TransferSyntaxUID == JPEGBaseline8Bit
    assert not changes


def case_of(folder: Path, **changed: Any) -> CheckCase:
    """A source and its decompressed copy, which keeps the header so that only the two pixel checks make sense."""
    stream = progressive(picture(0))
    values = decoded(stream)
    values[GROWN.top : GROWN.bottom, GROWN.left : GROWN.right] = 0
    source, output = instance([stream]), small_ct()
    if place := changed.pop("flip", None):
        values[place] ^= 1
    output.Rows, output.Columns, output.NumberOfFrames = ROWS, COLUMNS, 1
    output.BitsAllocated, output.BitsStored, output.HighBit = 8, 8, 7
    output.PixelData = values.tobytes()
    return CheckCase(
        **{
            "source_path": save(source, folder / "in.dcm", syntax=JPEGBaseline8Bit),
            "output_path": save(output, folder / "out.dcm"),
            "partition_key": "st-1",
            "identifiers": (),
            "boxes_by_frame": {0: (GROWN,)},
            "expected_uid": str,
            "expected_patient_id": "",
            "may_be_decompressed": True,
            **changed,
        }
    )


def details(case: CheckCase) -> dict[str, str]:
    asked = [check for check in CHECKS if check.name in ("pixels_retained", "pixels_hidden")]
    return {result.check: result.detail for result in run_checks(case, checks=asked) if not result.passed}


def test_the_gate_takes_a_decompressed_copy_only_where_it_was_allowed_and_sample_by_sample(tmp_path: Path) -> None:
    assert details(case_of(tmp_path)) == {}
    refused = details(case_of(tmp_path, may_be_decompressed=False))
    assert "the transfer syntax has changed" in refused["pixels_retained"]
    assert "transfer syntax has changed" in details(case_of(tmp_path, boxes_by_frame={}))["pixels_retained"]
    outside = details(case_of(tmp_path, flip=(GROWN.bottom, 5)))
    assert outside == {"pixels_retained": "changes outside the boxes of frame 1"}
    inside = details(case_of(tmp_path, flip=(5, 5)))
    assert inside == {"pixels_hidden": "a box of frame 1 is not uniform"}
    other = details(case_of(tmp_path, boxes_by_frame={0: (GROWN,), 1: (GROWN,)}))
    assert "there is no frame 2" in other["pixels_retained"]


@pytest.mark.parametrize(
    ("keyword", "value", "tag"),
    [
        ("PhotometricInterpretation", "MONOCHROME1", "(0028,0004)"),
        ("BitsStored", 7, "(0028,0101)"),
        ("NumberOfFrames", 2, "(0028,0008)"),
    ],
)
def test_the_gate_knows_how_decompressed_samples_are_to_be_read(
    tmp_path: Path, keyword: str, value: object, tag: str
) -> None:
    case = case_of(tmp_path)
    output = pydicom.dcmread(case.output_path)
    setattr(output, keyword, value)
    output.save_as(case.output_path)
    assert details(case)["pixels_retained"].startswith(f"{tag} is not what decoding gives")
