"""Surrogates are drawn inside their boxes, can be read, and are left out where there is no room."""

from __future__ import annotations

import numpy as np
import pytest

from deid_pipeline.model import Box
from deid_pipeline.ocr import engine
from deid_pipeline.redaction import Lettering
from deid_pipeline.redaction.lettering import drawn
from deid_pipeline.redaction.surrogate import SURROGATE
from deid_pipeline_tests.unit.codecs.layouts import make_layout

BOX = Box(20, 30, 260, 60)


def shown(frame: np.ndarray, box: Box = BOX, text: str = "BALEROGA DIDI", **changes: object) -> np.ndarray:  # type: ignore[type-arg]
    layout = make_layout(rows=frame.shape[0], columns=frame.shape[1], **changes)
    after = frame.reshape(*frame.shape[:2], -1).astype(np.int64)
    for patch in SURROGATE.patches(frame, layout, groups=[[box]], letterings=[Lettering(box, text)]):
        after[patch.box.top : patch.box.bottom, patch.box.left : patch.box.right] = patch.values
    return after


def test_what_is_drawn_can_be_read() -> None:
    frame = np.full((100, 300), 60, np.uint16)
    frame[40:50, 30:200] = 4000
    after = shown(frame)[..., 0]
    image = (after * 255 / after.max()).astype(np.uint8)
    assert "BALEROGA" in " ".join(line.text for line in engine().read(image))


@pytest.mark.parametrize("value", [0, 4095])
def test_letters_stand_out_from_paper_of_either_end(value: int) -> None:
    frame = np.full((100, 300), value, np.uint16)
    frame[45:50, 40:50] = 4095 - value
    assert np.ptp(shown(frame)[30:60, 20:260]) == 4095


def test_a_palette_is_drawn_in_two_of_its_indices() -> None:
    frame = np.full((100, 300), 9, np.uint8)
    frame[40:50, 30:200:3] = 77
    after = shown(frame, photometric_interpretation="PALETTE COLOR", bits_allocated=8, bits_stored=8)
    assert set(np.unique(after[30:60, 20:260])) == {9, 77}


def test_chroma_stays_that_of_the_paper() -> None:
    frame = np.zeros((100, 300, 3), np.uint8)
    frame[...] = (20, 140, 120)
    frame[40:50, 30:200] = (230, 90, 200)
    after = shown(
        frame, photometric_interpretation="YBR_FULL_422", samples_per_pixel=3, bits_allocated=8, bits_stored=8
    )
    assert (after[30:60, 20:260, 1:] == (140, 120)).all()
    assert np.ptp(after[30:60, 20:260, 0]) > 100


@pytest.mark.parametrize("box", [Box(20, 30, 60, 40), Box(20, 30, 260, 36), Box(20, 30, 24, 90)])
def test_a_box_without_room_becomes_background(box: Box) -> None:
    frame = np.full((100, 300), 60, np.uint16)
    frame[0, 0] = 4000
    after = shown(frame, box, "BALEROGA DIDIPAKEZE")
    assert (after[box.top : box.bottom, box.left : box.right] == 60).all()


def test_letters_of_no_alphabet_here_are_left_out() -> None:
    assert drawn("李", rows=30, columns=300) is None
    assert drawn("", rows=30, columns=300) is None
    coverage = drawn("A", rows=20, columns=40)
    assert coverage is not None
    assert coverage.shape[0] <= 20
    assert coverage.max() == 1
