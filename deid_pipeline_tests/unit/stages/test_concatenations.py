"""Parts of a concatenation: each goes its own way, and what binds them together stays true (PS3.3 C.7.6.16.2.2.4)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import EnhancedMRImageStorage

from deid_pipeline.model import Box, ReadLine
from deid_pipeline.stages import detection
from deid_pipeline_tests.instances import ROOT, save, small_ct
from deid_pipeline_tests.projects import outputs, project_in, run_stages

SIZE, PARTS = 32, ((3, 0), (2, 3))  # frames of each part, and the offset of its first one
SOURCE, WHOLE = f"{ROOT}.9.1", f"{ROOT}.9.2"


class Reader:
    """An engine that sees text in bright pictures."""

    name = "stub"

    def read(self, image: np.ndarray) -> list[ReadLine]:  # type: ignore[type-arg]
        return [ReadLine(Box(8, 8, 20, 14), "Quill", 0.9)] if image[16, 16] == 255 else []


def part(number: int, frames: int, offset: int) -> Dataset:
    """A part whose frames differ, the one before its last with text in it."""
    dataset = small_ct(instance=str(number), size=SIZE)
    dataset.SOPClassUID = EnhancedMRImageStorage
    dataset.NumberOfFrames = frames
    dataset.ConcatenationUID, dataset.SOPInstanceUIDOfConcatenationSource = WHOLE, SOURCE
    dataset.InConcatenationNumber, dataset.InConcatenationTotalNumber = number, len(PARTS)
    dataset.ConcatenationFrameOffsetNumber = offset
    dataset.PerFrameFunctionalGroupsSequence = Sequence([Dataset() for _ in range(frames)])
    for at, item in enumerate(dataset.PerFrameFunctionalGroupsSequence):
        content = Dataset()
        content.FrameAcquisitionNumber = offset + at + 1
        item.FrameContentSequence = Sequence([content])
    values = np.random.default_rng(number).integers(10, 100, (frames, SIZE, SIZE)).astype("<u2")
    values[frames - 2, 16, 16] = 4000
    dataset.PixelData = values.tobytes()
    return dataset


@pytest.mark.parametrize("strategy", ["basic", "midi_b"])
def test_parts_stay_parts_of_one_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, strategy: str) -> None:
    monkeypatch.setattr(detection, "engine", lambda **_: Reader())
    project = project_in(tmp_path, strategy=strategy)
    for number, (frames, offset) in enumerate(PARTS, start=1):
        save(part(number, frames, offset), project.settings.landing / str(number))
    rows = outputs(project, run_stages(project))
    assert [(rows[name].status, rows[name].frames, rows[name].frames_redacted) for name in ("1", "2")] == [
        ("released", 3, 1),
        ("released", 2, 1),
    ]
    written = [pydicom.dcmread(rows[name].output_path) for name in ("1", "2")]
    for keyword, original in (("ConcatenationUID", WHOLE), ("SOPInstanceUIDOfConcatenationSource", SOURCE)):
        (one,) = {str(output[keyword].value) for output in written}
        assert one != original
        assert one.startswith("2.25.")
    assert written[0].ConcatenationUID != written[0].SOPInstanceUIDOfConcatenationSource
    assert len({output.SOPInstanceUID for output in written}) == len(PARTS)
    for number, (output, (frames, offset)) in enumerate(zip(written, PARTS, strict=True), start=1):
        assert (output.InConcatenationNumber, output.InConcatenationTotalNumber) == (number, len(PARTS))
        assert (output.NumberOfFrames, output.ConcatenationFrameOffsetNumber) == (frames, offset)
        numbers = [
            item.FrameContentSequence[0].FrameAcquisitionNumber for item in output.PerFrameFunctionalGroupsSequence
        ]
        assert numbers == list(range(offset + 1, offset + frames + 1))
        before, after = (one.pixel_array for one in (part_of(tmp_path, number), output))
        changed = np.flatnonzero((before != after).any(axis=(1, 2)))
        assert changed.tolist() == [frames - 2]


def part_of(folder: Path, number: int) -> Dataset:
    return pydicom.dcmread(folder / "landing" / str(number))
