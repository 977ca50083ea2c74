"""The strip of known text fits any width and is the same every time."""

from __future__ import annotations

import numpy as np
import pytest

from deid_pipeline.ocr.anchor import STRIP_ROWS, strip


@pytest.mark.parametrize("columns", [1, 256, 2048])
def test_the_strip_has_the_width_of_the_picture(columns: int) -> None:
    assert strip(columns).shape == (STRIP_ROWS, columns, 3)


def test_the_strip_holds_text_and_is_empty_at_its_upper_edge() -> None:
    picture = strip(1024)
    assert picture.max() == 255
    assert not picture[:20].any()
    assert (np.flatnonzero(picture.any(axis=(0, 2))) > 900).any()


def test_the_strip_cannot_be_changed_by_its_users() -> None:
    with pytest.raises(ValueError, match="read-only"):
        strip(300)[0, 0] = 1
