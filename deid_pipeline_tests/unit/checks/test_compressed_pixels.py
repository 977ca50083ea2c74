"""Redacted compressed frames: judged by their samples, whatever library wrote them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from pydicom.encaps import encapsulate, generate_frames

from deid_pipeline.checks import run_checks
from deid_pipeline.model import Box
from deid_pipeline_tests.unit.checks import pair as building
from deid_pipeline_tests.unit.checks.pair import BOX, Pair, failures, source_data_set

Encoder = Callable[[np.ndarray], bytes]  # type: ignore[type-arg]
ENCODERS: dict[str, Encoder] = {
    "1.2.840.10008.1.2.4.70": lambda a: bytes(
        imagecodecs.jpeg8_encode(a, lossless=True, predictor=1, bitspersample=12)
    ),
    "1.2.840.10008.1.2.4.80": lambda a: bytes(imagecodecs.jpegls_encode(a)),
    "1.2.840.10008.1.2.4.90": lambda a: bytes(
        imagecodecs.jpeg2k_encode(a, level=0, codecformat="j2k", reversible=True)
    ),
    "1.2.840.10008.1.2.4.201": lambda a: bytes(imagecodecs.htj2k_encode(a)),
}


def made(tmp_path: Path, syntax: str, edit: Callable[[np.ndarray], None]) -> Pair:  # type: ignore[type-arg]
    """A pair of two frames, the second of which is filled in its box and then edited."""
    source = source_data_set()
    frames = np.frombuffer(source.PixelData, np.uint16).reshape(2, building.ROWS, building.COLUMNS).copy()
    source.PixelData = encapsulate([ENCODERS[syntax](frame) for frame in frames])
    source["PixelData"].VR = "OB"
    pair = Pair(tmp_path, source_data=source, boxes={}, syntax=syntax)
    pair.boxes = {1: (BOX,)}
    frames[1, BOX.top : BOX.bottom, BOX.left : BOX.right] = 7
    edit(frames)
    pair.data.PixelData = encapsulate([ENCODERS[syntax](frame) for frame in frames])
    pair.data["PixelData"].VR = "OB"
    pair.data.BurnedInAnnotation = "NO"
    return pair


def set_sample(frame: int, row: int, column: int) -> Callable[[np.ndarray], None]:  # type: ignore[type-arg]
    def edit(frames: np.ndarray) -> None:  # type: ignore[type-arg]
        frames[frame, row, column] ^= 1

    return edit


@pytest.mark.parametrize("syntax", ENCODERS)
def test_a_clean_copy_passes_and_each_sample_counts(tmp_path: Path, syntax: str) -> None:
    assert made(tmp_path, syntax, lambda _: None).failed() == {}
    outside = made(tmp_path, syntax, set_sample(1, BOX.top, BOX.right)).failed()
    assert outside == {"pixels_retained": "changes outside the boxes of frame 2"}
    inside = made(tmp_path, syntax, set_sample(1, BOX.top, BOX.right - 1)).failed()
    assert inside == {"pixels_hidden": "a box of frame 2 is not uniform"}
    other = made(tmp_path, syntax, set_sample(0, 0, 0)).failed()
    assert other == {"pixels_retained": "frame 1 has changed"}


def test_what_a_codec_says_may_change_excuses_nothing_but_units_of_a_cosine_transform(tmp_path: Path) -> None:
    pair = made(tmp_path, "1.2.840.10008.1.2.4.80", set_sample(1, BOX.top, BOX.right))
    pair.save()
    found = failures(run_checks(pair.case(changed_by_frame={1: (Box(0, 0, 32, 24),)})))
    assert found == {"pixels_retained": "changes outside the boxes of frame 2"}


def test_a_jpeg_ls_frame_without_an_end_is_not_given_to_its_decoder(tmp_path: Path) -> None:
    """CharLS may not come back from one."""
    pair = made(tmp_path, "1.2.840.10008.1.2.4.80", lambda _: None)
    frames = list(generate_frames(pair.data.PixelData, number_of_frames=2))
    pair.data.PixelData = encapsulate([frames[0], frames[1][:60]])
    pair.data["PixelData"].VR = "OB"
    pair.save()
    results = {result.check: result for result in run_checks(pair.case())}
    for name in ("pixels_retained", "pixels_hidden", "side_data_removed"):
        assert (results[name].passed, results[name].detail) == (None, "crashed: SourceDataError")
