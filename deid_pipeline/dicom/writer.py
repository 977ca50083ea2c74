"""Writing an edited file: new bytes and verbatim ranges of the source.

What belongs here: putting segments on disk, pixel replacements included. What does not: deciding segments (``editor``).
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from deid_pipeline.dicom import compiled
from deid_pipeline.dicom.editor import Segment, segment_length
from deid_pipeline.dicom.file import DicomFile
from deid_pipeline.dicom.structure import Buffer

_CHUNK = 256 << 10  # bytes read and written at once: what is read stays in a core's cache until it is written
_SMALL = 32 << 10  # a range of a mapped file from which on reading it costs less than touching its pages
_ROOM = 128 << 10  # the size from which on it pays to have all blocks of a file at once
_VIEWED = 2 << 10  # a range of a read file from which on copying it costs more than a view of it
_MOST_PIECES = 512  # of one write; the kernel takes 1024
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
_SHORTER = "the source became shorter while it was copied"
_chunks: list[memoryview] = []  # waiting for the next large file: fresh memory would cost as much as filling it


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
    target: Path | str,
    file: DicomFile,
    *,
    head: bytes,
    segments: Sequence[Segment],
    replacements: Sequence[Replacement] = (),
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
    deflated = file.is_deflated
    if deflated and any(replacement.last for replacement in replacements):
        raise ValueError("nothing of a deflated data set can be made last")
    if not (replacements or deflated) and compiled.writing is not None:
        compiled.writing.write(target, file.descriptor, file.header, head, list(segments))
        return
    size = 0 if replacements or deflated else len(head) + sum(map(segment_length, segments))
    read = file.content
    descriptor = os.open(target, _NEW_FILE, 0o666)
    try:
        if read is not None and size:
            _write_read(descriptor, _gathered(head, read, segments), size)
            return
        output = _Output(descriptor)
        waiting: list[tuple[int, Replacement]] = []
        parts = _parts(segments, replacements, late=lambda place: waiting.append((output.position, place)))
        _take_room(descriptor, size)
        if head:
            output.put(head)
        if deflated:
            _put_deflated(output, file.buffer, parts)
        elif read is not None:
            for part in parts:
                output.put(part if isinstance(part, bytes) else _range(read, *part))
        else:
            _put_mapped(output, file, parts)
        output.flush()
        for position, place in waiting:
            _put_last(descriptor, position, place)
    finally:
        os.close(descriptor)


class _Output:
    """Gathers pieces, so that few large writes make a file; ``position`` counts its bytes, gathered ones included."""

    def __init__(self, descriptor: int) -> None:
        self.position = 0
        self._descriptor = descriptor
        self._pieces: list[bytes | memoryview] = []
        self._gathered = 0

    def put(self, piece: bytes | memoryview) -> None:
        """Add a piece, which must not change before the next :meth:`flush`."""
        self._pieces.append(piece)
        self._gathered += len(piece)
        self.position += len(piece)
        if self._gathered >= _CHUNK or len(self._pieces) >= _MOST_PIECES:
            self.flush()

    def copy(self, source: int, start: int, end: int) -> None:
        """Add a byte range of an open file, in writes that end where whole chunks of the output do.

        Neither ``sendfile``, whose steps of 64 KiB straddle the pages of the output, nor writing mapped pages, whose
        mapping costs, is as quick.

        Raises
        ------
        OSError
            The source became shorter meanwhile.
        """
        try:
            chunk = _chunks.pop()
        except IndexError:
            chunk = memoryview(bytearray(_CHUNK))
        try:
            while start < end:
                room = min(end - start, _CHUNK - self.position % _CHUNK)
                count = os.preadv(source, [chunk[:room]], start)
                if not count:
                    raise OSError(_SHORTER)
                self.put(chunk[:count])
                self.flush()
                start += count
        finally:
            _chunks.append(chunk)

    def flush(self) -> None:
        """Write what was gathered."""
        pieces, size = self._pieces, self._gathered
        self._pieces, self._gathered = [], 0
        if pieces:
            _write_pieces(self._descriptor, pieces, size)


def _write_pieces(descriptor: int, pieces: Sequence[bytes | memoryview], size: int) -> None:
    written = os.writev(descriptor, pieces)
    if written < size:  # a signal came, or the disk is nearly full
        _write_all(descriptor, b"".join(pieces)[written:])


def _write_read(descriptor: int, pieces: Sequence[bytes | memoryview], size: int) -> None:
    """Write all pieces of a file that was read as a whole, ``size`` bytes."""
    _take_room(descriptor, size)
    if len(pieces) <= _MOST_PIECES:  # as of nearly all files
        _write_pieces(descriptor, pieces, size)
        return
    for start in range(0, len(pieces), _MOST_PIECES):
        some = pieces[start : start + _MOST_PIECES]
        _write_pieces(descriptor, some, sum(map(len, some)))


def _gathered(head: bytes, buffer: bytes, segments: Sequence[Segment]) -> list[bytes | memoryview]:
    """All pieces of the copy of a file that was read as a whole; short ones are copied in less time than viewed."""
    view, size = memoryview(buffer), len(buffer)
    pieces: list[bytes | memoryview] = [head] if head else []
    for segment in segments:
        if type(segment) is bytes:  # as quick as it gets: there are dozens in every file
            pieces.append(segment)
            continue
        start, end = segment
        if end > size:
            raise OSError(_SHORTER)
        pieces.append(buffer[start:end] if end - start < _VIEWED else view[start:end])
    return pieces


def _range(buffer: bytes, start: int, end: int) -> memoryview:
    """A byte range of a file that was read as a whole."""
    if end > len(buffer):
        raise OSError(_SHORTER)
    return memoryview(buffer)[start:end]


def _put_mapped(output: _Output, file: DicomFile, parts: Iterable[Segment]) -> None:
    """Put segments of a large file, whose pages do not stay in memory; what was read of it is not read again."""
    read = file.header if isinstance(file.header, bytes) else b""
    for part in parts:
        if isinstance(part, bytes):
            output.put(part)
            continue
        start, end = part
        if start < len(read):
            output.put(read[start:end])
            start = min(end, len(read))
        if end - start > _SMALL:
            output.copy(file.descriptor, start, end)
        elif start < end:
            output.put(bytes(file.buffer[start:end]))


def _put_deflated(output: _Output, buffer: Buffer, parts: Iterable[Segment]) -> None:
    """Deflate a data set (PS3.5 A.5)."""
    deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    start = output.position
    for part in parts:
        output.put(deflater.compress(part if isinstance(part, bytes) else buffer[slice(*part)]))
    output.put(deflater.flush())
    output.put(b"\0" * ((output.position - start) % 2))


def _put_last(descriptor: int, position: int, place: Replacement) -> None:
    """Put what comes last in its place, at an offset of the output.

    Raises
    ------
    ValueError
        It has another length than its range.
    """
    content = place.produce()
    if len(content) != place.end - place.start:
        raise ValueError("a replacement that comes last has another length than its range")
    os.lseek(descriptor, position, os.SEEK_SET)
    _write_all(descriptor, content)


def _write_all(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _take_room(descriptor: int, size: int) -> None:
    """Let a large file have its blocks at once, which is a third less work for the kernel; a full disk tells later."""
    if size > _ROOM:
        try:  # noqa: SIM105  # a context manager would take as long as the call
            os.posix_fallocate(descriptor, 0, size)
        except OSError:
            pass


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
