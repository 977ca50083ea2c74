"""CPU time of the ways to copy a file behind a new head, as every output is written.

Usage::

    python -m benchmarks.copying [--rounds N]

A file in the page cache is copied but for its first bytes, behind a head of another, odd length: no page of the output
has the bytes of one page of the source. Printed are CPU milliseconds, medians of interleaved rounds; the first way
copies the whole file and is the yardstick.
"""

from __future__ import annotations

import argparse
import mmap
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

_SIZES = (250_000, 1_500_000, 6_000_000, 30_000_000)
_SKIPPED, _HEAD = 5000, b"x" * 4711
_POPULATE_READ = 22  # MADV_POPULATE_READ of Linux 5.14
_MAPPED = 8 << 20

Way = Callable[[Path, Path], object]


def copied_mapped(source: Path, target: Path) -> None:
    """Write mapped pages, 8 MiB at once."""
    with source.open("rb") as stream, target.open("xb", buffering=0) as output:
        size = source.stat().st_size
        os.posix_fallocate(output.fileno(), 0, size)
        output.write(_HEAD)
        with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as mapped, memoryview(mapped) as view:
            for start in range(_SKIPPED, size, _MAPPED):
                end = min(size, start + _MAPPED)
                first = start // mmap.PAGESIZE * mmap.PAGESIZE
                mapped.madvise(_POPULATE_READ, first, end - first)
                with view[start:end] as chunk:
                    output.write(chunk)


def copied_in_chunks(chunk: int, *, aligned: bool, room: bool = True) -> Way:
    """Read and write chunks through one buffer; ``aligned``: writes end where whole chunks of the output do."""
    buffer = memoryview(bytearray(chunk))

    def way(source: Path, target: Path) -> None:
        with source.open("rb", buffering=0) as stream, target.open("xb", buffering=0) as output:
            size = source.stat().st_size
            if room:
                os.posix_fallocate(output.fileno(), 0, size)
            output.write(_HEAD)
            position, written = _SKIPPED, len(_HEAD)
            while position < size:
                wanted = chunk - written % chunk if aligned else chunk
                count = os.preadv(stream.fileno(), [buffer[:wanted]], position)
                written += output.write(buffer[:count])
                position += count

    return way


def copied_by_the_kernel(source: Path, target: Path) -> None:
    """``copy_file_range``, which lets the file system share blocks, if it can."""
    with source.open("rb", buffering=0) as stream, target.open("xb", buffering=0) as output:
        output.write(_HEAD)
        position, size = _SKIPPED, source.stat().st_size
        while position < size:
            position += os.copy_file_range(stream.fileno(), output.fileno(), size - position, position)


WAYS: dict[str, Way] = {
    "shutil.copyfile": shutil.copyfile,
    "mapped pages": copied_mapped,
    "chunks of 64 KiB": copied_in_chunks(64 << 10, aligned=False),
    "chunks of 256 KiB": copied_in_chunks(256 << 10, aligned=False),
    "the same, aligned": copied_in_chunks(256 << 10, aligned=True),
    "the same, no room taken": copied_in_chunks(256 << 10, aligned=True, room=False),
    "copy_file_range": copied_by_the_kernel,
}


def main() -> None:
    """Print one line for each way."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    figures: dict[str, list[float]] = {name: [] for name in WAYS}
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "source", Path(folder) / "target"
        for size in _SIZES:
            source.write_bytes(os.urandom(size))
            taken: dict[str, list[float]] = {name: [] for name in WAYS}
            for _ in range(rounds):
                for name, way in WAYS.items():
                    start = time.process_time()
                    way(source, target)
                    taken[name].append(1e3 * (time.process_time() - start))
                    target.unlink()
            for name, times in taken.items():
                figures[name].append(statistics.median(times))
    print(f"{'CPU ms':<26}" + "".join(f"{size / 1e6:>9.2f} MB" for size in _SIZES))
    for name, row in figures.items():
        print(f"{name:<26}" + "".join(f"{figure:>12.2f}" for figure in row))


if __name__ == "__main__":
    main()
