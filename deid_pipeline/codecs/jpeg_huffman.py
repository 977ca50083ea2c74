"""Huffman codes of JPEG as look-up tables and as bits to write (ITU-T T.81 annexes C and F).

What belongs here: what one table means, for whoever skips, reads or writes its codes, and giving a table codes that it
lacks. What does not: walking a stream of blocks (``jpeg_blocks``), finding the tables (``jpeg_stream``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from deid_pipeline.codecs.jpeg_stream import HuffmanTable

WINDOW_BITS = 16
END_OF_BLOCK = 1024
"""What the end of a block adds to the index of the next coefficient, so that it is told from running over 64."""
_INVALID = 4096
_EOB, _ZRL = 0x00, 0xF0
_MOST_SYMBOLS = 16  # AC codes that fit one window

_Integers = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class DcCodes:
    """By the next 16 bits: bits of a DC code with its difference (0: no code), and the difference.

    Where both need more than 16 bits, ``values`` has the number of bits of the difference instead.
    """

    bits: list[int]
    values: list[int]


@dataclass(frozen=True, slots=True)
class AcCodes:
    """By the next 16 bits: how far AC codes move the position in the stream (bits) and in the block (coefficients).

    ``bits`` and ``steps`` skip as many codes as begin and end in the window, ``one_bits`` and ``one_steps`` the first
    only. A step contains `END_OF_BLOCK` when the last code is the end of the block. Values of coefficients are skipped
    and may reach beyond the window.
    """

    bits: list[int]
    steps: list[int]
    one_bits: list[int]
    one_steps: list[int]


@lru_cache(maxsize=8)
def dc_codes(table: HuffmanTable) -> DcCodes:
    """Make the look-up lists of a DC table."""
    lengths, sizes = _first_code(table)
    known = (lengths > 0) & (sizes <= 15)
    bits = np.where(known, lengths + sizes, 0)
    inside = bits <= WINDOW_BITS
    raw = (_windows() >> np.where(inside, WINDOW_BITS - bits, 0)) & ((1 << sizes.clip(0, 15)) - 1)
    negative = raw < (1 << sizes.clip(1, 15)) >> 1
    values = np.where(negative, raw - (1 << sizes.clip(0, 15)) + 1, raw)
    return DcCodes(bits.tolist(), np.where(inside, values, sizes).tolist())


@lru_cache(maxsize=8)
def ac_codes(table: HuffmanTable) -> AcCodes:
    """Make the look-up lists of an AC table."""
    lengths, symbols = _first_code(table)
    sizes = symbols & 15
    one_bits = np.where(lengths > 0, lengths + sizes, 0).astype(np.int32)
    one_steps = np.where(sizes > 0, (symbols >> 4) + 1, _INVALID).astype(np.int32)
    one_steps[symbols == _ZRL] = 16
    one_steps[symbols == _EOB] = END_OF_BLOCK
    one_steps[lengths == 0] = _INVALID
    bits, steps = one_bits.copy(), one_steps.copy()
    rest = _windows()
    going = np.flatnonzero((bits < WINDOW_BITS) & (steps < END_OF_BLOCK))
    for _ in range(_MOST_SYMBOLS):
        following = (rest[going] << bits[going]) & 0xFFFF
        whole = (lengths[following] > 0) & (bits[going] + lengths[following] <= WINDOW_BITS)
        whole &= one_steps[following] < _INVALID
        going, following = going[whole], following[whole]
        bits[going] += one_bits[following]
        steps[going] += one_steps[following]
        going = going[(bits[going] < WINDOW_BITS) & (steps[going] < END_OF_BLOCK)]
        if not going.size:
            break
    return AcCodes(bits.tolist(), steps.tolist(), one_bits.tolist(), one_steps.tolist())


def _windows() -> _Integers:
    return np.arange(1 << WINDOW_BITS, dtype=np.int32)


def _first_code(table: HuffmanTable) -> tuple[_Integers, _Integers]:
    """By the next 16 bits: length of the first code, 0 where there is none, and its symbol."""
    sizes = [length for length, count in enumerate(table.counts, 1) for _ in range(count)]
    spans = [1 << (WINDOW_BITS - length) for length in sizes]
    lengths = np.zeros(1 << WINDOW_BITS, dtype=np.int32)
    symbols = np.zeros(1 << WINDOW_BITS, dtype=np.int32)
    lengths[: sum(spans)] = np.repeat(np.array(sizes, dtype=np.int32), spans)
    symbols[: sum(spans)] = np.repeat(np.frombuffer(table.symbols, dtype=np.uint8).astype(np.int32), spans)
    return lengths, symbols


def code_words(table: HuffmanTable) -> dict[int, tuple[int, int]]:
    """By symbol: code and its length in bits (T.81 C.2)."""
    return {symbol: (code, length) for symbol, code, length in _words(table)}


def _words(table: HuffmanTable) -> Iterator[tuple[int, int, int]]:
    code, at = 0, 0
    for length, count in enumerate(table.counts, 1):
        for _ in range(count):
            yield table.symbols[at], code, length
            code, at = code + 1, at + 1
        code <<= 1


def with_symbols(table: HuffmanTable, wanted: Sequence[int]) -> HuffmanTable | None:
    """Give a table codes for more symbols while every code that it has stays as it is.

    New codes are longer than, or as long as, the longest one; the code of ones only stays unused.

    Returns
    -------
    HuffmanTable or None
        The same table when it has all of them, None when too few codes are free.
    """
    missing = bytes(symbol for symbol in wanted if symbol not in table.symbols)
    if not missing:
        return table
    longest = max((length for length, count in enumerate(table.counts, 1) if count), default=1)
    free = (1 << longest) - sum(count << (longest - length) for length, count in enumerate(table.counts[:longest], 1))
    for length in range(longest, WINDOW_BITS + 1):
        if (free << (length - longest)) > len(missing):
            counts = bytearray(table.counts)
            if counts[length - 1] + len(missing) > 255:
                return None
            counts[length - 1] += len(missing)
            return HuffmanTable(bytes(counts), table.symbols + missing)
    return None


def dht_segment(table: HuffmanTable, *, kind: int, destination: int) -> bytes:
    """Write a DHT segment of one table; ``kind`` is 0 for DC and 1 for AC (T.81 B.2.4.2)."""
    body = bytes([kind << 4 | destination]) + table.counts + table.symbols
    return b"\xff\xc4" + (len(body) + 2).to_bytes(2, "big") + body
