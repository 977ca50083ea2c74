"""The structure of a JPEG stream: markers, tables, scans and where their entropy-coded data lie (ITU-T T.81).

What belongs here: everything that can be known of a sequential Huffman-coded stream without reading a coefficient, and
refusing the processes that cannot be rewritten. What does not: the geometry of a frame (``jpeg_header``), Huffman codes
and blocks (``jpeg_huffman``, ``jpeg_blocks``), choosing how to decode (``jpeg``).
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field

from deid_pipeline.codecs.jpeg_header import MOST_COMPONENTS, JpegFrame, parse_frame
from deid_pipeline.codecs.protocol import Buffer
from deid_pipeline.codecs.samples import damaged
from deid_pipeline.errors import ResidualRiskError

_TEM, _DHT, _SOI, _EOI, _SOS, _DQT, _DNL, _DRI = 0x01, 0xC4, 0xD8, 0xD9, 0xDA, 0xDB, 0xDC, 0xDD
_BASELINE, _EXTENDED = 0xC0, 0xC1
_RESTARTS = range(0xD0, 0xD8)
_MARKER_IN_DATA = re.compile(rb"\xff[^\x00]", re.DOTALL)
_REFUSED = {
    0xC2: "progressive",
    **dict.fromkeys((0xC3, 0xF7), "lossless"),
    **dict.fromkeys((0xC5, 0xC6, 0xC7, 0xCD, 0xCE, 0xCF, 0xDE, 0xDF), "hierarchical"),
    **dict.fromkeys((0xC8, 0xC9, 0xCA, 0xCB, 0xCC), "arithmetic"),
}
_WHOLE_BLOCKS = (b"\x00\x3f\x00", b"\x00\x00\x00")  # T.81 B.2.3; an encoder of old wrote the second, decoders ignore it
_MOST_BLOCKS = 10  # of a MCU, T.81 B.2.3
_FEWEST_BITS = 2  # of a block: one for its DC code, one for its end


@dataclass(frozen=True, slots=True)
class HuffmanTable:
    """A table as its segment gives it: how many codes of 1 to 16 bits (16 bytes), then their symbols (T.81 B.2.4.2)."""

    counts: bytes
    symbols: bytes


@dataclass(frozen=True, slots=True)
class ScanComponent:
    """A component in a scan.

    ``index`` is its 0-based place in the frame header, ``steps`` are the sizes of one step of its 64 coefficients,
    ``dc_table`` and ``ac_table`` are destinations, ``blocks`` the (horizontal, vertical) number of its blocks in a MCU.
    """

    index: int
    steps: tuple[int, ...]
    dc_table: int
    ac_table: int
    dc: HuffmanTable
    ac: HuffmanTable
    blocks: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Scan:
    """One scan; offsets in bytes into the stream.

    ``header`` is where its SOS marker stands. The entropy-coded data between restart markers are
    ``starts[i]:ends[i]``, each of ``restart_interval`` MCUs (the last of fewer), of which ``columns`` lie in a row.
    """

    header: int
    components: tuple[ScanComponent, ...]
    columns: int
    rows: int
    restart_interval: int
    starts: array[int]
    ends: array[int]


@dataclass(frozen=True, slots=True)
class JpegStream:
    """A whole stream; ``end`` is the offset behind its EOI marker."""

    frame: JpegFrame
    scans: tuple[Scan, ...]
    end: int


def read_frame(data: Buffer) -> JpegFrame:
    """Read the frame header of a stream, and nothing behind it.

    Raises
    ------
    SourceDataError
        There is none, or it is damaged.
    ResidualRiskError
        The stream is of a process that cannot be rewritten.
    """
    reader = _Reader(bytes(data))
    reader.read_tables()
    if reader.frame is None:
        raise damaged("a JPEG stream has no frame header")
    return reader.frame


def read_stream(data: bytes) -> JpegStream:
    """Read all headers of a stream and find its entropy-coded data.

    Raises
    ------
    SourceDataError
        The stream is damaged or cut off, or claims more pixels than its data can hold.
    ResidualRiskError
        The stream is of a process that cannot be rewritten, or another stream follows it.
    """
    reader = _Reader(data)
    scans: list[Scan] = []
    while (header := reader.read_tables()) is not None:
        scans.append(reader.read_scan(header))
    if reader.frame is None:
        raise damaged("a JPEG stream has no frame header")
    coded = sorted(component.index for scan in scans for component in scan.components)
    if coded != list(range(len(reader.frame.components))):
        raise damaged("a JPEG stream does not code each component once")
    if data.find(b"\xff\xd8\xff", reader.position) >= 0:
        raise ResidualRiskError("another image follows the end of a JPEG stream: it cannot be redacted")
    return JpegStream(reader.frame, tuple(scans), reader.position)


@dataclass(slots=True)
class _Reader:
    """Reads segments in order and remembers what a scan needs: tables, steps, restart interval, frame header."""

    data: bytes
    position: int = 2
    frame: JpegFrame | None = None
    restart_interval: int = 0
    tables: dict[tuple[int, int], HuffmanTable] = field(default_factory=dict)
    steps: dict[int, tuple[int, ...]] = field(default_factory=dict)

    def segments(self) -> Iterator[tuple[int, int, int, int]]:
        """Yield marker, its offset, the start and the end of its parameters, up to the end of the image."""
        data = self.data
        if data[:2] != b"\xff\xd8":
            raise damaged("a frame does not start as a JPEG stream")
        while True:
            start = self.position
            if data[start : start + 1] != b"\xff":
                raise damaged("a JPEG stream is damaged or has no end")
            while data[self.position : self.position + 1] == b"\xff":
                self.position += 1
            start = self.position - 1
            marker = data[self.position] if self.position < len(data) else _SOI
            self.position += 1
            if marker == _EOI:
                return
            if marker in _RESTARTS or marker in (0x00, _SOI):
                raise damaged("a JPEG stream has a marker where none may be, or is cut off")
            if marker in _REFUSED:
                raise ResidualRiskError(f"a JPEG stream is {_REFUSED[marker]}: it cannot be redacted in place")
            if marker == _TEM:
                continue
            body = self.position + 2
            end = self.position + int.from_bytes(data[self.position : body], "big")
            if not body <= end <= len(data):
                raise damaged("a segment of a JPEG stream is cut off")
            self.position = end
            yield marker, start, body, end

    def read_tables(self) -> tuple[int, bytes] | None:
        """Read segments up to the next scan; offset and parameters of its header, None at the end of the image."""
        for marker, start, begin, end in self.segments():
            body = self.data[begin:end]
            if marker == _SOS:
                return start, body
            if marker == _DHT:
                self._read_huffman(body)
            elif marker == _DQT:
                self._read_quantisation(body)
            elif marker == _DRI:
                if len(body) != 2:
                    raise damaged("a JPEG stream has a damaged restart interval")
                self.restart_interval = int.from_bytes(body, "big")
            elif marker == _DNL:
                if self.frame is None or body != self.frame.rows.to_bytes(2, "big"):
                    raise damaged("a JPEG stream tells another number of lines behind its data")
            elif marker in (_BASELINE, _EXTENDED):
                if self.frame is not None:
                    raise damaged("a JPEG stream has two frame headers")
                self.frame = parse_frame(body, extended=marker == _EXTENDED)
        return None

    def _read_huffman(self, body: bytes) -> None:
        at = 0
        while at < len(body):
            counts = body[at + 1 : at + 17]
            symbols = body[at + 17 : at + 17 + sum(counts)]
            used = sum(count << (15 - length) for length, count in enumerate(counts))
            if len(counts) < 16 or len(symbols) < sum(counts) or used > 1 << 16 or body[at] & 0xEC:
                raise damaged("a JPEG stream has a damaged Huffman table")
            self.tables[body[at] >> 4, body[at] & 15] = HuffmanTable(counts, symbols)
            at += 17 + len(symbols)

    def _read_quantisation(self, body: bytes) -> None:
        at = 0
        while at < len(body):
            size = 1 + (body[at] >> 4)
            table = body[at + 1 : at + 1 + 64 * size]
            steps = tuple(int.from_bytes(table[place : place + size], "big") for place in range(0, 64 * size, size))
            if body[at] & 0xEC or len(table) < 64 * size or steps[0] == 0:
                raise damaged("a JPEG stream has a damaged quantisation table")
            self.steps[body[at] & 15] = steps
            at += 1 + 64 * size

    def read_scan(self, header: tuple[int, bytes]) -> Scan:
        """Read the parameters of a scan (T.81 B.2.3) and find its data; the position moves behind them."""
        start, body = header
        frame = self.frame
        count = body[0] if body else 0
        if frame is None or not 0 < count <= MOST_COMPONENTS or len(body) != 4 + 2 * count:
            raise damaged("a JPEG stream has a damaged scan header")
        if body[-3:] not in _WHOLE_BLOCKS:
            raise damaged("a sequential JPEG stream has a scan of another kind")
        components = tuple(
            self._component(frame, body[at], tables=body[at + 1], alone=count == 1) for at in range(1, 2 * count, 2)
        )
        if sum(across * down for across, down in (component.blocks for component in components)) > _MOST_BLOCKS:
            raise damaged("a JPEG stream has too many blocks in a unit")
        columns, rows = frame.units if count > 1 else frame.blocks_of(components[0].index)
        starts, ends = _intervals(self.data, self.position)
        scan = Scan(start, components, columns, rows, self.restart_interval, starts, ends)
        _check_intervals(scan)
        self.position = ends[-1]
        return scan

    def _component(self, frame: JpegFrame, identifier: int, *, tables: int, alone: bool) -> ScanComponent:
        known = [component.identifier for component in frame.components]
        if identifier not in known:
            raise damaged("a scan of a JPEG stream names a component that the frame does not have")
        component = frame.components[known.index(identifier)]
        dc, ac = self.tables.get((0, tables >> 4)), self.tables.get((1, tables & 15))
        steps = self.steps.get(component.quantisation)
        if dc is None or ac is None or steps is None:
            raise damaged("a table of a JPEG stream is missing")
        blocks = (1, 1) if alone else (component.horizontal, component.vertical)
        return ScanComponent(known.index(identifier), steps, tables >> 4, tables & 15, dc, ac, blocks)


def _intervals(data: bytes, start: int) -> tuple[array[int], array[int]]:
    """Cut the data of a scan at its restart markers, which must count from 0 to 7 again and again (T.81 B.2.1)."""
    starts, ends = array("Q", [start]), array("Q")
    at = start
    while (match := _MARKER_IN_DATA.search(data, at)) is not None:
        at = match.start() + 1
        while data[at : at + 1] == b"\xff":
            at += 1
        marker = data[at] if at < len(data) else 0
        ends.append(match.start())
        if marker not in _RESTARTS:
            break
        if marker - _RESTARTS.start != (len(ends) - 1) % 8:
            raise damaged("restart markers of a JPEG stream are out of order")
        at += 1
        starts.append(at)
    if len(starts) != len(ends):
        raise damaged("a JPEG stream is cut off")
    return starts, ends


def _check_intervals(scan: Scan) -> None:
    """Refuse a scan whose data cannot hold the blocks that the headers claim (T.81 E.1.4)."""
    units = scan.columns * scan.rows
    expected = -(-units // scan.restart_interval) if scan.restart_interval else 1
    if len(scan.starts) != expected:
        raise damaged("a JPEG stream has another number of restart intervals than it claims")
    blocks = units * sum(across * down for across, down in (component.blocks for component in scan.components))
    if blocks * _FEWEST_BITS > 8 * (scan.ends[-1] - scan.starts[0]):
        raise damaged("a JPEG stream claims more pixels than its data can hold")
