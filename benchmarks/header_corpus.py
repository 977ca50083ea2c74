"""Files to measure header work on: real ones, and real headers over pixels of up to 30 MB.

What belongs here: finding and making the files. What does not: measuring (``headers``).
"""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

import pydicom

from deid_pipeline.dicom import is_dicom, open_dicom
from deid_pipeline.dicom.structure import PIXEL_DATA
from deid_pipeline.errors import SourceDataError

SMALLEST, LARGEST = 250_000, 30_000_000  # bytes of the pixels of made files
_NOISE = 1 << 20
_NATIVE = ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1")


def corpus(folders: Sequence[Path], scratch: Path, *, made: int, seed: int = 1) -> tuple[list[Path], list[Path]]:
    """Real files of ``folders`` and of pydicom's own data, and ``made`` others.

    Only files that this project opens are taken: what it refuses costs it nothing and would flatter it.
    """
    own = Path(pydicom.__file__).parent / "data"
    real = [path for folder in (*folders, own) for path in sorted(folder.rglob("*")) if _is_readable(path)]
    heads = [path for path in real if _has_native_pixels(path)]
    rng = random.Random(seed)
    others = [
        make_file(heads[number % len(heads)], scratch / f"made_{number:04}.dcm", size=size, rng=rng)
        for number, size in enumerate(_sizes(made))
    ]
    return real, others


def make_file(head: Path, target: Path, *, size: int, rng: random.Random) -> Path:
    """A copy of a file of native pixels with ``size`` bytes of noise instead of its pixels, in one long row."""
    with open_dicom(head) as file:
        element = file.by_tag[PIXEL_DATA]
        before, after = bytes(file.buffer[: element.start]), bytes(file.buffer[element.end :])
        header = struct.pack("<HH", 0x7FE0, 0x0010) + (b"OW\0\0" if file.syntax.explicit else b"")
    noise = rng.randbytes(_NOISE)
    with target.open("wb") as output:
        output.write(before + header + struct.pack("<L", size))
        for position in range(0, size, _NOISE):
            output.write(noise[: min(_NOISE, size - position)])
        output.write(after)
    return target


def make_sparse_file(head: Path, target: Path, *, size: int) -> Path:
    """A file with ``size`` bytes of zeros as pixels, that take no room on disk."""
    make_file(head, target, size=0, rng=random.Random(0))
    content = target.read_bytes()
    with open_dicom(target) as file:
        element = file.by_tag[PIXEL_DATA]
    with target.open("wb") as output:
        output.write(content[: element.value - 4] + struct.pack("<L", size))
        output.truncate(element.value + size)
    return target


def _sizes(count: int) -> Iterator[int]:
    """Even sizes from the smallest to the largest, evenly spread over their logarithms."""
    for number in range(count):
        yield int(SMALLEST * (LARGEST / SMALLEST) ** (number / max(1, count - 1))) // 2 * 2


def _is_readable(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        if not is_dicom(stream.read(160)):
            return False
    try:
        with open_dicom(path) as file:
            return file.meta.get(0x00020002) != "1.2.840.10008.1.3.10"  # a DICOMDIR is no instance
    except SourceDataError:
        return False


def _has_native_pixels(path: Path) -> bool:
    with open_dicom(path) as file:
        return file.transfer_syntax_uid in _NATIVE and PIXEL_DATA in file.by_tag
