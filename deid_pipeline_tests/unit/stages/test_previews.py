"""Pictures that people look at show frames as a viewer does."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deid_pipeline.stages.previews import thumbnail
from deid_pipeline_tests.instances import save, small_ct


@pytest.mark.parametrize(("interpretation", "first", "last"), [("MONOCHROME2", 0, 255), ("MONOCHROME1", 255, 0)])
def test_the_smallest_value_is_black_or_white_as_the_header_says(
    tmp_path: Path, interpretation: str, first: int, last: int
) -> None:
    dataset = small_ct(size=8)
    dataset.PhotometricInterpretation = interpretation
    dataset.PixelData = np.arange(64, dtype="<u2").tobytes()
    picture = np.asarray(Image.open(io.BytesIO(thumbnail(save(dataset, tmp_path / "a.dcm")))))
    assert (picture[0, 0], picture[-1, -1]) == (first, last)
