"""Entropy-coded blocks of JPEG: walked, blackened and copied without decoding their coefficients (T.81 annex F).

Codes are walked only to learn where blocks begin and what their DC coefficients are. A hit unit (MCU) becomes blocks
of a DC coefficient alone; since DC coefficients are coded as differences, the first unit behind it gets new
differences; all other bits are copied.

What belongs here: one restart interval. What does not: markers and headers (``jpeg_stream``), what a Huffman table
means (``jpeg_huffman``), writing new codes (``jpeg_coder``), which units are hit (``jpeg_redaction``).
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from deid_pipeline.codecs.jpeg_coder import BitWriter, BlockCoder
from deid_pipeline.codecs.jpeg_huffman import END_OF_BLOCK, WINDOW_BITS, AcCodes, DcCodes, ac_codes, dc_codes
from deid_pipeline.codecs.jpeg_stream import ScanComponent
from deid_pipeline.codecs.samples import damaged
from deid_pipeline.errors import SourceDataError

Run: TypeAlias = tuple[int, int, int]
"""Hit MCUs, half-open, and the index of their colour."""

_CHUNK_BYTES = 1 << 15
_BLOCK_BYTES = 64 * 4  # more than a block takes


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a MCU: its component of the scan (0-based), whether it is that one's first, and how to read it."""

    slot: int
    is_first: bool
    dc: DcCodes
    ac: AcCodes


def blocks_of(components: Sequence[ScanComponent]) -> tuple[Block, ...]:
    """List the blocks of a MCU in their order (T.81 A.2.3)."""
    return tuple(
        Block(slot, place == 0, dc_codes(component.dc), ac_codes(component.ac))
        for slot, component in enumerate(components)
        for place in range(component.blocks[0] * component.blocks[1])
    )


def rewrite_interval(
    data: bytes,
    blocks: Sequence[Block],
    *,
    units: int,
    runs: Sequence[Run],
    coder: BlockCoder,
    to_end: bool = True,
) -> bytes:
    """Rewrite the data between two restart markers.

    Parameters
    ----------
    data
        Entropy-coded data as they lie in the stream.
    blocks
        The blocks of a MCU.
    units
        Number of MCUs in these data.
    runs
        Hit MCUs in order, not overlapping; adjacent ones are of different colours.
    coder
        Writes what takes their place.
    to_end
        Whether to walk the blocks behind the last hit one too, which shows damage there.

    Returns
    -------
    bytes
        New entropy-coded data, padded with ones to whole bytes (T.81 F.1.2.3).

    Raises
    ------
    SourceDataError
        The data hold unknown codes, fewer blocks than they should, or more.
    ResidualRiskError
        As `BlockCoder`.
    """
    bits = data.replace(b"\xff\x00", b"\xff")
    if data.count(b"\xff") != data.count(b"\xff\x00"):
        raise damaged("the data of a JPEG stream contain fill bytes")
    walker = _Walker(bits, [0] * len({block.slot for block in blocks}), spare=_BLOCK_BYTES * (len(blocks) + 1))
    writer = BitWriter()
    copied = walked = 0
    before: Sequence[int] | None = None  # DC coefficients of a run that ends where the next one starts
    for index, (start, end, colour) in enumerate(runs):
        walker.skip(blocks, times=start - walked)
        writer.copy(bits, copied, walker.position)
        coder.write_units(writer, predictors=before or walker.predictors, count=end - start, colour=colour)
        walker.skip(blocks, times=end - start)
        copied, walked, before = walker.position, end, None
        if index + 1 < len(runs) and runs[index + 1][0] == end:
            before = coder.levels[colour]
        elif end < units:
            copied, walked = _write_seam(writer, walker, blocks, coder=coder, colour=colour), end + 1
    behind = 8 * len(bits)
    if to_end or walked == units or _may_pad_twice(bits, writer.length + behind - copied):
        walker.skip(blocks, times=units - walked)
        behind = walker.position
        if bits[(behind + 7) // 8 :].strip(b"\x00\xff"):
            raise damaged("the data of a JPEG stream go on behind its blocks")
    writer.copy(bits, copied, behind)
    return writer.finish().replace(b"\xff", b"\xff\x00")


def _write_seam(writer: BitWriter, walker: _Walker, blocks: Sequence[Block], *, coder: BlockCoder, colour: int) -> int:
    """Copy the MCU behind a hit one, its DC differences counted from the fill; how far the source is copied (bits)."""
    levels = coder.levels[colour]
    copied = walker.position
    for block in blocks:
        if block.is_first:
            writer.copy(walker.bits, copied, walker.position)
            difference, copied = walker.difference(block)
            truth = walker.predictors[block.slot] + difference
            coder.write_difference(writer, block.slot, difference=truth - levels[block.slot])
        walker.skip((block,), times=1)
    return copied


def _may_pad_twice(bits: bytes, length: int) -> bool:
    """Whether padding of the source may be more than a byte together with that of ``length`` new bits.

    Padding looks like coded ones, so that only a walk to the end tells them apart.
    """
    over = length % 8
    return over > 0 and bits[-1] & (1 << over) - 1 == (1 << over) - 1


@dataclass(slots=True)
class _Walker:
    """Walks the blocks of one restart interval.

    ``bits`` are the interval's bytes without stuffing, ``predictors`` the last DC coefficients by component of the
    scan, ``spare`` is more bytes than a MCU takes. A window is the 16 bits that begin at a bit; ``_windows`` holds one
    for each bit of a chunk that starts at bit ``_base`` of the interval. The next block begins at bit ``_at`` of the
    chunk, a MCU may begin up to bit ``_limit``.
    """

    bits: bytes
    predictors: list[int]
    spare: int
    _windows: array[int] = field(default_factory=lambda: array("H"))
    _base: int = 0
    _at: int = 0
    _limit: int = -1

    @property
    def position(self) -> int:
        """Where the next block begins, in bits from the start of the interval."""
        return self._base + self._at

    def skip(self, blocks: Sequence[Block], *, times: int) -> None:
        """Move over a sequence of blocks, again and again.

        Raises
        ------
        SourceDataError
            There is no such code, or the data end before the blocks do.
        """
        predictors = self.predictors
        plan = [
            (block.slot, block.dc.bits, block.dc.values, block.ac.bits, block.ac.steps, block.ac) for block in blocks
        ]
        at, limit, windows = self._at, self._limit, self._windows
        for _ in range(times):
            if at > limit:
                self._at = at
                at, limit, windows = self._load()
            for slot, dc_bits, dc_values, ac_bits, ac_steps, ac in plan:
                window = windows[at]
                length = dc_bits[window]
                if 0 < length <= WINDOW_BITS:
                    predictors[slot] += dc_values[window]
                else:
                    predictors[slot] += _long_difference(windows, at, length=length, size=dc_values[window])
                at += length
                step = 1
                while step < 64:
                    window = windows[at]
                    at += ac_bits[window]
                    step += ac_steps[window]
                if step > 64 and not END_OF_BLOCK < step < END_OF_BLOCK + 64:
                    at = _end_of_block(windows, at - ac_bits[window], step=step - ac_steps[window], ac=ac)
        self._at = at
        if self.position > 8 * len(self.bits):
            raise _cut_off()

    def difference(self, block: Block) -> tuple[int, int]:
        """DC difference of the block that begins here, and the bit behind it; the walker stays."""
        if self._at > self._limit:
            self._load()
        window = self._windows[self._at]
        length, value = block.dc.bits[window], block.dc.values[window]
        if not 0 < length <= WINDOW_BITS:
            value = _long_difference(self._windows, self._at, length=length, size=value)
        return value, self.position + length

    def _load(self) -> tuple[int, int, array[int]]:
        """Make the windows of the chunk that holds the position; behind the data there are ones, which are no code."""
        position = self.position
        if position >= 8 * len(self.bits):
            raise _cut_off()
        start = position // 8
        chunk = self.bits[start : start + _CHUNK_BYTES + self.spare]
        size = min(_CHUNK_BYTES, len(chunk))
        padded = np.frombuffer(chunk.ljust(size + self.spare, b"\xff"), dtype=np.uint8).astype(np.uint32)
        words = padded[:-2] << 16 | padded[1:-1] << 8 | padded[2:]
        windows = (words[:, np.newaxis] >> np.arange(8, 0, -1, dtype=np.uint32)).astype(np.uint16)
        self._windows = array("H", windows.tobytes())
        self._base, self._at, self._limit = 8 * start, position % 8, 8 * size - 1
        return self._at, self._limit, self._windows


def _cut_off() -> SourceDataError:
    return damaged("the data of a JPEG stream end before its blocks do")


def _long_difference(windows: array[int], at: int, *, length: int, size: int) -> int:
    """Read a DC difference that reaches out of its window; code and difference have ``length`` bits (0: no code)."""
    if length == 0:
        raise damaged("the data of a JPEG stream contain an unknown code")
    raw = windows[at + length - size] >> (WINDOW_BITS - size)
    return raw if raw >> (size - 1) else raw - (1 << size) + 1


def _end_of_block(windows: array[int], at: int, *, step: int, ac: AcCodes) -> int:
    """Move over AC codes one by one, where several at once would reach into the next block."""
    while step < 64:
        window = windows[at]
        at += ac.one_bits[window]
        step += ac.one_steps[window]
    if step > 64 and not END_OF_BLOCK < step < END_OF_BLOCK + 64:
        raise damaged("the data of a JPEG stream contain an unknown code or too many coefficients")
    return at
