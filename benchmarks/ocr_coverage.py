"""How much burned-in text the OCR boxes cover, against known boxes; how long it takes; how it errs without text.

Usage::

    python benchmarks/ocr_coverage.py ../shared/data/burned_in [--threads N] [--inverted] [--empty] [--out FILE]

Each DICOM file has a JSON file of the same name beside it, ``{"annotation": [{"key": ..., "value": ...}]}`` with
``text`` and ``bbox`` ``[x0, y0, x1, y1]``. Printed, with the versions used:

cov90, cov50
    share of values with text whose box is covered to 90 and 50 % by the union of the found boxes, and again
    (``grown``) by the boxes as they are filled
over
    share of an image's pixels that would be filled outside of all known boxes, these grown by 12 pixels
empty
    lines found on images without any text: pydicom's own CT and MR examples (``--empty``)
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pydicom

from deid_pipeline.model import Box, PixelLayout
from deid_pipeline.ocr import OcrEngine, engine, to_8bit
from deid_pipeline.redaction import prepare_boxes

_MARGIN_PX = 12
_TEXT_FREE = ("CT_small.dcm", "MR_small.dcm", "693_J2KI.dcm", "J2K_pixelrep_mismatch.dcm")


def load(path: Path) -> np.ndarray:
    """Read the first frame of a file as the 8-bit picture that detection sees."""
    dataset = pydicom.dcmread(path)
    pixels = dataset.pixel_array
    if int(dataset.get("NumberOfFrames", 1) or 1) > 1:
        pixels = pixels[0]
    layout = PixelLayout(
        transfer_syntax_uid=str(dataset.file_meta.TransferSyntaxUID),
        keyword="PixelData",
        value_offset=0,
        value_length=None,
        rows=int(dataset.Rows),
        columns=int(dataset.Columns),
        number_of_frames=1,
        samples_per_pixel=int(dataset.SamplesPerPixel),
        photometric_interpretation="RGB" if pixels.ndim == 3 else str(dataset.PhotometricInterpretation),
        planar_configuration=0,
        bits_allocated=int(dataset.BitsAllocated),
        bits_stored=int(dataset.BitsStored),
        high_bit=int(dataset.HighBit),
        pixel_representation=int(dataset.PixelRepresentation),
    )
    return to_8bit(pixels, layout)


def truth(path: Path) -> tuple[list[Box], list[Box]]:
    """Read the boxes of values with text, and those of everything else that was burned in."""
    values, others = [], []
    for entry in json.loads(path.with_suffix(".json").read_text())["annotation"]:
        if entry.get("key", {}).get("bbox"):
            others.append(Box(*entry["key"]["bbox"]))
        (values if entry["value"]["text"].strip() else others).append(Box(*entry["value"]["bbox"]))
    return values, others


def mask(boxes: list[Box] | tuple[Box, ...], shape: tuple[int, ...]) -> np.ndarray:
    """Paint boxes into a picture of booleans."""
    painted = np.zeros(shape[:2], dtype=bool)
    for box in boxes:
        painted[max(0, box.top) : max(0, box.bottom), max(0, box.left) : max(0, box.right)] = True
    return painted


def covered(value: Box, painted: np.ndarray) -> float:
    """Share of a box that is painted."""
    inside = painted[max(0, value.top) : value.bottom, max(0, value.left) : value.right]
    return float(inside.mean()) if inside.size else 0.0


def measure(path: Path, reader: OcrEngine, *, inverted: bool) -> dict[str, object]:
    """Read one file and compare."""
    image = load(path)
    values, others = truth(path)
    started = time.perf_counter()
    lines = reader.read(image)
    if inverted:
        lines += reader.read(255 - image)
    seconds = time.perf_counter() - started
    found = mask([line.box for line in lines], image.shape)
    filled = mask(prepare_boxes([line.box for line in lines], rows=image.shape[0], columns=image.shape[1]), image.shape)
    known = mask(
        [
            Box(b.left - _MARGIN_PX, b.top - _MARGIN_PX, b.right + _MARGIN_PX, b.bottom + _MARGIN_PX)
            for b in values + others
        ],
        image.shape,
    )
    return {
        "file": path.name,
        "rows": image.shape[0],
        "columns": image.shape[1],
        "covered": [covered(value, found) for value in values],
        "covered_grown": [covered(value, filled) for value in values],
        "over": float((filled & ~known).mean()),
        "lines": len(lines),
        "unreadable": sum(not line.text for line in lines),
        "seconds": seconds,
    }


def summarise(results: list[dict[str, object]]) -> str:
    """Put the figures of all files into lines to print."""
    rows = []
    for key, label in (("covered", "found"), ("covered_grown", "grown")):
        shares = np.array([share for result in results for share in result[key]])  # type: ignore[attr-defined]
        rows.append(f"{label}: cov90 {(shares >= 0.9).mean():.4f} cov50 {(shares >= 0.5).mean():.4f} of {shares.size}")
    seconds = sorted(float(str(result["seconds"])) for result in results)
    over = statistics.mean(float(str(result["over"])) for result in results)
    lines = sum(int(str(result["lines"])) for result in results)
    unreadable = sum(int(str(result["unreadable"])) for result in results)
    rows.append(f"over {over:.5f}; lines {lines}, of them without readable text {unreadable}")
    rows.append(
        f"s/image median {statistics.median(seconds):.2f} p95 {seconds[int(0.95 * (len(seconds) - 1))]:.2f}"
        f" max {seconds[-1]:.2f} of {len(seconds)}"
    )
    return "\n".join(rows)


def text_free(reader: OcrEngine) -> str:
    """Count lines found where there is no text."""
    folder = Path(pydicom.__file__).parent / "data" / "test_files"
    counts = []
    for name in _TEXT_FREE:
        image = load(folder / name)
        lines = reader.read(image)
        share = mask([line.box for line in lines], image.shape).mean()
        counts.append(f"{name}: {len(lines)} lines, {share:.4f} of the area")
    return "\n".join(counts)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--inverted", action="store_true", help="read the inverted image too, and take both")
    parser.add_argument("--empty", action="store_true", help="also read images without text")
    parser.add_argument("--out", type=Path, help="write the figures of each file as JSON")
    arguments = parser.parse_args()
    reader = engine("rapidocr", arguments.threads)
    reader.read(np.eye(64, dtype=np.uint8) * 255)
    paths = sorted(path for path in arguments.folder.glob("*.dcm") if path.with_suffix(".json").exists())
    results = [measure(path, reader, inverted=arguments.inverted) for path in paths]
    packages = ("rapidocr", "onnxruntime", "numpy", "opencv-python-headless")
    print(f"python {platform.python_version()}", *(f"{package} {version(package)}" for package in packages))
    print(summarise(results))
    if arguments.empty:
        print(text_free(reader))
    if arguments.out:
        arguments.out.write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
