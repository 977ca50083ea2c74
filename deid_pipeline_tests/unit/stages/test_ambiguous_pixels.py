"""Pixel data that readers would take for different pictures are held, whichever command meets them."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.encaps import encapsulate, encapsulate_extended, generate_frames
from pydicom.uid import ExplicitVRLittleEndian, JPEGBaseline8Bit

from deid_pipeline.errors import ResidualRiskError, SourceDataError
from deid_pipeline.model import Box
from deid_pipeline.stages.redaction import GivenBox, redact_file
from deid_pipeline_tests.instances import save, small_ct
from deid_pipeline_tests.projects import outputs, project_in, run_stages
from deid_pipeline_tests.side_data import ENCODERS, JPEG

SIZE, COUNT = 32, 3
BOXES = (GivenBox(0, None, Box(3, 5, 20, 9)),)
EMPTY_TABLE = b"\xfe\xff\x00\xe0\0\0\0\0"


def streams() -> list[bytes]:
    """Frames of noise."""
    return [
        ENCODERS[JPEG](np.random.default_rng(seed).integers(0, 200, (SIZE, SIZE), dtype=np.uint8))
        for seed in range(COUNT)
    ]


def data_set(pixels: bytes, **elements: Any) -> pydicom.Dataset:
    dataset = small_ct(size=SIZE)
    dataset.NumberOfFrames = COUNT
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 8, 8, 7
    dataset.PixelData = pixels
    dataset["PixelData"].VR = "OB"
    for keyword, value in elements.items():
        setattr(dataset, keyword, value)
    return dataset


def with_table(offsets: list[int]) -> bytes:
    pixels = encapsulate(streams(), has_bot=False)
    assert pixels.startswith(EMPTY_TABLE)
    table = struct.pack(f"<{len(offsets)}I", *offsets)
    return EMPTY_TABLE[:4] + struct.pack("<I", len(table)) + table + pixels[8:]


def refused_by_both(dataset: pydicom.Dataset, tmp_path: Path, syntax: str, match: str) -> None:
    project = project_in(tmp_path)
    source = save(dataset, project.settings.landing / "1", syntax=syntax)
    with pytest.raises((ResidualRiskError, SourceDataError), match=match):
        redact_file(source, tmp_path / "out.dcm", BOXES)
    row = outputs(project, run_stages(project))["1"]
    assert row.status in ("held", "quarantined")
    assert match in row.reason


def test_pixel_data_twice(tmp_path: Path) -> None:
    dataset = small_ct(size=SIZE)
    dataset.FloatPixelData = np.ones((SIZE, SIZE), "<f4").tobytes()
    refused_by_both(dataset, tmp_path, ExplicitVRLittleEndian, "pixel data twice")


@pytest.mark.parametrize("change", ["offsets", "lengths"])
def test_an_extended_table_that_is_not_true(tmp_path: Path, change: str) -> None:
    pixels, offsets, lengths = encapsulate_extended(streams())
    if change == "offsets":
        offsets = offsets[8:16] + offsets[:8] + offsets[16:]
    else:
        lengths = struct.pack("<Q", struct.unpack("<Q", lengths[:8])[0] - 20) + lengths[8:]
    dataset = data_set(pixels, ExtendedOffsetTable=offsets, ExtendedOffsetTableLengths=lengths)
    refused_by_both(dataset, tmp_path, JPEGBaseline8Bit, "an offset table does not fit")


def test_a_basic_table_that_is_not_true(tmp_path: Path) -> None:
    refused_by_both(data_set(with_table([0, 10, 20])), tmp_path, JPEGBaseline8Bit, "an offset table does not fit")


def test_a_table_of_zeros_is_written_with_the_true_offsets(tmp_path: Path) -> None:
    source = save(data_set(with_table([0] * COUNT)), tmp_path / "in.dcm", syntax=JPEGBaseline8Bit)
    assert redact_file(source, tmp_path / "out.dcm", BOXES) == 1
    written = list(generate_frames(pydicom.dcmread(tmp_path / "out.dcm").PixelData, number_of_frames=COUNT))
    assert [frame.rstrip(b"\0") for frame in written[1:]] == [frame.rstrip(b"\0") for frame in streams()[1:]]


def test_frames_whose_end_lies_in_two_fragments_are_redacted_without_a_table(tmp_path: Path) -> None:
    fragments = []
    for frame in streams():
        whole = frame + bytes(len(frame) % 2)
        end = whole.rindex(b"\xff\xd9") + 1
        even = whole if end % 2 == 0 else whole[:2] + b"\xff" + whole[2:] + b"\0"  # a fill byte moves the mark
        cut = even.rindex(b"\xff\xd9") + 1
        fragments += [even[:cut], even[cut:]]
    pixels = encapsulate(fragments, has_bot=False)
    source = save(data_set(pixels), tmp_path / "in.dcm", syntax=JPEGBaseline8Bit)
    assert redact_file(source, tmp_path / "out.dcm", BOXES) == 1
