"""Pictures that fit into metadata."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from deid_pipeline.defs.pictures import inline_markdown


def _png(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(array).save(stream, "PNG")
    return stream.getvalue()


def _picture(markdown: str) -> Image.Image:
    head = "![a frame](data:image/webp;base64,"
    assert markdown.startswith(head)
    return Image.open(io.BytesIO(base64.b64decode(markdown[len(head) : -1])))


def _gradient(rows: int, columns: int) -> np.ndarray:
    return np.linspace(0, 255, rows * columns).reshape(rows, columns).astype(np.uint8)


def test_a_smooth_picture_keeps_its_shape_and_grey_values() -> None:
    shown = _picture(inline_markdown(_png(_gradient(160, 80)), text="a frame"))
    assert shown.size == (64, 128)
    corners = np.asarray(shown.convert("L"))[[0, -1], [0, -1]]
    assert corners[0] < 20
    assert corners[1] > 235


@pytest.mark.parametrize("channels", [(), (3,)])
def test_noise_becomes_smaller_until_it_fits(channels: tuple[int, ...]) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (160, 160, *channels), dtype=np.uint8)
    markdown = inline_markdown(_png(noise), text="a frame")
    assert 0 < len(markdown) < 1000
    assert max(_picture(markdown).size) >= 32
