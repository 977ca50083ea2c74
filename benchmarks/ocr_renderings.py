"""Text that the full range of a frame hides: how much of it is found with further renderings, and what they cost.

Usage::

    python -m benchmarks.ocr_renderings [--seeds N] [--noise UNITS]

Made frames of 512 by 512: a body of 1000 units with noise on air of 0, four lines of text at some contrast above it,
and one of

plain
    nothing else; the frame has the range of the body
hot pixel
    one pixel at 65535
padding
    air at 63536, as of a negative padding value that was taken for unsigned
implant
    a disc at 20000
window
    a disc of 4095, and a header's window of 400 around the body

Printed: lines found of all, by the full range alone and by all renderings, and CPU seconds of each; then the same for
frames without text.
"""

from __future__ import annotations

import argparse
import platform
import time
from collections.abc import Sequence
from importlib.metadata import version

import cv2
import numpy as np

from deid_pipeline.model import Box, Display, PixelLayout, ReadLine
from deid_pipeline.ocr import engine, read_frame, to_8bit

SIDE = 512
LINES = ("QUILLFEATHER OTTOLINE", "12.04.2019", "ACC7733190", "ST ORSOLYA")
CONTRASTS = (50, 100, 200, 400, 1000)
KINDS = ("plain", "hot pixel", "padding", "implant", "window")
LAYOUT = PixelLayout(
    transfer_syntax_uid="1.2.840.10008.1.2.1",
    keyword="PixelData",
    value_offset=0,
    value_length=2 * SIDE * SIDE,
    rows=SIDE,
    columns=SIDE,
    number_of_frames=1,
    samples_per_pixel=1,
    photometric_interpretation="MONOCHROME2",
    planar_configuration=0,
    bits_allocated=16,
    bits_stored=16,
    high_bit=15,
    pixel_representation=0,
)


def frame(kind: str, *, contrast: float, seed: int, noise: float = 20) -> tuple[np.ndarray, list[Box]]:
    """Make a frame, uint16, and the boxes of its lines of text; no text without contrast."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[:SIDE, :SIDE]
    body = ((columns - 256) / 230) ** 2 + ((rows - 256) / 180) ** 2 < 1
    picture = np.where(body, 1000.0, 0.0)
    for _ in range(12):
        column, row, wide, high = rng.integers((100, 130, 10, 10), (400, 380, 60, 60))
        picture[(((columns - column) / wide) ** 2 + ((rows - row) / high) ** 2 < 1) & body] += rng.normal(0, 60)
    picture = cv2.GaussianBlur(picture, (0, 0), 1.2) + rng.normal(0, noise, picture.shape)
    boxes = []
    ink = np.zeros(picture.shape, np.uint8)
    for index, text in enumerate(LINES if contrast else ()):
        left, bottom = 90 + int(rng.integers(0, 40)), 170 + 50 * index
        cv2.putText(ink, text, (left, bottom), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 255, 1, cv2.LINE_AA)
        (width, height), below = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 0.6, 1)
        boxes.append(Box(left, bottom - height, left + width, bottom + below))
    found = np.clip(picture + contrast * (ink / 255.0), 0, 4095).astype(np.uint16)
    if kind == "hot pixel":
        found[5, 5] = 65535
    elif kind == "padding":
        found[~body] = 63536
    elif kind in ("implant", "window"):
        found[(columns - 256) ** 2 + (rows - 400) ** 2 < 150] = 20000 if kind == "implant" else 4095
    return found, boxes


def found_of(lines: Sequence[ReadLine], boxes: Sequence[Box]) -> int:
    """How many boxes are covered to 80 % by the boxes of lines."""
    covered = np.zeros((SIDE, SIDE), bool)
    for line in lines:
        covered[line.box.top : line.box.bottom, line.box.left : line.box.right] = True
    return sum(bool(covered[box.top : box.bottom, box.left : box.right].mean() >= 0.8) for box in boxes)


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description="Find text that the full range of a frame hides.")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--noise", type=float, default=20)
    arguments = parser.parse_args()
    reader = engine(threads=1)
    reader.read(np.eye(64, dtype=np.uint8) * 255)
    print(f"Python {platform.python_version()}, rapidocr {version('rapidocr')}, onnxruntime {version('onnxruntime')}")
    print(f"{'frame':<12}{'contrast':>9}{'lines':>7}{'full range':>12}{'all':>6}{'CPU s':>8}{'all':>7}")
    for kind in KINDS:
        display = Display(windows=((800.0, 1200.0),)) if kind == "window" else Display()
        for contrast in (*CONTRASTS, 0):
            counts, seconds = np.zeros(3, int), np.zeros(2)
            for seed in range(arguments.seeds):
                array, boxes = frame(kind, contrast=contrast, seed=seed, noise=arguments.noise)
                start = time.process_time()
                one = reader.read(to_8bit(array, LAYOUT))
                middle = time.process_time()
                every = read_frame(reader, array, LAYOUT, display)
                seconds += (middle - start, time.process_time() - middle)
                if contrast:
                    counts += (len(boxes), found_of(one, boxes), found_of(every, boxes))
                else:  # lines on frames without text
                    counts += (0, len(one), len(every))
            cpu = seconds / arguments.seeds
            print(
                f"{kind:<12}{contrast or 'no text':>9}{counts[0]:>7}{counts[1]:>12}{counts[2]:>6}"
                f"{cpu[0]:>8.2f}{cpu[1]:>7.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
