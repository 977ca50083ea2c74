"""Every OCR engine keeps the room's promises."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from deid_pipeline.ocr import ENGINES, engine


@pytest.fixture(scope="module", params=ENGINES, ids=lambda member: member().name)
def reader(request: pytest.FixtureRequest) -> Any:
    return engine(request.param().name)


def test_an_image_of_one_value_has_no_text(reader: Any) -> None:
    for value in (0, 128, 255):
        assert reader.read(np.full((60, 80), value, dtype=np.uint8)) == []


def test_lines_lie_inside_the_image_and_the_image_is_not_modified(reader: Any) -> None:
    picture = np.zeros((120, 200), dtype=np.uint8)
    picture[40:60, 30:34] = picture[48:52, 30:50] = picture[40:60, 46:50] = 255
    before = picture.copy()
    for line in reader.read(picture):
        assert 0 <= line.box.left < line.box.right <= 200
        assert 0 <= line.box.top < line.box.bottom <= 120
        assert 0 <= line.read_score <= 1
        assert line.text == line.text.strip()
    np.testing.assert_array_equal(picture, before)


def test_reading_twice_gives_the_same(reader: Any) -> None:
    picture = np.random.default_rng(5).integers(0, 255, (90, 90), dtype=np.uint8)
    assert reader.read(picture) == reader.read(picture)


def test_a_read_only_image_is_read(reader: Any) -> None:
    picture = np.eye(64, dtype=np.uint8) * 200
    picture.setflags(write=False)
    assert isinstance(reader.read(picture), list)
