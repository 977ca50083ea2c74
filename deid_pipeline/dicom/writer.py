"""Writing an edited file: new bytes and verbatim ranges of the source.

What belongs here: putting segments on disk, pixel replacements included. What does not: deciding segments (``editor``).
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from deid_pipeline.dicom.editor import Segment
from deid_pipeline.dicom.file import DicomFile

_SMALL = 64 << 10
_CHUNK = 8 << 20


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

    Memory stays bounded: large ranges of the source are copied by the kernel. A deflated source's data set is deflated
    again as a whole. ``replacements`` are in order, do not overlap, and lie inside copied ranges.

    Raises
    ------
    OSError
        The target exists or cannot be written.
    ValueError
        A replacement lies outside the copied ranges, or one that comes last has another length than its range.
    """
    waiting: list[tuple[int, Replacement]] = []
    if file.is_deflated and any(replacement.last for replacement in replacements):
        raise ValueError("nothing of a deflated data set can be made last")
    with target.open("xb") as output:
        output.write(head)
        parts = _parts(segments, replacements, late=lambda place: waiting.append((output.tell(), place)))
        if file.is_deflated:
            deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
            size = 0
            for part in parts:
                size += output.write(deflater.compress(part if isinstance(part, bytes) else file.buffer[slice(*part)]))
            size += output.write(deflater.flush())
            output.write(b"\0" * (size % 2))  # PS3.5 A.5
            return
        with file.path.open("rb") as source:
            for part in parts:
                if isinstance(part, bytes):
                    output.write(part)
                elif part[1] - part[0] <= _SMALL:
                    output.write(file.buffer[slice(*part)])
                else:
                    output.flush()
                    _copy_range(source, output, part)
        for position, place in waiting:
            content = place.produce()
            if len(content) != place.end - place.start:
                raise ValueError("a replacement that comes last has another length than its range")
            output.seek(position)
            output.write(content)


def _copy_range(source: BinaryIO, output: BinaryIO, part: tuple[int, int]) -> None:
    """Copy a byte range between files inside the kernel."""
    position, end = part
    while position < end:
        sent = os.sendfile(output.fileno(), source.fileno(), position, min(end - position, _CHUNK))
        if not sent:
            raise OSError("the source became shorter while it was copied")
        position += sent
    output.seek(0, os.SEEK_CUR)


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
