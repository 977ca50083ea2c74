"""`deidp redact`: boxes are filled, and every other byte of the file stays."""

from __future__ import annotations

import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pydicom
import pytest
from pydicom.encaps import encapsulate, encapsulate_extended, generate_frames
from pydicom.uid import JPEG2000, DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, JPEGBaseline8Bit, JPEGLSLossless

from deid_pipeline.cli import main
from deid_pipeline.codecs import JPEG_LS
from deid_pipeline.codecs.codestream import read_coding_style
from deid_pipeline.errors import ResidualRiskError, SettingsError, SourceDataError
from deid_pipeline.model import Box
from deid_pipeline.stages import read_boxes, redact_file
from deid_pipeline.stages import redaction as stage
from deid_pipeline.stages.redaction import COLUMNS, GivenBox
from deid_pipeline_tests.instances import save, small_ct

BOX = Box(3, 5, 20, 9)
SIZE = 32


def everywhere(*boxes: Box) -> tuple[GivenBox, ...]:
    return tuple(GivenBox(None, None, box) for box in boxes)


def frames_of(count: int, *, dtype: str = "u2") -> np.ndarray[Any, Any]:
    return np.random.default_rng(2).integers(0, 200, (count, SIZE, SIZE)).astype(dtype)


def coded(path: Path, frames: np.ndarray[Any, Any], **how: Any) -> Path:
    """A JPEG-LS file; frames of different lengths, in as many fragments as asked."""
    dataset = small_ct(size=SIZE)
    dataset.NumberOfFrames = len(frames)
    streams = [bytes(imagecodecs.jpegls_encode(frame)) for frame in frames]
    if how.pop("extended", False):
        dataset.PixelData, dataset.ExtendedOffsetTable, dataset.ExtendedOffsetTableLengths = encapsulate_extended(
            streams
        )
    else:
        dataset.PixelData = encapsulate(streams, **how)
    dataset["PixelData"].VR = "OB"
    dataset.BitsStored, dataset.HighBit = 16, 15
    return save(dataset, path, syntax=JPEGLSLossless)


def decode(path: Path) -> np.ndarray[Any, Any]:
    return pydicom.dcmread(path).pixel_array


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.1", DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian])
def test_native_files_keep_every_byte_outside_the_box(tmp_path: Path, syntax: str) -> None:
    source, target = save(small_ct(size=SIZE), tmp_path / "in.dcm", syntax=syntax), tmp_path / "out.dcm"
    if syntax == ExplicitVRBigEndian:
        dataset = pydicom.dcmread(source)
        dataset.PixelData = np.frombuffer(dataset.PixelData, "<u2").astype(">u2").tobytes()
        dataset.save_as(source)
    assert redact_file(source, target, everywhere(BOX)) == 1
    before, after = decode(source).copy(), decode(target)
    before[5:9, 3:20] = before.min()
    np.testing.assert_array_equal(before, after)
    if syntax != DeflatedExplicitVRLittleEndian:
        one, other = source.read_bytes(), target.read_bytes()
        assert len(one) == len(other)
        start = one.index(pydicom.dcmread(source).PixelData)
        assert one[:start] == other[:start]


def test_a_dicom_image_has_level_0(tmp_path: Path) -> None:
    source, target = save(small_ct(size=SIZE), tmp_path / "in.dcm"), tmp_path / "out.dcm"
    assert redact_file(source, target, (GivenBox(0, 0, BOX),)) == 1


@pytest.mark.parametrize(
    "how",
    [{"has_bot": False}, {"has_bot": True}, {"has_bot": True, "fragments_per_frame": 3}, {"extended": True}],
    ids=["no table", "basic table", "fragments", "extended table"],
)
def test_touched_frames_change_and_all_others_stay_verbatim(tmp_path: Path, how: dict[str, Any]) -> None:
    frames = frames_of(5)
    source, target = coded(tmp_path / "in.dcm", frames, **how), tmp_path / "out.dcm"
    redact_file(source, target, (GivenBox(1, None, BOX), GivenBox(3, None, BOX)))
    for index in (1, 3):
        frames[index, 5:9, 3:20] = frames[index].min()
    np.testing.assert_array_equal(decode(target), frames)
    before, after = pydicom.dcmread(source), pydicom.dcmread(target)
    tables = (after.ExtendedOffsetTable, after.ExtendedOffsetTableLengths) if how.get("extended") else None
    old = list(generate_frames(before.PixelData, number_of_frames=5))
    new = list(generate_frames(after.PixelData, number_of_frames=5, extended_offsets=tables))
    assert [one == other for one, other in zip(old, new, strict=True)] == [True, False, True, False, True]
    table = int.from_bytes(after.PixelData[4:8], "little")
    assert table == int.from_bytes(before.PixelData[4:8], "little")
    starts = [int.from_bytes(after.PixelData[8 + at : 12 + at], "little") for at in range(0, table, 4)]
    if tables:
        places = [int(at) + 12 for at in np.frombuffer(tables[0], "<u8")]
        items = [int.from_bytes(after.PixelData[at : at + 4], "little") for at in places]
        assert list(np.frombuffer(tables[1], "<u8")) == items
    assert all(after.PixelData[8 + table + start :][:4] == b"\xfe\xff\x00\xe0" for start in starts)


def test_a_table_of_another_length_than_there_are_frames_holds_the_file(tmp_path: Path) -> None:
    source = coded(tmp_path / "in.dcm", frames_of(3), has_bot=True)
    content = source.read_bytes()
    at = content.index(b"\xfe\xff\x00\xe0\x0c\0\0\0")
    source.write_bytes(content[: at + 4] + b"\x08\0\0\0" + content[at + 8 : at + 16] + content[at + 20 :])
    with pytest.raises(SourceDataError, match="an offset table does not fit"):
        redact_file(source, tmp_path / "out.dcm", everywhere(BOX))
    assert not (tmp_path / "out.dcm").exists()


def test_an_irreversible_colour_transform_becomes_a_reversible_one_and_says_so(tmp_path: Path) -> None:
    dataset = small_ct(size=SIZE)
    dataset.SamplesPerPixel, dataset.PlanarConfiguration, dataset.NumberOfFrames = 3, 0, 2
    dataset.PhotometricInterpretation = "YBR_ICT"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 8, 8, 7
    pictures = np.random.default_rng(4).integers(0, 256, (2, SIZE, SIZE, 3), dtype=np.uint8)
    streams = [imagecodecs.jpeg2k_encode(one, level=40, codecformat="j2k", reversible=False) for one in pictures]
    dataset.PixelData = encapsulate([bytes(stream) for stream in streams])
    dataset["PixelData"].VR = "OB"
    source, target = save(dataset, tmp_path / "in.dcm", syntax=JPEG2000), tmp_path / "out.dcm"
    redact_file(source, target, (GivenBox(1, None, BOX),))
    after = pydicom.dcmread(target)
    assert after.PhotometricInterpretation == "YBR_RCT"
    assert after.file_meta.TransferSyntaxUID == JPEG2000
    expected = [imagecodecs.jpeg2k_decode(stream) for stream in streams]
    expected[1][5:9, 3:20] = 0
    written = [imagecodecs.jpeg2k_decode(one) for one in generate_frames(after.PixelData, number_of_frames=2)]
    np.testing.assert_array_equal(written, expected)
    styles = [read_coding_style(one) for one in generate_frames(after.PixelData, number_of_frames=2)]
    assert all(style.is_reversible for style in styles), "one value names the colour transform of all frames"


def test_a_box_of_a_lossy_jpeg_is_plain_and_only_its_units_change(tmp_path: Path) -> None:
    dataset = small_ct(size=SIZE)
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 8, 8, 7
    stream = bytes(imagecodecs.jpeg8_encode(frames_of(1, dtype="u1")[0], level=80))
    dataset.PixelData = encapsulate([stream])
    dataset["PixelData"].VR = "OB"
    source, target = save(dataset, tmp_path / "in.dcm", syntax=JPEGBaseline8Bit), tmp_path / "out.dcm"
    redact_file(source, target, everywhere(BOX))
    before, after = decode(source), decode(target)
    changed = np.zeros((SIZE, SIZE), bool)
    changed[0:16, 0:24] = True
    assert (after[5:9, 3:20] == after[5, 3]).all()
    np.testing.assert_array_equal(before[~changed], after[~changed])


def test_a_copy_that_fails_its_checks_never_appears(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = coded(tmp_path / "in.dcm", frames_of(2))
    monkeypatch.setattr(stage, "edit_pixels", lambda *_, **__: stage.PixelEdit())
    with pytest.raises(ResidualRiskError, match="failed checks: pixels_hidden"):
        redact_file(source, tmp_path / "out.dcm", everywhere(BOX))
    assert not (tmp_path / "out.dcm").exists()


def test_an_encoder_that_changes_something_else_is_found_before_the_copy_appears(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Codecs do not decode what they wrote: the checks do, with another library where there is one."""
    right = type(JPEG_LS).encode_frame

    def wrong(self: Any, samples: np.ndarray[Any, Any], *rest: Any, **more: Any) -> bytes:
        samples = samples.copy()
        samples[0, 0] ^= 1
        return right(self, samples, *rest, **more)

    monkeypatch.setattr(type(JPEG_LS), "encode_frame", wrong)
    with pytest.raises(ResidualRiskError, match="failed checks: pixels_retained"):
        redact_file(coded(tmp_path / "in.dcm", frames_of(2)), tmp_path / "out.dcm", everywhere(BOX))
    assert not (tmp_path / "out.dcm").exists()


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("0,,1,2,x,4", "whole numbers"),
        ("0,,4,2,4,4", "is no box"),
        ("0,,,2,4,4", "is no box"),
        ("-1,,1,2,3,4", "negative"),
        ("7,,1,2,3,4", "frame that is not there"),
        ("0,2,1,2,3,4", "level that is not there"),
        ("0,,40,2,45,4", "outside the frame"),
    ],
)
def test_a_list_that_cannot_be_carried_out_is_refused(tmp_path: Path, row: str, message: str) -> None:
    listed = tmp_path / "boxes.csv"
    listed.write_text(f"{','.join(COLUMNS)}\n{row}\n")
    source = save(small_ct(size=SIZE), tmp_path / "in.dcm")
    with pytest.raises(SettingsError, match=message):
        redact_file(source, tmp_path / "out.dcm", read_boxes(listed))


def test_the_command_ends_with_the_documented_codes(tmp_path: Path) -> None:
    source, listed = save(small_ct(size=SIZE), tmp_path / "in.dcm"), tmp_path / "boxes.csv"
    listed.write_text(f"{','.join(COLUMNS)}\n,,3,5,20,9\n")

    def code(*arguments: Path | str) -> object:
        with pytest.raises(SystemExit) as ended:
            main(["redact", *map(str, arguments)])
        return ended.value.code

    assert code(source, tmp_path / "out.dcm", "--boxes", listed) == 0
    assert (decode(tmp_path / "out.dcm")[5:9, 3:20] == 1).all()
    assert code(source, tmp_path / "out.dcm", "--boxes", tmp_path / "absent.csv") == 2
    assert code(source, source, "--boxes", listed) == 2
    (tmp_path / "broken.dcm").write_bytes(source.read_bytes()[:-300])
    assert code(tmp_path / "broken.dcm", tmp_path / "none.dcm", "--boxes", listed) == 3
    assert not (tmp_path / "none.dcm").exists()


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.1", JPEGLSLossless])
def test_memory_does_not_grow_with_the_number_of_frames(tmp_path: Path, syntax: str) -> None:
    """Two files of which one is 200 times as large; the resident peak of a process for each."""
    peaks = []
    for count in (2, 400):
        dataset = small_ct(size=512)
        dataset.NumberOfFrames = count
        dataset.BitsStored, dataset.HighBit = 16, 15
        frame = np.random.default_rng(1).integers(0, 1 << 14, (512, 512), dtype=np.uint16)
        if syntax == JPEGLSLossless:
            dataset.PixelData = encapsulate([bytes(imagecodecs.jpegls_encode(frame))] * count)
            dataset["PixelData"].VR = "OB"
        else:
            dataset.PixelData = frame.tobytes() * count
        save(dataset, tmp_path / "in.dcm", syntax=syntax)
        (tmp_path / "boxes.csv").write_text(f"{','.join(COLUMNS)}\n0,,3,5,20,9\n{count - 1},,3,5,20,9\n")
        program = (
            "import sys; from pathlib import Path; from deid_pipeline.stages import read_boxes, redact_file;"
            "a, b, c = map(Path, sys.argv[1:]); redact_file(a, b, read_boxes(c));"
            "print(Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])"
        )
        names = [str(tmp_path / name) for name in ("in.dcm", "out.dcm", "boxes.csv")]
        ran = subprocess.run([sys.executable, "-c", program, *names], check=True, capture_output=True, text=True)
        peaks.append(int(ran.stdout) / 1024)
    assert peaks[1] - peaks[0] < 120, peaks


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1", DeflatedExplicitVRLittleEndian])
def test_one_bit_frames_that_share_bytes_change_in_their_boxes_only(tmp_path: Path, syntax: str) -> None:
    values = np.random.default_rng(4).integers(0, 2, (5, 7, 9), dtype=np.uint8)
    values[:, 0, 0] = 0  # so that black is 0
    dataset = small_ct()
    dataset.Rows, dataset.Columns, dataset.NumberOfFrames = 7, 9, 5
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 1, 1, 0
    dataset.PixelData = np.packbits(values, bitorder="little").tobytes()
    source, target = save(dataset, tmp_path / "in.dcm", syntax=syntax), tmp_path / "out.dcm"
    redact_file(source, target, tuple(GivenBox(index, None, Box(2, 1, 9, 7)) for index in (0, 1, 3)))
    for index in (0, 1, 3):
        values[index, 1:7, 2:9] = 0
    np.testing.assert_array_equal(decode(target), values)
    assert pydicom.dcmread(target).PixelData == np.packbits(values, bitorder="little").tobytes()


def native_in_items(path: Path, frames: np.ndarray[Any, Any], syntax: str) -> Path:
    """A file whose native frames are items, deflated where the syntax says so; their lengths are odd."""
    dataset = small_ct()
    dataset.NumberOfFrames, dataset.Rows, dataset.Columns = frames.shape
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 8, 8, 7
    deflated = syntax.endswith("8.1")
    contents = [frame.tobytes() for frame in frames]
    contents = [zlib.compress(content, wbits=-15) if deflated else content for content in contents]
    dataset.PixelData = encapsulate(contents, has_bot=True)
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    return save(dataset, path, syntax=syntax)


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.1.98", "1.2.840.10008.1.2.8.1"])
def test_native_frames_in_items_are_redacted_like_others(tmp_path: Path, syntax: str) -> None:
    frames = np.random.default_rng(5).integers(1, 255, (3, 9, 11), dtype=np.uint8)
    source, target = native_in_items(tmp_path / "in.dcm", frames, syntax), tmp_path / "out.dcm"
    assert redact_file(source, target, (GivenBox(1, None, Box(2, 1, 9, 7)),)) == 1
    frames[1, 1:7, 2:9] = frames[1].min()
    after = pydicom.dcmread(target)
    assert after.file_meta.TransferSyntaxUID == syntax
    contents = list(generate_frames(after.PixelData, number_of_frames=3))
    if syntax.endswith("8.1"):
        contents = [zlib.decompress(content, wbits=-15) for content in contents]
    assert [content[:99] for content in contents] == [frame.tobytes() for frame in frames]


@pytest.mark.parametrize("change", [lambda frame: frame[:-2], lambda frame: frame + b"\0\0", lambda _: b"?" * 30])
def test_damaged_frames_in_items_are_refused(tmp_path: Path, change: Callable[[bytes], bytes]) -> None:
    for syntax in ("1.2.840.10008.1.2.1.98", "1.2.840.10008.1.2.8.1"):
        source = native_in_items(tmp_path / "in.dcm", np.full((1, 9, 11), 7, np.uint8), syntax)
        dataset = pydicom.dcmread(source)
        dataset.PixelData = encapsulate([change(next(generate_frames(dataset.PixelData, number_of_frames=1)))])
        dataset["PixelData"].is_undefined_length = True
        save(dataset, source, syntax=syntax)
        with pytest.raises(SourceDataError):
            redact_file(source, tmp_path / "out.dcm", everywhere(Box(2, 1, 9, 7)))


@pytest.mark.parametrize("keyword", ["FloatPixelData", "DoubleFloatPixelData"])
def test_floating_point_pixels_are_redacted_and_their_nans_stay(tmp_path: Path, keyword: str) -> None:
    dataset = small_ct()
    dtype = "<f4" if keyword == "FloatPixelData" else "<f8"
    values = np.random.default_rng(6).normal(size=(2, SIZE, SIZE)).astype(dtype)
    values[0, 20, 20], values[1, 6, 6] = np.nan, np.nan
    for absent in ("PixelData", "BitsStored", "HighBit", "PixelRepresentation"):
        delattr(dataset, absent)
    dataset.NumberOfFrames, dataset.BitsAllocated = 2, 8 * values.itemsize
    setattr(dataset, keyword, values.tobytes())
    source, target = save(dataset, tmp_path / "in.dcm"), tmp_path / "out.dcm"
    redact_file(source, target, everywhere(BOX))
    for frame in values:
        frame[5:9, 3:20] = frame[np.isfinite(frame)].min()
    assert getattr(pydicom.dcmread(target), keyword) == values.tobytes()


def jpeg_xl(path: Path, frames: np.ndarray[Any, Any], *, syntax: str, interpretation: str) -> Path:
    """A JPEG XL file; lossy or made of JPEG streams where the syntax says so."""
    dataset = small_ct()
    dataset.NumberOfFrames, dataset.Rows, dataset.Columns, dataset.SamplesPerPixel = frames.shape
    dataset.PhotometricInterpretation, dataset.PlanarConfiguration = interpretation, 0
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 8, 8, 7
    streams = {
        "110": lambda frame: imagecodecs.jpegxl_encode(frame, lossless=True),
        "111": lambda frame: imagecodecs.jpegxl_encode_jpeg(imagecodecs.jpeg8_encode(frame, subsampling="420")),
        "112": lambda frame: imagecodecs.jpegxl_encode(frame, lossless=False, distance=1.0),
    }
    dataset.PixelData = encapsulate([bytes(streams[syntax[-3:]](frame)) for frame in frames])
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    return save(dataset, path, syntax=syntax)


@pytest.mark.parametrize(
    ("syntax", "before", "after"),
    [("110", "RGB", "RGB"), ("111", "YBR_FULL_422", "YBR_FULL_422"), ("112", "RGB", "RGB"), ("112", "XYB", "RGB")],
)
def test_jpeg_xl_files_are_redacted_under_their_own_syntax(
    tmp_path: Path, syntax: str, before: str, after: str
) -> None:
    frames = np.random.default_rng(8).integers(0, 255, (3, 48, 64, 3), dtype=np.uint8)
    uid = f"1.2.840.10008.1.2.4.{syntax}"
    source = jpeg_xl(tmp_path / "in.dcm", frames, syntax=uid, interpretation=before)
    target = tmp_path / "out.dcm"
    redact_file(source, target, (GivenBox(1, None, BOX),))
    old, new = pydicom.dcmread(source), pydicom.dcmread(target)
    assert (new.file_meta.TransferSyntaxUID, new.PhotometricInterpretation) == (uid, after)
    pairs = zip(*(generate_frames(one.PixelData, number_of_frames=3) for one in (old, new)), strict=True)
    for index, (one, other) in enumerate(pairs):
        if index != 1 and before == after:
            assert one == other
            continue
        first, second = imagecodecs.jpegxl_decode(one).copy(), imagecodecs.jpegxl_decode(other).copy()
        outside = np.ones((48, 64), bool)
        if index == 1:
            assert (second[5:9, 3:20] == second[5, 3]).all()
            outside[0:17, 0:33] = syntax != "111"
            outside[5:9, 3:20] = False
        np.testing.assert_array_equal(first[outside], second[outside])


@pytest.mark.parametrize("darkest", [20, 21, 22, 23])
def test_a_colour_between_two_values_of_jpeg_xl_does_not_hold_a_file(tmp_path: Path, darkest: int) -> None:
    """Its reader spreads over neighbours what it rounds, so that one colour comes as two."""
    frame = np.random.default_rng(1).integers(darkest, 250, (2, 64, 80, 1), dtype=np.uint8)
    dataset = small_ct()
    dataset.Rows, dataset.Columns, dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 64, 80, 8, 8, 7
    dataset.PixelData = encapsulate(
        [bytes(imagecodecs.jpegxl_encode_jpeg(imagecodecs.jpeg8_encode(frame[0], level=60)))]
    )
    dataset["PixelData"].VR, dataset["PixelData"].is_undefined_length = "OB", True
    source = save(dataset, tmp_path / "in.dcm", syntax="1.2.840.10008.1.2.4.111")
    for fill in ("solid", "background"):
        redact_file(source, tmp_path / "out.dcm", everywhere(BOX), fill=fill)
