"""What hides in the cells of pixel data beside their samples goes on the way, or holds the file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pydicom
import pytest
from pydicom.datadict import dictionary_VR
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, JPEGExtended12Bit, JPEGLSLossless, RLELossless

from deid_pipeline.model import OutputFile
from deid_pipeline_tests.instances import save, small_ct
from deid_pipeline_tests.projects import outputs, project_in, run_stages

SIZE = 32
REASON = "bits of the pixel data outside Bits Stored hold something or are said to"


def hiding(*, frames: int = 1, position: int | None = 12, bit: int = 12) -> tuple[Dataset, np.ndarray[Any, Any]]:
    """An instance with a bar in one bit of the cells of its last frame, declared as an overlay or not; its samples."""
    dataset = small_ct(size=SIZE)
    dataset.NumberOfFrames = frames
    one = np.frombuffer(dataset.PixelData, "<u2").reshape(SIZE, SIZE)
    samples = np.stack([one + index for index in range(frames)])
    drawn = samples.copy()
    drawn[-1, 8:12, 4:28] |= 1 << bit
    if position is not None:
        group = {0x10: SIZE, 0x11: SIZE, 0x22: "Quillfeather", 0x40: "G", 0x50: [1, 1], 0x100: 16, 0x102: position}
        for number, value in group.items():
            dataset.add_new(0x60000000 | number, dictionary_VR(0x60000000 | number), value)
    dataset.PixelData = drawn.astype("<u2").tobytes()
    return dataset, samples


def compressed(dataset: Dataset, syntax: str) -> Dataset:
    cells = np.frombuffer(dataset.PixelData, "<u2").reshape(-1, SIZE, SIZE)
    if syntax == ExplicitVRBigEndian:
        dataset.PixelData = cells.astype(">u2").tobytes()
    elif syntax == JPEGLSLossless:
        dataset.PixelData = encapsulate([bytes(imagecodecs.jpegls_encode(frame)) for frame in cells])
    elif syntax == RLELossless:
        dataset.file_meta = pydicom.dataset.FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        dataset.BitsStored, dataset.HighBit = 16, 15  # so that the encoder takes whole cells
        dataset.compress(RLELossless, encoding_plugin="pydicom", generate_instance_uid=False)
        dataset.BitsStored, dataset.HighBit = 12, 11
    if syntax.startswith("1.2.840.10008.1.2.4") or syntax == RLELossless:
        dataset["PixelData"].VR = "OB"
    return dataset


def run(tmp_path: Path, dataset: Dataset, syntax: str = ExplicitVRLittleEndian, strategy: str = "basic") -> OutputFile:
    project = project_in(tmp_path, strategy=strategy)
    save(dataset, project.settings.landing / "1", syntax=syntax)
    return outputs(project, run_stages(project))["1"]


def cells_in(path: str) -> np.ndarray[Any, Any]:
    """All bits of the cells of a file."""
    dataset = pydicom.dcmread(path)
    dataset.BitsStored, dataset.HighBit = 16, 15
    return dataset.pixel_array.reshape(-1, SIZE, SIZE)


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ExplicitVRBigEndian, RLELossless, JPEGLSLossless])
@pytest.mark.parametrize("position", [12, None], ids=["declared", "silent"])
def test_hidden_bits_go_and_samples_stay(tmp_path: Path, syntax: str, position: int | None) -> None:
    dataset, samples = hiding(frames=2, position=position)
    source = compressed(dataset, syntax)
    row = run(tmp_path, source, syntax)
    assert (row.status, row.reason) == ("released", "")
    np.testing.assert_array_equal(cells_in(row.output_path), samples)
    after = pydicom.dcmread(row.output_path)
    assert not [element for element in after if element.tag.group == 0x6000]
    assert after.file_meta.TransferSyntaxUID == syntax
    if syntax == JPEGLSLossless:
        before = list(generate_frames(source.PixelData, number_of_frames=2))
        written = list(generate_frames(after.PixelData, number_of_frames=2))
        assert [one == other for one, other in zip(before, written, strict=True)] == [True, False]


def test_a_strategy_may_hold_such_files(tmp_path: Path) -> None:
    rules = tmp_path / "strict.yaml"
    rules.write_text("extends: basic\npixels:\n  unused_bits: hold\n")
    for name, position, bit in (("a", 12, 12), ("b", None, 15), ("c", 13, 3)):
        row = run(tmp_path / name, hiding(position=position, bit=bit)[0], strategy=str(rules))
        assert (row.status, row.reason) == ("held", REASON)
    assert run(tmp_path / "d", small_ct(), strategy=str(rules)).status == "released"


def in_sample_bits(dataset: Dataset) -> str:
    dataset[0x60000102].value = 11
    return ExplicitVRLittleEndian


def lossy(dataset: Dataset) -> str:
    cells = np.frombuffer(dataset.PixelData, "<u2").reshape(SIZE, SIZE) & 0xFFF
    dataset.PixelData = encapsulate([bytes(imagecodecs.jpeg8_encode(cells, level=90, bitspersample=12))])
    dataset["PixelData"].VR = "OB"
    return str(JPEGExtended12Bit)


def above_bit_0(dataset: Dataset) -> str:
    cells = np.frombuffer(dataset.PixelData, "<u2").reshape(SIZE, SIZE) << 4
    dataset.PixelData = encapsulate([bytes(imagecodecs.jpegls_encode(cells.astype("u2")))])
    dataset["PixelData"].VR = "OB"
    dataset.HighBit = 15
    return str(JPEGLSLossless)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (in_sample_bits, "an overlay lies in bits of the pixel data that samples take, too"),
        (lossy, "an overlay in the bits of lossy pixel data cannot be cleaned"),
        (above_bit_0, "compressed samples above bit 0 of their cells cannot be read by this version"),
    ],
)
def test_what_can_be_neither_read_nor_cleared_is_held(
    tmp_path: Path, change: Callable[[Dataset], str], reason: str
) -> None:
    dataset, _ = hiding()
    row = run(tmp_path, dataset, change(dataset))
    assert (row.status, row.reason) == ("held", reason)
