"""Frames of every kind that `deid_pipeline.codecs.coverage` lists, and the libraries that read them."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

import cv2
import imagecodecs
import numpy as np
from pydicom.encaps import encapsulate
from pydicom.pixels import get_decoder
from pydicom.uid import ExplicitVRLittleEndian

from deid_pipeline.codecs.coverage import Cell
from deid_pipeline.model import PixelLayout
from deid_pipeline_tests.unit.codecs.layouts import make_layout

Array: TypeAlias = "np.ndarray[Any, Any]"
_NATIVE_IN_ITEMS = ("1.2.840.10008.1.2.1.98", "1.2.840.10008.1.2.8.1")
COLOURS = frozenset({"RGB", "YBR_FULL", "YBR_FULL_422", "YBR_RCT", "YBR_ICT", "XYB"})


def layout_of(cell: Cell, *, rows: int, columns: int, planar: int = 0, frames: int = 1) -> PixelLayout:
    """The layout of a frame of a cell's kind."""
    syntax = cell.transfer_syntax_uid
    native = syntax.count(".") < 7 and not syntax.endswith(".5")
    return make_layout(
        transfer_syntax_uid=syntax,
        value_length=0 if native or syntax.endswith("1.99") else None,
        rows=rows,
        columns=columns,
        number_of_frames=frames,
        bits_allocated=cell.bits_allocated,
        bits_stored=cell.bits_stored,
        pixel_representation=int(cell.is_signed),
        samples_per_pixel=3 if cell.photometric_interpretation in COLOURS else 1,
        photometric_interpretation=cell.photometric_interpretation,
        planar_configuration=planar,
        big_endian=syntax.endswith("1.2.2"),
        darkest_palette_index=3,
        keyword={"32/32f": "FloatPixelData", "64/64f": "DoubleFloatPixelData"}.get(cell.bits, "PixelData"),
    )


def picture(layout: PixelLayout, *, seed: int) -> Array:
    """Stored values: noise on a slope over the whole range, ``(rows, columns)`` or with samples."""
    rng = np.random.default_rng(seed)
    colours = layout.samples_per_pixel
    if layout.keyword != "PixelData":
        found = rng.normal(0, 1e6, (layout.rows, layout.columns)).astype(f"f{layout.bits_allocated // 8}")
        found[rng.integers(0, 26, 4), rng.integers(0, 26, 4)] = (np.nan, np.inf, -np.inf, -0.0)
        return found
    low = -(1 << (layout.bits_stored - 1)) if layout.pixel_representation else 0
    top = (1 << layout.bits_stored) - 1
    slope = np.linspace(0, 1, layout.columns)[None, :, None] * np.ones((layout.rows, 1, colours))
    values = np.clip(slope + rng.normal(0, 0.2, slope.shape), 0, 1) * top + low
    dtype = f"{'i' if layout.pixel_representation else 'u'}{max(1, layout.bits_allocated // 8)}"
    whole = np.round(values).astype(np.int64).astype(dtype)
    return whole if colours > 1 else whole[..., 0]


def encode(cell: Cell, values: Array, layout: PixelLayout) -> bytes:
    """A frame in the cell's transfer syntax, lossy where that is what the syntax is for."""
    syntax = cell.transfer_syntax_uid.removeprefix("1.2.840.10008.1.2")
    if syntax == ".8.1":
        return zlib.compress(_native(values, layout), level=9, wbits=-zlib.MAX_WBITS)
    if not syntax.startswith((".4", ".5")):
        return _native(values, layout)
    if syntax == ".5":
        return _rle(values)
    return _ENCODERS[syntax](values, cell)


def _native(values: Array, layout: PixelLayout) -> bytes:
    if layout.bits_allocated == 1:
        return np.packbits(values, bitorder="little").tobytes()
    ordered = values.astype(values.dtype.newbyteorder(">" if layout.big_endian else "<"))
    if layout.photometric_interpretation == "YBR_FULL_422":
        luma, chroma = values[..., 0].reshape(layout.rows, -1, 2), values[:, ::2, 1:]
        return np.concatenate([luma, chroma], axis=2).tobytes()
    return (np.moveaxis(ordered, -1, 0) if layout.planar_configuration else ordered).tobytes()


def _rle(values: Array) -> bytes:
    from pydicom.pixels.encoders.native import _encode_segment

    samples = values[..., np.newaxis] if values.ndim == 2 else values
    planes = [
        np.ascontiguousarray(samples[..., at].astype(samples.dtype.newbyteorder(">")))
        .view(np.uint8)
        .reshape(*samples.shape[:2], -1)[..., byte]
        for at in range(samples.shape[2])
        for byte in range(samples.dtype.itemsize)
    ]
    segments = [bytes(_encode_segment(plane.tobytes(), plane.shape[1])) for plane in planes]
    segments = [segment + b"\0" * (len(segment) % 2) for segment in segments]
    offsets = 64 + np.concatenate([[0], np.cumsum([len(segment) for segment in segments])[:-1]])
    header = np.zeros(16, "<u4")
    header[: len(segments) + 1] = [len(segments), *offsets]
    return header.tobytes() + b"".join(segments)


def _masked(values: Array, cell: Cell) -> Array:
    """Two's complement as unsigned values of Bits Stored, as streams without a sign hold it."""
    return (values.view(f"u{values.dtype.itemsize}") & ((1 << cell.bits_stored) - 1)).astype(
        f"u{values.dtype.itemsize}"
    )


def _cosine(values: Array, cell: Cell) -> bytes:
    if values.ndim == 2:
        return bytes(imagecodecs.jpeg8_encode(values, level=85, bitspersample=cell.bits_stored))
    if cell.photometric_interpretation == "RGB":
        return bytes(imagecodecs.jpeg8_encode(values, level=85, colorspace="RGB", outcolorspace="RGB"))
    how = "422" if cell.photometric_interpretation == "YBR_FULL_422" else "420"
    return bytes(imagecodecs.jpeg8_encode(values, level=85, colorspace="YCBCR", outcolorspace="YCBCR", subsampling=how))


def _lossless(values: Array, cell: Cell, *, predictor: int) -> bytes:
    space = "RGB" if values.ndim == 3 else None
    return bytes(
        imagecodecs.jpeg8_encode(
            _masked(values, cell),
            lossless=True,
            predictor=predictor,
            bitspersample=cell.bits_stored,
            colorspace=space,
            outcolorspace=space,
        )
    )


def _jpeg_ls(values: Array, cell: Cell, *, near: int) -> bytes:
    from jpeg_ls import encode_buffer

    near = 0 if cell.is_signed else near  # a loss across the sign bit would change the sign
    samples = values.shape[2] if values.ndim == 3 else 1
    raw = _masked(values, cell).tobytes()
    return bytes(encode_buffer(raw, *values.shape[:2], samples, cell.bits_stored, near, 2 if samples > 1 else 0))


def _jpeg_2000(values: Array, cell: Cell, *, level: int) -> bytes:
    mixes = cell.photometric_interpretation.startswith("YBR")
    return bytes(
        imagecodecs.jpeg2k_encode(
            values,
            level=level,
            codecformat="j2k",
            reversible=not level,
            mct=mixes,
            bitspersample=cell.bits_stored,
            resolutions=3,
        )
    )


def _htj2k(values: Array, cell: Cell, *, reversible: bool) -> bytes:
    mixes = cell.photometric_interpretation.startswith("YBR")
    options = {} if reversible else {"level": 0.002}
    return bytes(
        imagecodecs.htj2k_encode(
            values, reversible=reversible, rgb=mixes, planar=False, resolutions=2, tlm=True, **options
        )
    )


def _jpeg_xl(values: Array, cell: Cell, *, lossless: bool) -> bytes:
    masked = _masked(values, cell)
    if lossless or cell.is_signed:  # a loss across the sign bit would change the sign
        return bytes(imagecodecs.jpegxl_encode(masked, lossless=True, bitspersample=cell.bits_stored))
    return bytes(imagecodecs.jpegxl_encode(masked, lossless=False, distance=1.5, bitspersample=cell.bits_stored))


_ENCODERS: dict[str, Callable[[Array, Cell], bytes]] = {
    ".4.50": _cosine,
    ".4.51": _cosine,
    ".4.57": lambda values, cell: _lossless(values, cell, predictor=6),
    ".4.70": lambda values, cell: _lossless(values, cell, predictor=1),
    ".4.80": lambda values, cell: _jpeg_ls(values, cell, near=0),
    ".4.81": lambda values, cell: _jpeg_ls(values, cell, near=3),
    ".4.90": lambda values, cell: _jpeg_2000(values, cell, level=0),
    ".4.91": lambda values, cell: _jpeg_2000(values, cell, level=45),
    ".4.201": lambda values, cell: _htj2k(values, cell, reversible=True),
    ".4.202": lambda values, cell: _htj2k(values, cell, reversible=True),
    ".4.203": lambda values, cell: _htj2k(values, cell, reversible=False),
    ".4.110": lambda values, cell: _jpeg_xl(values, cell, lossless=True),
    ".4.111": lambda values, cell: bytes(imagecodecs.jpegxl_encode_jpeg(_cosine(values, cell))),
    ".4.112": lambda values, cell: _jpeg_xl(values, cell, lossless=False),
}


def _pydicom(frame: bytes, layout: PixelLayout) -> Array:
    if layout.transfer_syntax_uid in _NATIVE_IN_ITEMS:  # pydicom knows neither; the frames themselves are native
        layout = replace(layout, transfer_syntax_uid=ExplicitVRLittleEndian, value_length=len(frame))
    decoder = get_decoder(layout.transfer_syntax_uid)
    source = encapsulate([frame]) if layout.is_encapsulated else frame + b"\0" * (len(frame) % 2)
    return decoder.as_array(
        source,
        index=0,
        raw=True,
        rows=layout.rows,
        columns=layout.columns,
        number_of_frames=1,
        samples_per_pixel=layout.samples_per_pixel,
        photometric_interpretation=layout.photometric_interpretation,
        planar_configuration=layout.planar_configuration,
        bits_allocated=layout.bits_allocated,
        bits_stored=layout.bits_stored,
        pixel_representation=layout.pixel_representation,
        pixel_keyword=layout.keyword,
        decoding_plugin="pydicom" if layout.is_encapsulated else "",
    )[0]


def _libdeflate(frame: bytes, layout: PixelLayout) -> Array:
    native = zlib.decompress(frame, wbits=-zlib.MAX_WBITS)
    tail = zlib.crc32(native).to_bytes(4, "little") + len(native).to_bytes(4, "little")
    member = b"\x1f\x8b\x08" + bytes(7) + frame + tail  # it takes no bare streams (RFC 1952 around RFC 1951)
    return _pydicom(bytes(imagecodecs.gzip_decode(member)), layout)


def _pylibjpeg_rle(frame: bytes, layout: PixelLayout) -> Array:
    from rle.rle import decode_frame

    cells = np.frombuffer(
        decode_frame(frame, layout.rows * layout.columns, layout.bits_allocated, "<"), f"<u{layout.bits_allocated // 8}"
    )
    return np.moveaxis(cells.reshape(-1, layout.rows, layout.columns), 0, -1)


def _pillow(frame: bytes, _: PixelLayout) -> Array:
    from PIL import Image

    return np.asarray(Image.open(io.BytesIO(frame)))


def _open_cv(frame: bytes, _: PixelLayout) -> Array:
    return np.asarray(cv2.imdecode(np.frombuffer(frame, np.uint8), cv2.IMREAD_UNCHANGED))


def _pyjpegls(frame: bytes, _: PixelLayout) -> Array:
    from jpeg_ls import decode

    return np.asarray(decode(np.frombuffer(frame, np.uint8)))


def _pylibjpeg_openjpeg(frame: bytes, _: PixelLayout) -> Array:
    from openjpeg import decode

    return np.asarray(decode(frame))


def _pyjpegxl(frame: bytes, layout: PixelLayout) -> Array:
    """It stretches what has fewer bits than its dtype over all of it."""
    from pyjpegxl import decode_to_numpy

    _, samples = decode_to_numpy(frame)
    top = (1 << layout.bits_stored) - 1
    values = np.rint(samples.astype(np.float64) * top / np.iinfo(samples.dtype).max).astype(np.int64)
    sign = layout.pixel_representation << (layout.bits_stored - 1)
    return (values ^ sign) - sign


READERS: dict[str, Callable[[bytes, PixelLayout], Array]] = {
    "pydicom": _pydicom,
    "libdeflate": _libdeflate,
    "pylibjpeg-rle": _pylibjpeg_rle,
    "Pillow": _pillow,
    "OpenCV": _open_cv,
    "jpegsof3": lambda frame, _: np.asarray(imagecodecs.jpegsof3_decode(frame)),
    "liblj92": lambda frame, _: np.asarray(imagecodecs.ljpeg_decode(frame)),
    "pyjpegls (CharLS)": _pyjpegls,
    "pylibjpeg-openjpeg": _pylibjpeg_openjpeg,
    "pyjpegxl (libjxl 0.12)": _pyjpegxl,
}
"""Readers by the names that cells use; the first name of each cell is the codec's own library and not among them."""
