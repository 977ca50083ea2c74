"""A small JPEG writer for tests: streams from coefficients, in every form that common encoders do not write.

What belongs here: sequential Huffman streams of any sampling, scan order, precision and restart interval, written in
the plainest way. What does not: transforms and colours, since a test that knows the coefficients needs none.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Coefficients = npt.NDArray[np.int64]
EOB, ZRL = 0x00, 0xF0


def even_table(symbols: Sequence[int], *, longest: int = 9) -> tuple[bytes, bytes]:
    """Make a table of one short code and others of one length; the code of ones only stays unused."""
    counts = bytearray(16)
    counts[1], counts[longest - 1] = 1, len(symbols) - 1
    return bytes(counts), bytes(symbols)


def dc_symbols(precision: int) -> list[int]:
    return list(range(precision + 4))


def ac_symbols(precision: int) -> list[int]:
    return [EOB, ZRL, *(run << 4 | size for run in range(16) for size in range(1, precision + 3))]


@dataclass
class Plan:
    """How to write: ``factors`` are (horizontal, vertical) by component, ``scans`` name their components.

    With ``renews`` every scan has tables and a restart interval of its own, which replace those before; with ``dnl``
    the number of lines is told again behind the first scan.
    """

    rows: int
    columns: int
    factors: Sequence[tuple[int, int]] = ((1, 1),)
    scans: Sequence[Sequence[int]] = ((0,),)
    precision: int = 8
    restart_interval: int = 0
    step: int = 8
    extra: bytes = b""
    dc: tuple[bytes, bytes] | None = None
    ac: tuple[bytes, bytes] | None = None
    renews: bool = False
    dnl: bool = False

    def __post_init__(self) -> None:
        self.dc = self.dc or even_table(dc_symbols(self.precision), longest=6)
        self.ac = self.ac or even_table(ac_symbols(self.precision), longest=10)

    def tables(self, number: int) -> tuple[tuple[bytes, bytes], tuple[bytes, bytes]]:
        """DC and AC table of a scan, counted from 0."""
        assert self.dc is not None
        assert self.ac is not None
        if not self.renews or not number:
            return self.dc, self.ac
        symbols = dc_symbols(self.precision), ac_symbols(self.precision)
        return even_table(symbols[0][::-1], longest=6 + number), even_table(symbols[1][::-1], longest=10 + number)

    def interval(self, number: int) -> int:
        """Restart interval of a scan, counted from 0."""
        return self.restart_interval + number if self.renews and self.restart_interval else self.restart_interval

    @property
    def widest(self) -> int:
        return max(factor[0] for factor in self.factors)

    @property
    def highest(self) -> int:
        return max(factor[1] for factor in self.factors)

    def units(self) -> tuple[int, int]:
        """Rows and columns of interleaved MCUs."""
        wide, high = (8, 8) if len(self.factors) == 1 else (8 * self.widest, 8 * self.highest)
        return -(-self.rows // high), -(-self.columns // wide)

    def shape(self, component: int) -> tuple[int, int, int]:
        """Shape of a component's coefficients: rows and columns of blocks that fill whole MCUs, 64."""
        across, down = (1, 1) if len(self.factors) == 1 else self.factors[component]
        return self.units()[0] * down, self.units()[1] * across, 64

    def order(self, scan: Sequence[int]) -> list[list[tuple[int, int, int]]]:
        """Blocks of a scan as (component, row, column), by MCU."""
        if len(scan) == 1:
            (component,) = scan
            across, down = self.factors[component]
            high, wide = -(-self.rows * down // self.highest), -(-self.columns * across // self.widest)
            return [[(component, y, x)] for y in range(-(-high // 8)) for x in range(-(-wide // 8))]
        return [
            [
                (component, row * self.factors[component][1] + y, column * self.factors[component][0] + x)
                for component in scan
                for y in range(self.factors[component][1])
                for x in range(self.factors[component][0])
            ]
            for row in range(self.units()[0])
            for column in range(self.units()[1])
        ]


def _words(table: tuple[bytes, bytes]) -> Iterator[tuple[int, str]]:
    counts, symbols = table
    code, left = 0, list(symbols)
    for length, count in enumerate(counts, 1):
        for _ in range(count):
            yield left.pop(0), format(code, f"0{length}b")
            code += 1
        code *= 2


def _magnitude(value: int) -> tuple[int, str]:
    size = abs(value).bit_length()
    return size, format(value if value > 0 else value + 2**size - 1, f"0{size}b") if size else ""


def _block(values: Sequence[int], difference: int, words: dict[tuple[int, int], str]) -> str:
    size, bits = _magnitude(difference)
    text = words[0, size] + bits
    run = 0
    last = max((index for index in range(1, 64) if values[index]), default=0)
    for index in range(1, last + 1):
        if not values[index]:
            run += 1
            continue
        if run >= 16:
            text += words[1, ZRL] * (run // 16)
        size, bits = _magnitude(values[index])
        text += words[1, (run % 16) << 4 | size] + bits
        run = 0
    return text if last == 63 else text + words[1, EOB]


def _segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body


def _data(plan: Plan, number: int, coefficients: Sequence[Coefficients]) -> bytes:
    scan = plan.scans[number]
    units = plan.order(scan)
    each = plan.interval(number) or len(units)
    words = {(kind, s): w for kind, table in enumerate(plan.tables(number)) for s, w in _words(table)}
    pieces = []
    for index, start in enumerate(range(0, len(units), each)):
        text = ""
        last = dict.fromkeys(scan, 0)
        for component, y, x in itertools.chain.from_iterable(units[start : start + each]):
            values = [int(value) for value in coefficients[component][y, x]]
            text += _block(values, values[0] - last[component], words)
            last[component] = values[0]
        text += "1" * (-len(text) % 8)
        data = bytes(int(text[at : at + 8], 2) for at in range(0, len(text), 8))
        marker = bytes([0xFF, 0xD0 + (index - 1) % 8]) if index else b""
        pieces.append(marker + data.replace(b"\xff", b"\xff\x00"))
    return b"".join(pieces)


def write_jpeg(plan: Plan, coefficients: Sequence[Coefficients]) -> bytes:
    """Write a stream; ``coefficients`` by component, of `Plan.shape`, in zigzag order, already quantised."""
    wide = plan.precision == 12
    steps = _segment(0xDB, bytes([0x10 if wide else 0]) + plan.step.to_bytes(2 if wide else 1, "big") * 64)
    frame = bytes([plan.precision]) + plan.rows.to_bytes(2, "big") + plan.columns.to_bytes(2, "big")
    frame += bytes([len(plan.factors)])
    frame += b"".join(bytes([index + 1, h << 4 | v, 0]) for index, (h, v) in enumerate(plan.factors))
    pieces = [b"\xff\xd8", plan.extra, steps, _segment(0xC1 if wide else 0xC0, frame)]
    for number, scan in enumerate(plan.scans):
        if plan.renews or not number:
            dc, ac = plan.tables(number)
            pieces += [_segment(0xC4, b"\x00" + b"".join(dc)), _segment(0xC4, b"\x10" + b"".join(ac))]
            pieces += [_segment(0xDD, plan.interval(number).to_bytes(2, "big"))]
        header = bytes([len(scan)]) + b"".join(bytes([component + 1, 0]) for component in scan) + b"\x00\x3f\x00"
        pieces += [_segment(0xDA, header), _data(plan, number, coefficients)]
        if plan.dnl and not number:
            pieces.append(_segment(0xDC, plan.rows.to_bytes(2, "big")))
    return b"".join([*pieces, b"\xff\xd9"])


def random_coefficients(plan: Plan, *, seed: int, density: float = 0.15) -> list[Coefficients]:
    """Coefficients of noise inside the range of samples; ``density`` is the share of those that are not 0."""
    rng = np.random.default_rng(seed)
    limit = 1 << (plan.precision - 1)
    found = []
    for component in range(len(plan.factors)):
        shape = plan.shape(component)
        values = rng.integers(-limit // 32, limit // 32 + 1, shape) * (rng.random(shape) < density)
        values[..., 0] = rng.integers(-limit // 2, limit // 2, shape[:2])
        values[..., 63] += rng.random(shape[:2]) < density  # some blocks end without an end-of-block code
        found.append(values)
    return found


def blackened(
    plan: Plan, coefficients: Sequence[Coefficients], *, hits: npt.NDArray[np.bool_], fill: Sequence[int]
) -> list[Coefficients]:
    """Coefficients after redaction of the MCUs ``hits`` (rows, columns of `Plan.units`), for a DC step of 8."""
    assert plan.step == 8
    found = []
    for component, values in enumerate(coefficients):
        across, down = (1, 1) if len(plan.factors) == 1 else plan.factors[component]
        hit = np.repeat(np.repeat(hits, down, axis=0), across, axis=1)
        values = np.where(hit[..., np.newaxis], 0, values)
        values[..., 0] = np.where(hit, fill[component] - (1 << (plan.precision - 1)), values[..., 0])
        found.append(values)
    return found
