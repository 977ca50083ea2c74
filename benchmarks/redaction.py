"""CPU time of redaction, by transfer syntax, against decoding and encoding the same frames with the same library.

Usage::

    python -m benchmarks.redaction [--repeat N]

Two images for each syntax, as far as it knows their kind: one frame of 2000 by 2500 pixels (grey), and 30 frames of
480 by 640 (colour), noise on a slope. Three boxes on every frame. Printed for each, best of N, in CPU milliseconds an
image:

plain
    decode and encode all frames with the codec's own library, nothing filled, nothing proven
redact
    decode, choose a fill and rewrite all frames, as the pipeline does it
ratio
    redact / plain
file
    ``deidp redact`` without starting Python: read the file, rewrite, write it, and prove the copy by decoding both
    files with other libraries where there are any
ratio
    file / plain
size
    bytes of all frames after redaction / before
"""

from __future__ import annotations

import argparse
import platform
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

import imagecodecs
import numpy as np
from pydicom.encaps import encapsulate

from deid_pipeline.codecs import codec_for
from deid_pipeline.codecs.coverage import CELLS, Cell
from deid_pipeline.model import Box, PixelLayout, one_colour
from deid_pipeline.redaction import fill_for
from deid_pipeline.stages.redaction import GivenBox, redact_file
from deid_pipeline_tests.coded_frames import encode, layout_of
from deid_pipeline_tests.instances import save, small_ct

_SYNTAXES = ("1.2.1", "1.2.5", "1.2.4.50", "1.2.4.51", "1.2.4.57", "1.2.4.70", "1.2.4.80", "1.2.4.81", "1.2.4.90")
_MORE = (
    "1.2.4.91",
    "1.2.4.201",
    "1.2.4.202",
    "1.2.4.203",
    "1.2.4.110",
    "1.2.4.111",
    "1.2.4.112",
    "1.2.1.98",
    "1.2.8.1",
)
_KINDS = (("MONOCHROME2", 2000, 2500, 1), ("RGB", 480, 640, 30), ("YBR_FULL_422", 480, 640, 30))


def cases() -> list[tuple[Cell, int, int, int]]:
    """One grey cell of the most bits for each syntax, and its colour cells of 8 bits; rows, columns, frames."""
    found = []
    for syntax in _SYNTAXES + _MORE:
        for interpretation, *shape in _KINDS:
            some = [
                cell
                for cell in CELLS
                if cell.transfer_syntax_uid == f"1.2.840.10008.{syntax}"
                and cell.photometric_interpretation == interpretation
                and cell.bits in ("8/8", "16/12")
            ]
            if some:
                wanted = "16/12" if interpretation == "MONOCHROME2" else "8/8"
                found.append((next((cell for cell in some if cell.bits == wanted), some[0]), *shape))
    return found


def best(call: Callable[[], object], *, repeat: int) -> float:
    """Smallest CPU time of a call, in milliseconds; the first call of all is not counted."""
    call()
    times = []
    for _ in range(repeat):
        start = time.process_time()
        call()
        times.append(time.process_time() - start)
    return 1000 * min(times)


def frames_of(cell: Cell, layout: PixelLayout) -> list[bytes]:
    """Encoded frames, all different."""
    rng = np.random.default_rng(1)
    shape = (layout.rows, layout.columns, layout.samples_per_pixel)
    top = (1 << cell.bits_stored) - 1
    slope = np.linspace(0.2, 0.8, layout.columns)[None, :, None] + rng.normal(0, 0.016, shape)
    values = np.round(np.clip(slope, 0, 1) * top).astype(f"u{cell.bits_allocated // 8}")
    values = values if layout.samples_per_pixel > 1 else values[..., 0]
    return [encode(cell, np.roll(values, 2 * at, axis=1), layout) for at in range(layout.number_of_frames)]


def write_file(path: Path, layout: PixelLayout, frames: Sequence[bytes]) -> None:
    """A DICOM file of the frames."""
    data = small_ct(size=8)
    data.Rows, data.Columns, data.NumberOfFrames = layout.rows, layout.columns, layout.number_of_frames
    data.SamplesPerPixel, data.PhotometricInterpretation = layout.samples_per_pixel, layout.photometric_interpretation
    if layout.samples_per_pixel > 1:
        data.PlanarConfiguration = 0
    data.BitsAllocated, data.BitsStored, data.HighBit = layout.bits_allocated, layout.bits_stored, layout.high_bit
    data.PixelRepresentation = 0
    data.PixelData = encapsulate(list(frames)) if layout.is_encapsulated else b"".join(frames)
    data["PixelData"].VR = "OB" if layout.is_encapsulated else "OW"
    save(data, path, syntax=layout.transfer_syntax_uid)


def boxes_in(layout: PixelLayout) -> list[Box]:
    """Three boxes: at the top, in the middle, at the bottom."""
    rows, columns = layout.rows, layout.columns
    return [
        Box(10, 10, columns // 4, rows // 20),
        Box(columns // 2, rows // 2, columns - 20, rows // 2 + 30),
        Box(columns // 2, rows - 40, columns - 10, rows - 5),
    ]


def measure(cell: Cell, layout: PixelLayout, folder: Path, *, repeat: int) -> str:
    """Time one case; its line."""
    frames = frames_of(cell, layout)
    codec, boxes = codec_for(cell.transfer_syntax_uid), boxes_in(layout)
    source, target = folder / "in.dcm", folder / "out.dcm"
    write_file(source, layout, frames)

    def redact() -> int:
        size = 0
        for frame in frames:
            decoded = codec.decode_frame(frame, layout)
            patches = one_colour(boxes, fill_for(decoded, layout))
            size += len(codec.redact_frame(frame, layout, patches=patches, decoded=decoded))
        return size

    def plain() -> None:
        for frame in frames:
            decoded = codec.decode_frame(frame, layout)
            if cell.transfer_syntax_uid.endswith("1.2.5"):
                planes = decoded.reshape(layout.rows, layout.columns, -1).view(np.uint8)
                for plane in np.moveaxis(planes, -1, 0):
                    imagecodecs.packbits_encode(np.ascontiguousarray(plane), axis=-1)
            elif hasattr(codec, "encode_frame") and "exact outside" not in cell.outside:
                codec.encode_frame(decoded, layout, like=frame)
            else:
                encode(cell, decoded, layout)

    times = [
        best(plain, repeat=repeat),
        best(redact, repeat=repeat),
        best(lambda: redact_file(source, target, tuple(GivenBox(None, None, box) for box in boxes)), repeat=repeat),
    ]
    name = f"{cell.transfer_syntax_uid.removeprefix('1.2.840.10008.')} {cell.photometric_interpretation} {cell.bits}"
    shape = f"{layout.number_of_frames}x{layout.rows}x{layout.columns}"
    grown = redact() / sum(map(len, frames))
    ratios = [times[1] / times[0], times[2] / times[0]]
    return (
        f"{name:<30}{shape:<13}{times[0]:>9.1f}{times[1]:>9.1f}{ratios[0]:>7.2f}{times[2]:>9.1f}{ratios[1]:>7.2f}"
        f"{grown:>7.2f}"
    )


def main() -> None:
    """Print one line for each case."""
    parser = argparse.ArgumentParser(description="Time the redaction of an image of each transfer syntax.")
    parser.add_argument("--repeat", type=int, default=3)
    repeat = parser.parse_args().repeat
    libraries = ", ".join(f"{name} {version(name)}" for name in ("numpy", "imagecodecs", "pyjpegls", "pillow"))
    print(f"Python {platform.python_version()}, {libraries}")
    heads = f"{'plain':>9}{'redact':>9}{'ratio':>7}{'file':>9}{'ratio':>7}{'size':>7}"
    print(f"{'CPU ms an image':<43}{heads}")
    for cell, rows, columns, frames in cases():
        layout = layout_of(cell, rows=rows, columns=columns, frames=frames)
        with tempfile.TemporaryDirectory() as folder:
            print(measure(cell, layout, Path(folder), repeat=repeat), flush=True)


if __name__ == "__main__":
    main()
