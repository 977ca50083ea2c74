"""The fill is what a viewer shows as black, in every photometric interpretation."""

from __future__ import annotations

import numpy as np
import pytest

from deid_pipeline.errors import ResidualRiskError, SourceDataError
from deid_pipeline.redaction import fill_for
from deid_pipeline_tests.unit.codecs.layouts import make_layout

_SIGNED = np.array([[-2000, 5], [7, 900]], dtype=np.int16)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"photometric_interpretation": "MONOCHROME2", "pixel_representation": 1}, (-2000,)),
        ({"photometric_interpretation": "MONOCHROME1"}, (900,)),
        ({"photometric_interpretation": "MONOCHROME2", "pixel_representation": 1, "bits_stored": 11}, (-1024,)),
        ({"photometric_interpretation": "MONOCHROME1", "bits_stored": 8}, (255,)),
        ({"photometric_interpretation": "PALETTE COLOR", "darkest_palette_index": 17}, (17,)),
        ({"photometric_interpretation": "RGB"}, (0, 0, 0)),
        ({"photometric_interpretation": "YBR_RCT"}, (0, 0, 0)),
        ({"photometric_interpretation": "YBR_FULL", "bits_allocated": 8}, (0, 128, 128)),
        ({"photometric_interpretation": "YBR_FULL_422", "bits_allocated": 8}, (0, 128, 128)),
        ({"photometric_interpretation": "YBR_FULL", "bits_stored": 12}, (0, 2048, 2048)),
    ],
)
def test_black_of_each_interpretation(changes: dict[str, object], expected: tuple[int, ...]) -> None:
    assert fill_for(_SIGNED, make_layout(**changes)) == expected


@pytest.mark.parametrize(
    "changes",
    [
        {"photometric_interpretation": "PALETTE COLOR"},
        {"photometric_interpretation": "CMYK"},
        {"keyword": "FloatPixelData", "bits_allocated": 32, "photometric_interpretation": "YBR_PARTIAL_420"},
    ],
)
def test_an_unknown_black_holds_the_instance(changes: dict[str, object]) -> None:
    with pytest.raises(ResidualRiskError):
        fill_for(_SIGNED, make_layout(**changes))


def test_a_frame_without_pixels_is_refused() -> None:
    with pytest.raises(SourceDataError):
        fill_for(np.zeros((0, 4)), make_layout())
