"""Small videos made by PyAV, and instances that hold them."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate

from deid_pipeline_tests.instances import small_ct

ROWS, COLUMNS, PICTURES = 96, 128, 10
ENCODERS = {"mpeg2video": "mpeg2video", "h264": "libx264", "hevc": "libx265"}


def pictures(*, count: int = PICTURES) -> list[np.ndarray[Any, Any]]:
    """A slope that moves, ``(rows, columns, 3)``."""
    rows, columns = np.mgrid[0:ROWS, 0:COLUMNS]
    return [np.dstack([(columns + 5 * at) % 200, 2 * rows, 255 - columns]).astype(np.uint8) for at in range(count)]


def video(codec: str, form: str, *, count: int = PICTURES, ten_bits: bool = False, **more: Any) -> bytes:
    """A bit stream; ``more`` may have ``words`` for the container and ``sound``."""
    av = pytest.importorskip("av")
    target = io.BytesIO()
    with av.open(target, "w", format=form) as container:
        container.metadata.update(more.get("words", {}))
        stream = container.add_stream(ENCODERS[codec], rate=25)
        stream.width, stream.height, stream.gop_size = COLUMNS, ROWS, 5
        stream.pix_fmt = "yuv420p10le" if ten_bits else "yuv420p"
        if codec == "hevc":
            stream.options = {"x265-params": "log-level=none"}
        sound = container.add_stream("mp2", rate=48000, layout="mono") if more.get("sound") else None
        for picture in pictures(count=count):
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")):
                container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)
        if sound is not None:
            silence = av.AudioFrame.from_ndarray(np.zeros((1, 1152), np.int16), format="s16", layout="mono")
            silence.sample_rate = 48000
            for packet in [*sound.encode(silence), *sound.encode(None)]:
                container.mux(packet)
    return target.getvalue()


def instance(stream: bytes, *, count: int = PICTURES, fragments: int = 1, ten_bits: bool = False) -> Dataset:
    """A data set whose pixel data are a bit stream in some fragments, of which the first have an odd size in sum."""
    dataset = small_ct()
    dataset.Rows, dataset.Columns, dataset.NumberOfFrames = ROWS, COLUMNS, count
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation, dataset.PlanarConfiguration = 3, "YBR_PARTIAL_420", 0
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = (16, 10, 9) if ten_bits else (8, 8, 7)
    stream += b"\0" * (len(stream) % 2)
    step = len(stream) // fragments // 2 * 2
    parts = [stream[at * step : (at + 1) * step] for at in range(fragments - 1)] + [stream[(fragments - 1) * step :]]
    dataset.PixelData = encapsulate(parts, has_bot=False)
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    return dataset
