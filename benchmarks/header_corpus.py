"""Files to measure header work on: real ones, and series of real headers over pixels of up to 30 MB.

What belongs here: finding and making the files. What does not: measuring (``headers``).
"""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pydicom

from deid_pipeline.dicom import DicomFile, encoded_element, is_dicom, open_dicom
from deid_pipeline.dicom.structure import PIXEL_DATA
from deid_pipeline.errors import SourceDataError

SERIES = 10  # instances
SMALLEST, LARGEST = 250_000, 30_000_000  # bytes of the pixels of made files
_NOISE = 1 << 20
_NATIVE = ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1")


def corpus(folders: Sequence[Path], scratch: Path, *, made: int, seed: int = 1) -> tuple[list[Path], list[Path]]:
    """Real files of ``folders`` and of pydicom's own data, and ``made`` others.

    The others come in series of ``SERIES`` instances: each series has a patient, a study and a size of its own, each
    instance its UID, number, position and pixels. Only files that this project opens are taken: what it refuses costs
    it nothing and would flatter it.
    """
    own = Path(pydicom.__file__).parent / "data"
    real = [path for folder in (*folders, own) for path in sorted(folder.rglob("*")) if _is_readable(path)]
    heads = [path for path in real if _has_native_pixels(path)]
    rng = random.Random(seed)
    others = []
    for series, size in enumerate(_sizes(-(-made // SERIES))):
        for number in range(min(SERIES, made - len(others))):
            target = scratch / f"made_{len(others):04}.dcm"
            values = instance_values(series, number)
            others.append(make_file(heads[series % len(heads)], target, size=size, rng=rng, values=values))
    return real, others


def instance_values(series: int, number: int) -> dict[int, str]:
    """What an instance of a made series does not share with its head, by tag."""
    root = f"1.2.826.0.1.3680043.9.9999.{series + 1}"
    values = {0x00080018: f"{root}.1.1.{number + 1}", 0x0020000D: root, 0x0020000E: f"{root}.1"}
    values |= {0x00100010: f"Series^{series + 1}", 0x00100020: f"S{series + 1:06}", 0x00200013: str(number + 1)}
    return values | {0x00200032: f"-125.5\\-130\\{number * 2.5 - 100}", 0x00201041: f"{number * 2.5 - 100}"}


def make_file(
    head: Path, target: Path, *, size: int, rng: random.Random, values: Mapping[int, str] | None = None
) -> Path:
    """A copy of a file of native pixels with ``size`` bytes of noise instead of its pixels, in one long row.

    ``values`` are new texts of elements that the file has, by tag.
    """
    with open_dicom(head) as file:
        element = file.by_tag[PIXEL_DATA]
        before, after = _with_values(file, values or {}, element.start), bytes(file.buffer[element.end :])
        header = struct.pack("<HH", 0x7FE0, 0x0010) + (b"OW\0\0" if file.syntax.explicit else b"")
    noise = rng.randbytes(_NOISE)
    with target.open("wb") as output:
        output.write(before + header + struct.pack("<L", size))
        for position in range(0, size, _NOISE):
            output.write(noise[: min(_NOISE, size - position)])
        output.write(after)
    return target


def _with_values(file: DicomFile, values: Mapping[int, str], end: int) -> bytes:
    """The file up to ``end`` with new values of top-level elements."""
    parts, copied = [], 0
    for element in file.elements:
        if element.tag in values and element.start < end:
            new = encoded_element(element.tag, element.vr, values[element.tag].encode("ascii"), file.syntax)
            parts += [file.buffer[copied : element.start], new]
            copied = element.end
    return b"".join([*parts, file.buffer[copied:end]])


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
