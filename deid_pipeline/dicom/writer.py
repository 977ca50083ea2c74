"""Writing an edited file: new bytes and verbatim ranges of the source.

What belongs here: putting segments on disk, pixel replacements included. What does not: deciding segments (``editor``).
"""

from __future__ import annotations

import contextlib
import mmap
import os
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from deid_pipeline.dicom.editor import Segment, segment_length
from deid_pipeline.dicom.file import DicomFile
from deid_pipeline.dicom.structure import Buffer

_SMALL = 256 << 10
_CHUNK = 8 << 20
_POPULATE_READ = 22  # MADV_POPULATE_READ of Linux 5.14, which mmap does not name: map all pages by one call


@dataclass(frozen=True, slots=True)
class Replacement:
    """New bytes for the source range ``start`` to ``end``, made only when they are written.

    One that comes ``last`` is made after everything else was written, and has the length of its range: a table of
    offsets, say, of frames whose lengths are known only then.
    """

    start: int
    end: int
    produce: Callable[[], bytes]
    last: bool = False


def write_dicom(
    target: Path, file: DicomFile, *, head: bytes, segments: Sequence[Segment], replacements: Sequence[Replacement] = ()
) -> None:
    """Write ``head`` and the data set's segments to ``target``, which must not exist.

    Memory stays bounded: large ranges of the source are copied in chunks. A deflated source's data set is deflated
    again as a whole. ``replacements`` are in order, do not overlap, and lie inside copied ranges.

    Raises
    ------
    OSError
        The target exists or cannot be written.
    ValueError
        A replacement lies outside the copied ranges, or one that comes last has another length than its range.
    """
    if file.is_deflated and any(replacement.last for replacement in replacements):
        raise ValueError("nothing of a deflated data set can be made last")
    waiting: list[tuple[int, Replacement]] = []
    position = len(head)
    parts = _parts(segments, replacements, late=lambda place: waiting.append((position, place)))
    with target.open("xb") as output:
        if file.is_deflated:
            output.write(head)
            _write_deflated(output, file.buffer, parts)
            return
        if not replacements:
            _take_room(output, len(head) + sum(map(segment_length, segments)))
        small, held = [head], len(head)
        for part in parts:
            length = segment_length(part)
            if held > _SMALL or (length > _SMALL and not isinstance(part, bytes)):
                output.write(b"".join(small))
                small, held = [], 0
            if isinstance(part, bytes):
                small.append(part)
                held += length
            elif length <= _SMALL:
                small.append(bytes(file.buffer[slice(*part)]))
                held += length
            else:
                _copy_range(file.buffer, output, part)
            position += length
        output.write(b"".join(small))
        _write_last(output, waiting)


def _write_last(output: BinaryIO, waiting: Iterable[tuple[int, Replacement]]) -> None:
    """Put what comes last in its place, at offsets of the output.

    Raises
    ------
    ValueError
        It has another length than its range.
    """
    for position, place in waiting:
        content = place.produce()
        if len(content) != place.end - place.start:
            raise ValueError("a replacement that comes last has another length than its range")
        output.seek(position)
        output.write(content)


def _write_deflated(output: BinaryIO, buffer: Buffer, parts: Iterable[Segment]) -> None:
    """Deflate a data set (PS3.5 A.5)."""
    deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    size = 0
    for part in parts:
        size += output.write(deflater.compress(part if isinstance(part, bytes) else buffer[slice(*part)]))
    size += output.write(deflater.flush())
    output.write(b"\0" * (size % 2))


def _take_room(output: BinaryIO, size: int) -> None:
    """Let a large file have its blocks at once, which is a third less work for the kernel; a full disk tells later."""
    if size > _SMALL:
        with contextlib.suppress(OSError):
            os.posix_fallocate(output.fileno(), 0, size)


def _copy_range(buffer: Buffer, output: BinaryIO, part: tuple[int, int]) -> None:
    """Copy a large byte range of the source from its mapped pages, which do not stay in memory.

    ``sendfile`` takes twice the time: it goes in steps of 64 KiB, which straddle the pages of the output.

    Raises
    ------
    OSError
        The source became shorter meanwhile.
    """
    with memoryview(buffer) as view:
        for start in range(part[0], part[1], _CHUNK):
            end = min(part[1], start + _CHUNK)
            _advise(buffer, _POPULATE_READ, start, end)
            with view[start:end] as chunk:
                if output.write(chunk) < end - start:
                    raise OSError("the source became shorter while it was copied")
            if end < part[1]:
                _advise(buffer, mmap.MADV_DONTNEED, start, end)


def _advise(buffer: Buffer, advice: int, start: int, end: int) -> None:
    """Tell the kernel what happens to the pages of a range; where it does not know how to, nothing is lost."""
    if isinstance(buffer, mmap.mmap):
        first = start // mmap.PAGESIZE * mmap.PAGESIZE
        with contextlib.suppress(OSError):
            buffer.madvise(advice, first, end - first)


def _parts(
    segments: Sequence[Segment], replacements: Sequence[Replacement], *, late: Callable[[Replacement], None]
) -> Iterator[Segment]:
    """The segments with replacements put in, neighbouring source ranges joined.

    One that comes last is told to ``late`` when all before it has been taken; zeros stand for it until then.
    """
    waiting = list(reversed(replacements))
    pending: tuple[int, int] | None = None
    for segment in segments:
        if isinstance(segment, bytes):
            if pending:
                yield pending
            pending = None
            yield segment
            continue
        start, end = segment
        while waiting and waiting[-1].start < end:
            replacement = waiting.pop()
            if replacement.start < start or replacement.end > end:
                raise ValueError("a replacement lies outside the copied ranges")
            if replacement.start > start:
                yield from ((pending,) if pending and pending[1] != start else ())
                yield (pending[0] if pending and pending[1] == start else start, replacement.start)
            elif pending:
                yield pending
            pending = None
            if replacement.last:
                late(replacement)
                yield bytes(replacement.end - replacement.start)
            else:
                yield replacement.produce()
            start = replacement.end
        if start == end:
            continue
        if pending and pending[1] == start:
            pending = (pending[0], end)
            continue
        if pending:
            yield pending
        pending = (start, end)
    if pending:
        yield pending
    if waiting:
        raise ValueError("a replacement lies outside the copied ranges")
