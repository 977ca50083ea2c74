"""In lossy JPEG a drawn box has to show what it should: neither what was there, nor nothing, not even in one unit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pydicom
import pytest
from PIL import Image, ImageDraw, ImageFont
from pydicom.encaps import encapsulate

from deid_pipeline.checks import CHECKS, CheckCase, run_checks
from deid_pipeline.checks.expected import Expected
from deid_pipeline.checks.resemblance import resembles
from deid_pipeline.model import Box, Patch
from deid_pipeline_tests.instances import save, small_ct

ROWS, COLUMNS = 96, 320
BOX = Box(16, 24, 304, 64)
SYNTAX = "1.2.840.10008.1.2.4.50"


def lettered(text: str, *, ink: int = 235, paper: int = 90) -> np.ndarray[Any, Any]:
    image = Image.new("L", (COLUMNS, ROWS), paper)
    ImageDraw.Draw(image).text((24, 30), text, fill=ink, font=ImageFont.load_default(22))
    return np.asarray(image)


def file_of(path: Path, values: np.ndarray[Any, Any], *, quality: int) -> Path:
    dataset = small_ct()
    dataset.Rows, dataset.Columns = ROWS, COLUMNS
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 8, 8, 7
    dataset.PixelData = encapsulate([bytes(imagecodecs.jpeg8_encode(np.ascontiguousarray(values), level=quality))])
    dataset["PixelData"].VR = "OB"
    return save(dataset, path, syntax=SYNTAX)


def passes(folder: Path, output: np.ndarray[Any, Any], *, quality: int, ink: int = 235) -> bool:
    """Whether an output with these samples passes, where a pseudonym was to take the place of a name."""
    wanted = lettered("BALEROGA DIDI")[BOX.top : BOX.bottom, BOX.left : BOX.right, np.newaxis]
    case = CheckCase(
        source_path=file_of(folder / "in.dcm", lettered("QUILLFEATHER O", ink=ink), quality=quality),
        output_path=file_of(folder / "out.dcm", output, quality=quality),
        partition_key="",
        identifiers=(),
        boxes_by_frame={0: (BOX,)},
        expected_uid=str,
        expected_patient_id="",
        written=lambda: iter([(0, [Patch(BOX, wanted)])]),
    )
    (result,) = run_checks(case, checks=[check for check in CHECKS if check.name == "pixels_hidden"])
    assert result.passed is not None, result.detail
    return result.passed


@pytest.mark.parametrize("quality", [30, 60, 95])
@pytest.mark.parametrize("ink", [235, 110])
def test_what_was_to_be_drawn_passes_and_what_was_there_does_not(tmp_path: Path, quality: int, ink: int) -> None:
    assert passes(tmp_path, lettered("BALEROGA DIDI"), quality=quality, ink=ink)
    assert not passes(tmp_path, lettered("QUILLFEATHER O", ink=ink), quality=quality, ink=ink)


@pytest.mark.parametrize("paper", [90, 0, 255])
def test_one_colour_is_not_what_was_to_be_drawn(tmp_path: Path, paper: int) -> None:
    assert not passes(tmp_path, np.full((ROWS, COLUMNS), paper, np.uint8), quality=90)


def test_another_drawing_does_not_pass(tmp_path: Path) -> None:
    assert not passes(tmp_path, lettered("ROBIFADO UNO"), quality=90)


def test_a_single_unit_that_was_left_is_found(tmp_path: Path) -> None:
    output = lettered("BALEROGA DIDI").copy()
    source = lettered("QUILLFEATHER O")
    output[32:48, 64:80] = source[32:48, 64:80]
    assert not passes(tmp_path, output, quality=90)


def test_both_texts_above_each_other_do_not_pass(tmp_path: Path) -> None:
    both = np.maximum(lettered("BALEROGA DIDI"), lettered("QUILLFEATHER O"))
    assert not passes(tmp_path, both, quality=90)


def test_a_frame_that_is_missing_is_no_pass(tmp_path: Path) -> None:
    path = file_of(tmp_path / "one.dcm", lettered("A"), quality=90)
    assert pydicom.dcmread(path).Rows == ROWS
    case = CheckCase(
        source_path=path,
        output_path=path,
        partition_key="",
        identifiers=(),
        boxes_by_frame={0: (BOX,)},
        expected_uid=str,
        expected_patient_id="",
        written=lambda: iter(()),
    )
    (result,) = run_checks(case, checks=[check for check in CHECKS if check.name == "pixels_hidden"])
    assert not result.passed


def test_a_recompressed_jpeg_in_colour_is_judged_in_luma_and_chroma(tmp_path: Path) -> None:
    """What goes into such a frame has the components that its photometric interpretation names."""
    wanted = np.full((ROWS, COLUMNS, 3), 128, np.uint8)
    wanted[..., 0] = lettered("BALEROGA DIDI")
    source = wanted.copy()
    source[..., 0] = lettered("QUILLFEATHER O")
    paths = []
    for name, pixels in (("in.dcm", source), ("out.dcm", wanted)):
        dataset = small_ct()
        dataset.Rows, dataset.Columns, dataset.SamplesPerPixel, dataset.PlanarConfiguration = ROWS, COLUMNS, 3, 0
        dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 8, 8, 7
        dataset.PhotometricInterpretation = "YBR_FULL_422"
        stream = imagecodecs.jpeg8_encode(pixels, level=90, colorspace="YCBCR", outcolorspace="YCBCR")
        dataset.PixelData = encapsulate([bytes(imagecodecs.jpegxl_encode_jpeg(bytes(stream)))])
        dataset["PixelData"].VR = "OB"
        paths.append(save(dataset, tmp_path / name, syntax="1.2.840.10008.1.2.4.111"))
    inside = wanted[BOX.top : BOX.bottom, BOX.left : BOX.right]
    for output, passed in ((paths[1], True), (paths[0], False)):
        case = CheckCase(
            source_path=paths[0],
            output_path=output,
            partition_key="",
            identifiers=(),
            boxes_by_frame={0: (BOX,)},
            expected_uid=str,
            expected_patient_id="",
            written=lambda: iter([(0, [Patch(BOX, inside)])]),
        )
        (result,) = run_checks(case, checks=[check for check in CHECKS if check.name == "pixels_hidden"])
        assert result.passed is passed, result.detail


def test_a_stroke_that_a_unit_could_not_hold_is_not_what_was_there() -> None:
    """Its edge became a slope over a unit, which lies along a faint one of the source by chance."""
    rows, columns = np.indices((16, 160))
    source = 0.3 - 0.008 * np.abs(columns % 80 - 6) + 0.004 * rows
    source[:, 24:80:8] = source[:, 25:80:8] = 1
    wanted = np.full((16, 160), 0.2)
    wanted[:, 16:20] = wanted[:, 30:80:6] = wanted[:, 31:80:6] = 1
    drawn = wanted.copy()
    drawn[:, 11:19] = (0.03, 0.09, 0.22, 0.38, 0.55, 0.71, 0.84, 0.9)
    frames = [np.rint(4095 * one).astype(np.int64)[..., np.newaxis] for one in (drawn, source, wanted)]
    picture = Expected(frames[2], np.ones((16, 160), bool))
    boxes = [Box(0, 0, 160, 16)]
    assert resembles(frames[0], frames[1], picture, boxes=boxes, bits=12)
    for place in (slice(0, 16), slice(80, 96)):  # however faint it is
        left = frames[0].copy()
        left[:, place] = frames[1][:, place]
        assert not resembles(left, frames[1], picture, boxes=boxes, bits=12)
        left[:, place] = frames[2][:, place] + (frames[1][:, place] - 1000) * 2 // 3
        assert not resembles(left, frames[1], picture, boxes=boxes, bits=12)
