"""CPU time of JPEG redaction in the coefficient domain, against decoding and encoding the same frames.

Usage::

    python benchmarks/jpeg_redaction.py [--repeat N]

Frames are noise on a slope, written by libjpeg-turbo. Printed for each case, best of N, in CPU milliseconds a frame:

all
    three boxes, one of them in the last rows
top
    one box in the first rows; in brackets without a walk to the end of the data
turbo
    decode and encode with libjpeg-turbo, which changes samples everywhere
"""

from __future__ import annotations

import argparse
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version

import imagecodecs
import numpy as np

from deid_pipeline.codecs.jpeg_huffman import ac_codes, dc_codes
from deid_pipeline.codecs.jpeg_redaction import redact_jpeg
from deid_pipeline.model import Box, one_colour


@dataclass(frozen=True)
class Case:
    """Size in pixels, noise in parts of the range, quality and options of the encoder."""

    name: str
    rows: int
    columns: int
    noise: float = 0.1
    components: int = 1
    quality: int = 90
    options: Mapping[str, str | int] = field(default_factory=dict)
    forgets: bool = False  # the look-up lists of the tables, as for frames that each have tables of their own


_CASES = (
    Case("grey 2000x2500, little noise", 2000, 2500, noise=0.016),
    Case("grey 2000x2500, noisy", 2000, 2500),
    Case("grey 2000x2500, noisy, q95", 2000, 2500, quality=95),
    Case("grey 2000x2500, noisy, 12 bit", 2000, 2500, options={"bitspersample": 12}),
    Case("colour 2000x2500, 4:2:0", 2000, 2500, noise=0.02, components=3, options={"subsampling": "420"}),
    Case("colour 480x640, 4:2:0", 480, 640, noise=0.02, components=3, options={"subsampling": "420"}),
    Case("grey 512x512", 512, 512, noise=0.02),
    Case("grey 512x512, new tables", 512, 512, noise=0.02, options={"optimize": True}, forgets=True),
)


def picture(case: Case, *, top: int) -> np.ndarray:
    """Make ``(rows, columns)`` or ``(rows, columns, components)`` samples from 0 to ``top``."""
    rng = np.random.default_rng(1)
    shape = (case.rows, case.columns, case.components)[: 2 + (case.components > 1)]
    slope = np.linspace(0.2, 0.8, case.columns).reshape((1, case.columns) + (1,) * (case.components > 1))
    return (np.clip(slope + rng.normal(0, case.noise, shape), 0, 1) * top).astype("u2" if top > 255 else "u1")


def best(call: Callable[[], object], *, repeat: int) -> float:
    """Smallest CPU time of a call, in milliseconds; the first call of all is not counted."""
    call()
    times = []
    for _ in range(repeat):
        start = time.process_time()
        call()
        times.append(time.process_time() - start)
    return 1000 * min(times)


def measure(case: Case, *, repeat: int) -> str:
    """Time one case; its line."""
    samples = picture(case, top=4095 if "bitspersample" in case.options else 255)
    frame = imagecodecs.jpeg8_encode(samples, level=case.quality, **case.options)
    fill = (0,) if case.components == 1 else (0, 128, 128)
    rows, columns = case.rows, case.columns
    first = Box(10, 10, columns // 4, rows // 20)
    boxes = [first, Box(columns // 2, rows // 2, columns - 20, rows // 2 + 30)]
    boxes.append(Box(columns // 2, rows - 40, columns - 10, rows - 5))

    def redact(hit: Sequence[Box], *, to_end: bool = True) -> None:
        if case.forgets:
            dc_codes.cache_clear()
            ac_codes.cache_clear()
        redact_jpeg(frame, patches=one_colour(hit, fill), to_end=to_end)

    def code_again() -> None:
        imagecodecs.jpeg8_encode(imagecodecs.jpeg8_decode(frame), level=case.quality, **case.options)

    every = best(lambda: redact(boxes), repeat=repeat)
    top = best(lambda: redact([first]), repeat=repeat)
    short = best(lambda: redact([first], to_end=False), repeat=repeat)
    plain = best(code_again, repeat=repeat)
    return f"{case.name:<34}{len(frame) / 1024:>8.0f}{every:>9.1f}{top:>9.1f}{f'({short:.1f})':>10}{plain:>9.1f}"


def main() -> None:
    """Print one line for each case."""
    parser = argparse.ArgumentParser(description="Time the redaction of JPEG frames.")
    parser.add_argument("--repeat", type=int, default=5)
    repeat = parser.parse_args().repeat
    print(f"Python {platform.python_version()}, NumPy {np.__version__}, imagecodecs {version('imagecodecs')}")
    print(f"{'CPU ms a frame':<34}{'KiB':>8}{'all':>9}{'top':>9}{'':>10}{'turbo':>9}")
    for case in _CASES:
        print(measure(case, repeat=repeat))


if __name__ == "__main__":
    main()
