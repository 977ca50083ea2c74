"""CPU time of redacting a frame, by transfer syntax, against decoding and encoding it with the same library.

Usage::

    python -m benchmarks.redaction [--repeat N]

Three boxes on one frame of 2000 by 2500 pixels (grey) or 480 by 640 (colour), noise on a slope. Printed for each case,
best of N, in CPU milliseconds a frame:

plain
    decode and encode with the codec's own library, nothing filled, nothing proven
redact
    `redact_frame` with a decoded frame at hand, as the pipeline calls it after choosing a fill, plus that decoding
ratio
    redact / plain
size
    bytes after redaction / before
"""

from __future__ import annotations

import argparse
import platform
import time
from collections.abc import Callable
from importlib.metadata import version

import imagecodecs
import numpy as np

from deid_pipeline.codecs import codec_for
from deid_pipeline.codecs.coverage import CELLS, Cell
from deid_pipeline.model import Box, one_colour
from deid_pipeline.redaction import fill_for
from deid_pipeline_tests.coded_frames import encode, layout_of

_SYNTAXES = ("1.2.1", "1.2.5", "1.2.4.50", "1.2.4.51", "1.2.4.57", "1.2.4.70", "1.2.4.80", "1.2.4.81", "1.2.4.90")
_MORE = ("1.2.4.91", "1.2.4.201", "1.2.4.202", "1.2.4.203")
_KINDS = (("MONOCHROME2", 2000, 2500), ("RGB", 480, 640), ("YBR_FULL_422", 480, 640))


def cells() -> list[tuple[Cell, int, int]]:
    """One grey cell of the most bits for each syntax, and its colour cells of 8 bits."""
    found = []
    for syntax in _SYNTAXES + _MORE:
        for interpretation, rows, columns in _KINDS:
            some = [
                cell
                for cell in CELLS
                if cell.transfer_syntax_uid == f"1.2.840.10008.{syntax}"
                and cell.photometric_interpretation == interpretation
                and cell.bits in ("8/8", "16/12")
            ]
            if some:
                wanted = "16/12" if interpretation == "MONOCHROME2" else "8/8"
                found.append((next((cell for cell in some if cell.bits == wanted), some[0]), rows, columns))
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


def measure(cell: Cell, rows: int, columns: int, *, repeat: int) -> str:
    """Time one case; its line."""
    layout = layout_of(cell, rows=rows, columns=columns)
    colours = layout.samples_per_pixel
    rng = np.random.default_rng(1)
    top = (1 << cell.bits_stored) - 1
    slope = np.linspace(0.2, 0.8, columns)[None, :, None] + rng.normal(0, 0.016, (rows, columns, colours))
    values = np.round(np.clip(slope, 0, 1) * top).astype(f"u{cell.bits_allocated // 8}")
    values = values if colours > 1 else values[..., 0]
    frame = encode(cell, values, layout)
    codec = codec_for(cell.transfer_syntax_uid)
    boxes = [Box(10, 10, columns // 4, rows // 20), Box(columns // 2, rows // 2, columns - 20, rows // 2 + 30)]
    boxes.append(Box(columns // 2, rows - 40, columns - 10, rows - 5))

    def redact() -> bytes:
        decoded = codec.decode_frame(frame, layout)
        return codec.redact_frame(frame, layout, patches=one_colour(boxes, fill_for(decoded, layout)), decoded=decoded)

    def plain() -> None:
        decoded = codec.decode_frame(frame, layout)
        if cell.transfer_syntax_uid.endswith("1.2.5"):
            planes = decoded.reshape(rows, columns, -1).view(np.uint8)
            for plane in np.moveaxis(planes, -1, 0):
                imagecodecs.packbits_encode(np.ascontiguousarray(plane), axis=-1)
        elif hasattr(codec, "encode_frame") and "exact outside" not in cell.outside:
            codec.encode_frame(decoded, layout, like=frame)
        else:
            encode(cell, decoded, layout)

    first, second = best(plain, repeat=repeat), best(redact, repeat=repeat)
    name = f"{cell.transfer_syntax_uid.removeprefix('1.2.840.10008.')} {cell.photometric_interpretation} {cell.bits}"
    grown = len(redact()) / len(frame)
    return f"{name:<30}{rows:>6}x{columns:<6}{first:>9.1f}{second:>9.1f}{second / first:>8.2f}{grown:>8.2f}"


def main() -> None:
    """Print one line for each case."""
    parser = argparse.ArgumentParser(description="Time the redaction of one frame of each transfer syntax.")
    parser.add_argument("--repeat", type=int, default=3)
    repeat = parser.parse_args().repeat
    libraries = ", ".join(f"{name} {version(name)}" for name in ("numpy", "imagecodecs", "pyjpegls"))
    print(f"Python {platform.python_version()}, {libraries}")
    print(f"{'CPU ms a frame':<43}{'plain':>9}{'redact':>9}{'ratio':>8}{'size':>8}")
    for cell, rows, columns in cells():
        print(measure(cell, rows, columns, repeat=repeat), flush=True)


if __name__ == "__main__":
    main()
