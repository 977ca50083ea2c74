"""Where a fill draws, the gate accepts what was to be drawn and nothing else, one colour included."""

from __future__ import annotations

import imagecodecs
import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate

from deid_pipeline.checks.expected import equals_native, expected
from deid_pipeline.model import Box, Patch
from deid_pipeline_tests.unit.checks.pair import COLUMNS, ROWS, Pair

BOX = Box(3, 2, 11, 8)
DRAWN = np.arange(48, dtype=np.int64).reshape(6, 8, 1) + 5


def drawing(pair: Pair, values: np.ndarray = DRAWN) -> None:  # type: ignore[type-arg]
    samples = np.frombuffer(pair.data.PixelData, np.uint16).reshape(-1, ROWS, COLUMNS).copy()
    samples[1, BOX.top : BOX.bottom, BOX.left : BOX.right] = values[..., 0]
    pair.data.PixelData = samples.tobytes()


def failed(pair: Pair, *patches: Patch, at: int = 1) -> str:
    found = pair.failed(written=lambda: iter([(at, patches)]))
    assert set(found) <= {"pixels_hidden"}, found
    return found.get("pixels_hidden", "")


@pytest.fixture
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    found = Pair(tmp_path_factory.mktemp("pair"), boxes={1: (BOX,)})
    drawing(found)
    return found


def test_what_was_to_be_drawn_passes_and_does_not_without_being_asked_for(pair: Pair) -> None:
    assert not failed(pair, Patch(BOX, DRAWN))
    assert "not uniform" in pair.failed()["pixels_hidden"]


def test_a_sample_beside_what_was_to_be_drawn_is_found(pair: Pair) -> None:
    changed = DRAWN.copy()
    changed[3, 3] += 1
    assert "something else" in failed(pair, Patch(BOX, changed))
    drawing(pair, np.full_like(DRAWN, 5))
    assert "something else" in failed(pair, Patch(BOX, DRAWN)), "one colour is something else too"


def test_a_pixel_for_which_nothing_was_expected_is_found(pair: Pair) -> None:
    narrow = Patch(Box(BOX.left, BOX.top, BOX.right - 1, BOX.bottom), DRAWN[:, :-1])
    assert "nothing was to be written" in failed(pair, narrow)
    assert "nothing was to be written" in failed(pair, Patch(BOX, DRAWN), at=0)
    assert "nothing was to be written" in failed(pair)


def test_later_patches_are_seen_above_earlier_ones(pair: Pair) -> None:
    plain = Patch(BOX, np.full((1, 1, 1), 9))
    assert not failed(pair, plain, Patch(BOX, DRAWN))
    assert "something else" in failed(pair, Patch(BOX, DRAWN), plain)


def test_compressed_frames_are_compared_in_the_bits_that_are_stored(tmp_path_factory: pytest.TempPathFactory) -> None:
    found = Pair(tmp_path_factory.mktemp("pair"), boxes={1: (BOX,)})
    drawing(found)

    def compress(data: Dataset) -> None:
        frames = np.frombuffer(data.PixelData, np.uint16).reshape(-1, ROWS, COLUMNS)
        data.PixelData = encapsulate([bytes(imagecodecs.jpegls_encode(frame)) for frame in frames])
        data["PixelData"].VR = "OB"

    compress(found.source_data)
    compress(found.data)
    found.syntax = "1.2.840.10008.1.2.4.80"
    from deid_pipeline_tests.unit.checks.pair import write

    write(found.source_data, found.source_path, syntax=found.syntax)
    assert not failed(found, Patch(BOX, DRAWN))
    assert "something else" in failed(found, Patch(BOX, DRAWN[::-1]))


def test_pairs_that_share_their_chroma_are_expected_whole() -> None:
    values = np.array([[[10, 100, 50], [20, 110, 60]], [[30, 90, 70], [40, 90, 70]]])
    picture = expected([Patch(Box(1, 0, 3, 2), values)], rows=2, columns=4, pairs=True)
    view = np.array([[[10, 10, 100, 50], [20, 20, 110, 60]], [[30, 30, 90, 70], [40, 40, 90, 70]]], np.uint8)
    assert equals_native(view, picture, _Header(), pairs=True)  # type: ignore[arg-type]
    view[0, 0, 1] = 11
    assert not equals_native(view, picture, _Header(), pairs=True)  # type: ignore[arg-type]


def test_cells_are_expected_with_sign_and_shift_and_nothing_above() -> None:
    picture = expected([Patch(Box(0, 0, 1, 1), np.array([[[-3]]]))], rows=1, columns=1)
    header = _Header({0x00280100: 16, 0x00280101: 12, 0x00280102: 13})
    assert equals_native(np.array([[[0xFFF4]]], np.uint16), picture, header, pairs=False)  # type: ignore[arg-type]
    assert not equals_native(np.array([[[0x3FF4]]], np.uint16), picture, header, pairs=False)  # type: ignore[arg-type]


class _Header:
    """Stands for a file that was read: its numbers by tag."""

    def __init__(self, numbers: dict[int, int] | None = None) -> None:
        self.numbers = numbers or {0x00280100: 8, 0x00280101: 8, 0x00280102: 7}

    def number(self, tag: int, default: int = 0) -> int:
        return self.numbers.get(tag, default)
