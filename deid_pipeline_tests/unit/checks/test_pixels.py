"""Pixels outside and inside the boxes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate

from deid_pipeline.checks import run_checks
from deid_pipeline.model import Box, Patch
from deid_pipeline_tests.unit.checks.pair import BOX, COLUMNS, EXPLICIT, ROWS, Pair, failures, source_data_set

FRAME_BYTES = ROWS * COLUMNS * 2


def flip(pair: Pair, at: int) -> dict[str, str]:
    def edit(data: Dataset) -> None:
        pixels = bytearray(data.PixelData)
        pixels[at] ^= 0x02  # a bit of a sample in either byte
        data.PixelData = bytes(pixels)

    return pair.failed(edit)


def offset(frame: int, row: int, column: int) -> int:
    return ((frame * ROWS + row) * COLUMNS + column) * 2


OUTSIDE = [(1, 0, 0), (1, BOX.top - 1, BOX.left), (1, BOX.bottom, BOX.left), (1, BOX.top, BOX.left - 1),
           (1, BOX.top, BOX.right), (1, ROWS - 1, COLUMNS - 1)]  # fmt: skip
INSIDE = [(1, BOX.top, BOX.left), (1, BOX.bottom - 1, BOX.right - 1), (1, 5, 6)]


@pytest.mark.parametrize("place", OUTSIDE)
@pytest.mark.parametrize("byte", [0, 1])
def test_one_sample_changed_outside_a_box_is_found(pair: Pair, place: tuple[int, int, int], byte: int) -> None:
    assert flip(pair, offset(*place) + byte) == {"pixels_retained": "changes outside the boxes of frame 2"}


@pytest.mark.parametrize("place", INSIDE)
@pytest.mark.parametrize("byte", [0, 1])
def test_one_sample_left_inside_a_box_is_found(pair: Pair, place: tuple[int, int, int], byte: int) -> None:
    assert flip(pair, offset(*place) + byte) == {"pixels_hidden": "a box of frame 2 is not uniform"}


def test_a_change_on_a_frame_without_boxes_is_found(pair: Pair) -> None:
    assert flip(pair, offset(0, 5, 6)) == {"pixels_retained": "changes between frame 1 and 1"}


def test_without_boxes_every_byte_counts(tmp_path: Path) -> None:
    pair = Pair(tmp_path, boxes={})
    assert flip(pair, 0) == {"pixels_retained": "the pixel data have changed"}
    assert flip(pair, 2 * FRAME_BYTES - 1) == {"pixels_retained": "the pixel data have changed"}


def test_a_box_on_a_frame_that_does_not_exist_is_found(pair: Pair) -> None:
    found = pair.failed(boxes_by_frame={1: (BOX,), 2: (BOX,)})
    assert found == {"pixels_retained": "there is no frame 3", "pixels_hidden": "there is no frame 3"}


def test_a_box_that_was_not_filled_at_all_is_found(pair: Pair) -> None:
    found = pair.failed(boxes_by_frame={0: (BOX,), 1: (BOX,)})
    assert found == {"pixels_hidden": "a box of frame 1 is not uniform"}


@pytest.mark.parametrize(
    ("keyword", "value", "tag"),
    [
        ("Rows", ROWS // 2, "(0028,0010)"),
        ("Columns", COLUMNS * 2, "(0028,0011)"),
        ("NumberOfFrames", 1, "(0028,0008)"),
        ("PhotometricInterpretation", "MONOCHROME1", "(0028,0004)"),
        ("BitsStored", 16, "(0028,0101)"),
        ("HighBit", 15, "(0028,0102)"),
        ("PixelRepresentation", 1, "(0028,0103)"),
        ("PlanarConfiguration", 0, "(0028,0006)"),
    ],
)
def test_what_says_how_to_read_pixels_may_not_change(pair: Pair, keyword: str, value: object, tag: str) -> None:
    assert pair.failed(lambda data: setattr(data, keyword, value))["pixels_retained"] == f"{tag} has changed"


def test_frames_that_were_dropped_are_found(pair: Pair) -> None:
    def edit(data: Dataset) -> None:
        data.PixelData = data.PixelData[:FRAME_BYTES]

    assert pair.failed(edit)["pixels_retained"] == "the pixel data have another length"


def colour_pair(tmp_path: Path, photometric: str, planar: int) -> tuple[Pair, np.ndarray]:  # type: ignore[type-arg]
    """A pair of one colour frame of 8-bit samples, its box filled with (16, 128, 128)."""
    source = source_data_set()
    source.SamplesPerPixel, source.PhotometricInterpretation, source.PlanarConfiguration = 3, photometric, planar
    source.BitsAllocated, source.BitsStored, source.HighBit, source.NumberOfFrames = 8, 8, 7, 1
    halved = photometric == "YBR_FULL_422"
    shape = (ROWS, COLUMNS // 2, 4) if halved else (3, ROWS, COLUMNS) if planar else (ROWS, COLUMNS, 3)
    samples = np.random.default_rng(3).integers(0, 256, shape, dtype=np.uint8)
    source.PixelData = samples.tobytes()
    pair = Pair(tmp_path, source_data=source, boxes={})
    pair.boxes = {0: (Box(5, 3, 11, 9),)}
    if halved:
        samples[3:9, 2:6, 2:] = 128
        samples[3:9, 3:6, 0] = samples[3:9, 2:5, 1] = 16  # columns 6 to 10 and 5 to 9
    elif planar:
        samples[:, 3:9, 5:11] = np.array([16, 128, 128], dtype=np.uint8)[:, None, None]
    else:
        samples[3:9, 5:11] = (16, 128, 128)
    pair.data.PixelData, pair.data.BurnedInAnnotation = samples.tobytes(), "NO"
    return pair, samples


@pytest.mark.parametrize(("photometric", "planar"), [("RGB", 0), ("RGB", 1), ("YBR_FULL", 0), ("YBR_FULL_422", 0)])
def test_colour_frames_pass_and_each_sample_counts(tmp_path: Path, photometric: str, planar: int) -> None:
    pair, samples = colour_pair(tmp_path, photometric, planar)
    assert pair.failed() == {}
    halved = photometric == "YBR_FULL_422"
    inside = (5, 3, 1) if halved else (1, 5, 7) if planar else (5, 7, 1)
    outside = (5, 7, 3) if halved else (2, 5, 12) if planar else (5, 12, 2)
    for place, check in ((inside, "pixels_hidden"), (outside, "pixels_retained")):
        tampered = samples.copy()
        tampered[place] ^= 1
        data = tampered.tobytes()
        assert set(pair.failed(lambda output, data=data: setattr(output, "PixelData", data))) == {check}


def encapsulated_pair(tmp_path: Path) -> Pair:
    source = source_data_set()
    source.PixelData = encapsulate(
        [b"\xff\xd8\xff\xda\0\2" + data + b"\xff\xd9" for data in (b" first frame ", b" second frame")]
    )
    source["PixelData"].VR = "OB"
    return Pair(tmp_path, source_data=source, boxes={}, syntax="1.2.840.10008.1.2.4.50")


def test_compressed_frames_are_compared_byte_by_byte(tmp_path: Path) -> None:
    pair = encapsulated_pair(tmp_path)
    assert pair.failed() == {}

    def edit(data: Dataset) -> None:
        data.PixelData = data.PixelData.replace(b"second", b"sEcond")

    assert pair.failed(edit) == {"pixels_retained": "frame 2 has changed"}


def test_a_compressed_frame_with_boxes_that_nobody_can_decode_is_not_passed(tmp_path: Path) -> None:
    pair = encapsulated_pair(tmp_path)
    pair.save(lambda data: setattr(data, "BurnedInAnnotation", "NO"))
    results = {result.check: result for result in run_checks(pair.case(boxes_by_frame={1: (BOX,)}))}
    assert results["pixels_retained"].passed is None
    assert results["pixels_hidden"].passed is None


def test_boxes_of_compressed_frames_are_judged_on_decoded_samples(tmp_path: Path) -> None:
    from pydicom import dcmread

    pair = Pair(tmp_path)
    pair.save()
    for path in (pair.source_path, pair.output_path):
        data = dcmread(path)
        data.compress("1.2.840.10008.1.2.5", generate_instance_uid=False)
        data["PixelData"].VR = "OB"
        data.save_as(path)
    assert failures(run_checks(pair.case())) == {}
    found = failures(run_checks(pair.case(boxes_by_frame={1: (Box(4, 3, 11, 9),)})))
    assert found == {"pixels_retained": "changes outside the boxes of frame 2"}
    found = failures(run_checks(pair.case(boxes_by_frame={1: (Box(4, 3, 13, 9),)})))
    assert found == {"pixels_hidden": "a box of frame 2 is not uniform"}


def test_another_transfer_syntax_is_found(tmp_path: Path) -> None:
    pair = Pair(tmp_path, boxes={})
    pair.syntax = "1.2.840.10008.1.2"
    found = pair.failed()
    assert "the transfer syntax has changed" in found["pixels_retained"]
    assert "(0002,0010) differs from the source's" in found["file_structure"]


def test_a_change_behind_the_last_box_is_found(tmp_path: Path) -> None:
    pair = Pair(tmp_path, boxes={0: (BOX,)})
    assert pair.failed() == {}
    assert flip(pair, offset(1, 5, 6)) == {"pixels_retained": "changes behind frame 1"}


def test_stripes_in_a_box_of_halved_chroma_are_found(tmp_path: Path) -> None:
    pair, samples = colour_pair(tmp_path, "YBR_FULL_422", 0)
    samples[3:9, 2:5, 1] = 90
    pair.data.PixelData = samples.tobytes()
    assert pair.failed() == {"pixels_hidden": "a box of frame 1 is not uniform"}


@pytest.mark.parametrize(("column", "sample"), [(2, 0), (5, 1)])  # columns 4 and 11
def test_luma_beside_a_box_of_halved_chroma_counts(tmp_path: Path, column: int, sample: int) -> None:
    pair, samples = colour_pair(tmp_path, "YBR_FULL_422", 0)
    samples[5, column, sample] ^= 1
    for data, syntax in ((samples.tobytes(), EXPLICIT), (encapsulate([samples.tobytes()]), "1.2.840.10008.1.2.1.98")):
        if syntax != EXPLICIT:
            pair.source_data.PixelData = encapsulate([pair.source_data.PixelData])
            again = Pair(tmp_path, source_data=pair.source_data, boxes={}, syntax=syntax)
            again.boxes, again.data.BurnedInAnnotation = pair.boxes, "NO"
            pair = again
        pair.data.PixelData = data
        assert pair.failed() == {"pixels_retained": "changes outside the boxes of frame 1"}
    samples[5, column, sample] ^= 1
    pair.data.PixelData = encapsulate([samples.tobytes()])
    assert pair.failed() == {}


@pytest.mark.parametrize(("left", "right"), [(5, 11), (4, 11), (5, 12), (4, 12), (5, 6)])
def test_a_drawing_in_halved_chroma_has_to_be_all_there(tmp_path: Path, left: int, right: int) -> None:
    pair, _ = colour_pair(tmp_path, "YBR_FULL_422", 0)
    box = Box(left, 3, right, 9)
    values = np.random.default_rng(5).integers(0, 256, (6, right - left, 3))
    values[..., 1:] = (100, 150)
    source = np.frombuffer(pair.source_data.PixelData, np.uint8).reshape(ROWS, COLUMNS // 2, 4)
    drawn = source.copy()
    for column in range(left, right):
        drawn[3:9, column // 2, column % 2] = values[:, column - left, 0]
        drawn[3:9, column // 2, 2:] = (100, 150)
    pair.boxes = {0: (box,)}
    written = {"written": lambda: iter([(0, [Patch(box, values)])])}
    pair.data.PixelData = drawn.tobytes()
    assert pair.failed(**written) == {}
    for pixel in {left, right - 1}:
        for cell in (pixel % 2, 2, 3):
            tampered = drawn.copy()
            tampered[4, pixel // 2, cell] ^= 1
            pair.data.PixelData = tampered.tobytes()
            assert set(pair.failed(**written)) == {"pixels_hidden"}


def test_a_box_outside_of_the_frame_hides_nothing(pair: Pair) -> None:
    found = pair.failed(boxes_by_frame={1: (BOX, Box(COLUMNS, 0, COLUMNS + 4, 4))})
    assert found == {"pixels_hidden": "a box of frame 2 is not uniform"}


def bit_pair(tmp_path: Path) -> tuple[Pair, np.ndarray]:  # type: ignore[type-arg]
    """Five frames of 7 by 9 bits, the second of which is filled in a box; three bits are left at the end."""
    source = source_data_set()
    source.Rows, source.Columns, source.NumberOfFrames = 7, 9, 5
    source.BitsAllocated, source.BitsStored, source.HighBit = 1, 1, 0
    values = np.random.default_rng(3).integers(0, 2, (5, 7, 9), dtype=np.uint8)
    source.PixelData = np.packbits(values, bitorder="little").tobytes()
    pair = Pair(tmp_path, source_data=source, boxes={})
    pair.boxes = {1: (Box(2, 1, 9, 7),)}
    values[1, 1:7, 2:9] = 0
    pair.data.PixelData, pair.data.BurnedInAnnotation = np.packbits(values, bitorder="little").tobytes(), "NO"
    return pair, values


@pytest.mark.parametrize(
    ("frame", "row", "column", "found"),
    [
        (1, 3, 4, {"pixels_hidden": "a box of frame 2 is not uniform"}),
        (1, 0, 0, {"pixels_retained": "changes outside the boxes of frame 2"}),
        (0, 6, 8, {"pixels_retained": "changes outside the boxes of frame 1"}),
        (2, 0, 0, {"pixels_retained": "changes outside the boxes of frame 3"}),
    ],
)
def test_each_bit_counts(tmp_path: Path, frame: int, row: int, column: int, found: dict[str, str]) -> None:
    pair, values = bit_pair(tmp_path)
    assert pair.failed() == {}
    values[frame, row, column] ^= 1
    data = np.packbits(values, bitorder="little").tobytes()
    assert pair.failed(lambda output: setattr(output, "PixelData", data)) == found


def test_bits_behind_the_last_frame_count(tmp_path: Path) -> None:
    pair, values = bit_pair(tmp_path)
    data = np.packbits(values, bitorder="little").tobytes()
    data = data[:-1] + bytes([data[-1] | 0x80])
    assert pair.failed(lambda output: setattr(output, "PixelData", data)) == {
        "pixels_retained": "changes behind frame 5"
    }
