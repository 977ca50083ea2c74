"""Files of every transfer syntax go through all stages and all checks with text found in them, and are released."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate

from deid_pipeline.codecs.coverage import CELLS, Cell
from deid_pipeline.model import Box, ReadLine
from deid_pipeline.stages import detection
from deid_pipeline_tests.coded_frames import encode, layout_of, picture
from deid_pipeline_tests.instances import save, small_ct
from deid_pipeline_tests.projects import outputs, project_in, run_stages

_FRAMES = 3
_KINDS = list(
    {(cell.transfer_syntax_uid, cell.photometric_interpretation[:4], cell.is_float): cell for cell in CELLS}.values()
)
_KINDS += [cell for cell in CELLS if cell.bits in ("1/1", "16/12s") and cell not in _KINDS]


class Reader:
    """An engine that sees a line of text in every picture."""

    name = "stub"

    def read(self, image: object) -> list[ReadLine]:  # noqa: ARG002 - the engine's signature
        return [ReadLine(Box(6, 6, 22, 14), "Quill", 0.9)]


def instance(cell: Cell) -> Dataset:
    """Three frames of a cell's kind."""
    layout = layout_of(cell, rows=26, columns=40)
    values = [picture(layout, seed=seed) for seed in range(_FRAMES)]
    dataset = small_ct()
    dataset.Rows, dataset.Columns, dataset.NumberOfFrames = 26, 40, _FRAMES
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = (
        layout.samples_per_pixel,
        cell.photometric_interpretation,
    )
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = cell.bits_allocated, cell.bits_stored, layout.high_bit
    dataset.PixelRepresentation = layout.pixel_representation
    if layout.samples_per_pixel > 1:
        dataset.PlanarConfiguration = 0
    if cell.photometric_interpretation == "PALETTE COLOR":
        for colour in ("Red", "Green", "Blue"):
            setattr(dataset, f"{colour}PaletteColorLookupTableDescriptor", [256, 0, 16])
            entries = np.arange(256, 0, -1).astype(">u2" if layout.big_endian else "<u2")
            setattr(dataset, f"{colour}PaletteColorLookupTableData", entries.tobytes())
    del dataset.PixelData
    streams = [encode(cell, frame, layout) for frame in values]
    if cell.bits == "1/1":
        content = np.packbits(np.stack(values), bitorder="little").tobytes()
        streams = streams if layout.is_encapsulated else [content]
    if layout.is_encapsulated:
        dataset.PixelData = encapsulate(streams)
        dataset["PixelData"].is_undefined_length = True
        dataset["PixelData"].VR = "OB"
    else:
        setattr(dataset, layout.keyword, b"".join(streams))
        if layout.keyword == "PixelData":
            dataset["PixelData"].VR = "OB" if cell.bits_allocated <= 8 else "OW"
        else:
            del dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation
    return dataset


@pytest.mark.parametrize(
    "cell", _KINDS, ids=lambda cell: f"{cell.transfer_syntax_uid[17:]} {cell.photometric_interpretation} {cell.bits}"
)
def test_a_file_of_every_kind_passes_every_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cell: Cell) -> None:
    monkeypatch.setattr(detection, "engine", lambda **_: Reader())
    project = project_in(tmp_path)
    save(instance(cell), project.settings.landing / "1", syntax=cell.transfer_syntax_uid)
    row = outputs(project, run_stages(project))["1"]
    assert (row.status, row.reason, row.frames_redacted) == ("released", "", _FRAMES)
    assert pydicom.dcmread(row.output_path).file_meta.TransferSyntaxUID == cell.transfer_syntax_uid
