"""Every codec keeps the room's promises, also on the files that pydicom brings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.pixels import pixel_array

from deid_pipeline.codecs import CODECS, codec_for, iter_frames
from deid_pipeline.errors import ResidualRiskError, SourceDataError
from deid_pipeline.model import Box, PixelLayout, one_colour
from deid_pipeline_tests.unit.codecs.layouts import make_layout

_FOLDER = Path(pydicom.__file__).parent / "data" / "test_files"

# Readable files, and how many frames of what they hold.
_FILES = {
    "693_J2KI.dcm": (1, (512, 512), "i2"),
    "CT_small.dcm": (1, (128, 128), "i2"),
    "ExplVR_BigEnd.dcm": (1, (60, 80, 3), "u1"),
    "GDCMJ2K_TextGBR.dcm": (1, (400, 400, 3), "u1"),
    "J2K_pixelrep_mismatch.dcm": (1, (512, 512), "i2"),
    "JPEG-lossy.dcm": (1, (1024, 256), "u2"),
    "JPEG2000.dcm": (1, (1024, 256), "i2"),
    "JPEGLSNearLossless_08.dcm": (1, (45, 10), "u1"),
    "JPEGLSNearLossless_16.dcm": (1, (50, 10), "u2"),
    "JPGExtended.dcm": (1, (1024, 256), "u2"),
    "MR_small.dcm": (1, (64, 64), "i2"),
    "MR_small_RLE.dcm": (1, (64, 64), "i2"),
    "MR_small_bigendian.dcm": (1, (64, 64), "i2"),
    "MR_small_implicit.dcm": (1, (64, 64), "i2"),
    "MR_small_jp2klossless.dcm": (1, (64, 64), "i2"),
    "MR_small_jpeg_ls_lossless.dcm": (1, (64, 64), "i2"),
    "MR_small_padded.dcm": (1, (64, 64), "i2"),
    "SC_jpeg_no_color_transform.dcm": (1, (256, 256, 3), "u1"),
    "SC_rgb_dcmtk_+eb+cr.dcm": (1, (100, 100, 3), "u1"),
    "SC_rgb_dcmtk_+eb+cy+np.dcm": (1, (100, 100, 3), "u1"),
    "SC_rgb_gdcm_KY.dcm": (1, (100, 100, 3), "u1"),
    "SC_rgb_jls_lossy_line.dcm": (1, (100, 100, 3), "u1"),
    "SC_rgb_jls_lossy_sample.dcm": (1, (100, 100, 3), "u1"),
    "SC_rgb_jpeg.dcm": (1, (256, 256, 3), "u1"),
    "SC_rgb_jpeg_app14_dcmd.dcm": (1, (256, 256, 3), "u1"),
    "SC_rgb_jpeg_gdcm.dcm": (1, (100, 100, 3), "u1"),
    "SC_rgb_rle.dcm": (1, (100, 100, 3), "u1"),
    "SC_rgb_rle_16bit_2frame.dcm": (2, (100, 100, 3), "u2"),
    "SC_rgb_rle_32bit_2frame.dcm": (2, (100, 100, 3), "u4"),
    "SC_rgb_small_odd.dcm": (1, (3, 3, 3), "u1"),
    "SC_rgb_small_odd_jpeg.dcm": (1, (3, 3, 3), "u1"),
    "SC_ybr_full_422_uncompressed.dcm": (1, (100, 100, 3), "u1"),
    "examples_jpeg2k.dcm": (1, (480, 640, 3), "u1"),
    "examples_overlay.dcm": (1, (300, 484), "u2"),
    "examples_palette.dcm": (1, (350, 800), "u1"),
    "examples_ybr_color.dcm": (30, (240, 320, 3), "u1"),
    "liver_1frame.dcm": (1, (512, 512), "u1"),
    "liver_expb_1frame.dcm": (1, (512, 512), "u1"),
    "rtdose.dcm": (15, (10, 10), "u4"),
    "rtdose_expb.dcm": (15, (10, 10), "u4"),
    "rtdose_rle.dcm": (15, (10, 10), "u4"),
}
_REFUSED = ("MR_truncated.dcm", "JPEG2000-embedded-sequence-delimiter.dcm", "SC_rgb_small_odd_big_endian.dcm")
_SAME_PIXELS = (
    ("MR_small.dcm", "MR_small_RLE.dcm"),
    ("MR_small.dcm", "MR_small_jp2klossless.dcm"),
    ("MR_small.dcm", "MR_small_jpeg_ls_lossless.dcm"),
    ("rtdose.dcm", "rtdose_rle.dcm"),
    ("SC_rgb_rle.dcm", "SC_rgb_jpeg_gdcm.dcm"),
)


def _read(name: str) -> tuple[pydicom.Dataset, bytes, PixelLayout]:
    path = _FOLDER / name
    dataset = pydicom.dcmread(path)
    syntax = dataset.file_meta.TransferSyntaxUID
    place = dataset.get_item("PixelData").value_tell  # type: ignore[union-attr]
    layout = make_layout(
        transfer_syntax_uid=str(syntax),
        value_offset=place,
        value_length=None if syntax.is_encapsulated else len(dataset.PixelData),
        rows=dataset.Rows,
        columns=dataset.Columns,
        number_of_frames=int(dataset.get("NumberOfFrames", 1)),
        samples_per_pixel=dataset.SamplesPerPixel,
        photometric_interpretation=dataset.PhotometricInterpretation,
        planar_configuration=dataset.get("PlanarConfiguration", 0),
        bits_allocated=dataset.BitsAllocated,
        bits_stored=dataset.BitsStored,
        high_bit=dataset.HighBit,
        pixel_representation=dataset.PixelRepresentation,
        big_endian=not syntax.is_little_endian,
    )
    return dataset, path.read_bytes(), layout


def _decode(name: str) -> list[np.ndarray[Any, Any]]:
    _, content, layout = _read(name)
    codec = codec_for(layout.transfer_syntax_uid)
    return [codec.decode_frame(frame.data, layout) for frame in iter_frames(content, layout)]


def test_no_transfer_syntax_has_two_codecs() -> None:
    uids = [uid for codec in CODECS for uid in codec.transfer_syntax_uids]
    assert len(uids) == len(set(uids))
    assert len({codec.name for codec in CODECS}) == len(CODECS)
    assert all(codec_for(uid) is codec for codec in CODECS for uid in codec.transfer_syntax_uids)


@pytest.mark.parametrize("codec", CODECS, ids=lambda codec: codec.name)
def test_a_codec_refuses_garbage_and_redacts_only_when_it_says_so(codec: Any) -> None:
    layout = make_layout(transfer_syntax_uid=codec.transfer_syntax_uids[0])
    with pytest.raises(SourceDataError):
        codec.decode_frame(b"\x00garbage", layout)
    if not codec.can_redact:
        with pytest.raises(ResidualRiskError):
            codec.redact_frame(bytes(48), layout, patches=one_colour([Box(0, 0, 2, 2)], (0,)))


@pytest.mark.parametrize("name", _FILES)
def test_bundled_files_are_read(name: str) -> None:
    frames, shape, dtype = _FILES[name]
    decoded = _decode(name)
    assert len(decoded) == frames
    assert {(array.shape, array.dtype) for array in decoded} == {(shape, np.dtype(dtype))}


@pytest.mark.parametrize("name", _FILES)
def test_bundled_files_are_read_as_pydicom_reads_them(name: str) -> None:
    dataset, _, _ = _read(name)
    try:
        expected = pixel_array(dataset, raw=True)
    except (RuntimeError, NotImplementedError):
        pytest.skip("no decoder of pydicom's is installed for this file")
    decoded = _decode(name)
    np.testing.assert_array_equal(decoded[0] if len(decoded) == 1 else np.stack(decoded), expected)


@pytest.mark.parametrize(("native", "compressed"), _SAME_PIXELS)
def test_lossless_twins_hold_the_same_pixels(native: str, compressed: str) -> None:
    for one, other in zip(_decode(native), _decode(compressed), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", _REFUSED)
def test_damaged_or_undefined_files_are_refused(name: str) -> None:
    with pytest.raises(SourceDataError):
        _decode(name)
