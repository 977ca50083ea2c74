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
JPEG_LOSSLESS = "1.2.840.10008.1.2.4.70"
ENCODERS: dict[str, Encoder] = {
    JPEG_LOSSLESS: lambda a: bytes(imagecodecs.jpeg8_encode(a, lossless=True, predictor=1, bitspersample=12)),
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


def _plain(array: np.ndarray, bits: int) -> bytes:  # type: ignore[type-arg]
    return bytes(imagecodecs.jpeg8_encode(array, lossless=True, predictor=1, bitspersample=bits))


def test_a_source_with_a_point_transform_is_read_as_it_is(tmp_path: Path) -> None:
    """Ten bits below a point transform of two are twelve (ITU-T T.81 H.1.2.1)."""
    pair = made(tmp_path, JPEG_LOSSLESS, lambda _: None)
    frames = np.random.default_rng(4).integers(0, 1 << 10, (2, building.ROWS, building.COLUMNS), dtype=np.uint16)
    coded = []
    for frame in frames:
        stream = bytearray(_plain(frame, 10))
        stream[stream.index(b"\xff\xc3") + 4] = 12
        stream[stream.index(b"\xff\xda") + 9] = 2
        coded.append(bytes(stream))
    pair.source_data.PixelData = encapsulate(coded)
    building.write(pair.source_data, pair.source_path, syntax=pair.syntax)
    whole = frames << 2
    whole[1, BOX.top : BOX.bottom, BOX.left : BOX.right] = 8
    pair.data.PixelData = encapsulate([coded[0], _plain(whole[1], 12)])
    assert pair.failed() == {}
    whole[1, BOX.top, BOX.right] ^= 1
    pair.data.PixelData = encapsulate([coded[0], _plain(whole[1], 12)])
    assert pair.failed() == {"pixels_retained": "changes outside the boxes of frame 2"}


def _scan_by_scan(pixels: np.ndarray) -> bytes:  # type: ignore[type-arg]
    """A lossless JPEG stream of three components, each in a scan of its own, with its own table."""
    header, scans = b"", []
    for component in range(3):
        stream = _plain(np.ascontiguousarray(pixels[..., component]), 8)
        frame, table, scan = (stream.index(marker) for marker in (b"\xff\xc3", b"\xff\xc4", b"\xff\xda"))
        table_end = table + 2 + int.from_bytes(stream[table + 2 : table + 4], "big")
        header = stream[frame + 4 : frame + 9]
        scans.append(stream[table:table_end] + stream[scan : scan + 5] + bytes([component + 1]) + stream[scan + 6 : -2])
    named = b"".join(bytes([component + 1, 0x11, 0]) for component in range(3))
    return b"\xff\xd8\xff\xc3\0\x11" + header + b"\3" + named + b"".join(scans) + b"\xff\xd9"


def test_a_source_with_a_scan_for_each_colour_is_read_as_it_is(tmp_path: Path) -> None:
    source = source_data_set()
    source.SamplesPerPixel, source.PhotometricInterpretation, source.PlanarConfiguration = 3, "RGB", 0
    source.BitsAllocated, source.BitsStored, source.HighBit, source.NumberOfFrames = 8, 8, 7, 1
    pixels = np.random.default_rng(4).integers(0, 256, (building.ROWS, building.COLUMNS, 3), dtype=np.uint8)
    source.PixelData = encapsulate([_scan_by_scan(pixels)])
    pair = Pair(tmp_path, source_data=source, boxes={}, syntax=JPEG_LOSSLESS)
    pair.boxes, pair.data.BurnedInAnnotation = {0: (BOX,)}, "NO"
    pixels[BOX.top : BOX.bottom, BOX.left : BOX.right] = 7
    pair.data.PixelData = encapsulate([_scan_by_scan(pixels)])
    assert pair.failed() == {}
    pixels[BOX.top, BOX.right, 1] ^= 1
    pair.data.PixelData = encapsulate([_scan_by_scan(pixels)])
    assert pair.failed() == {"pixels_retained": "changes outside the boxes of frame 1"}
