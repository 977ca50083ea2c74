"""Writing JPEG blocks, most of them of a DC coefficient alone (ITU-T T.81 F.1.2).

What belongs here: bits on their way out, and the codes for them. What does not: reading blocks (``jpeg_blocks``), what
a Huffman table means (``jpeg_huffman``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from deid_pipeline.codecs.jpeg_huffman import code_words, dht_segment, with_symbols
from deid_pipeline.codecs.jpeg_stream import HuffmanTable, ScanComponent
from deid_pipeline.errors import ResidualRiskError

_DC, _AC, _EOB, _ZRL = 0, 1, 0x00, 0xF0
_LONGEST_RUN = 15


@dataclass(slots=True)
class BitWriter:
    """Collects bits, first to last."""

    _bytes: bytearray = field(default_factory=bytearray)
    _rest: int = 0
    _rest_bits: int = 0

    @property
    def length(self) -> int:
        """Bits written so far."""
        return 8 * len(self._bytes) + self._rest_bits

    def write(self, value: int, bits: int) -> None:
        """Append the low ``bits`` bits of a number that has no others."""
        value |= self._rest << bits
        bits += self._rest_bits
        self._rest_bits = bits % 8
        self._bytes += (value >> self._rest_bits).to_bytes(bits // 8, "big")
        self._rest = value & (1 << self._rest_bits) - 1

    def copy(self, source: bytes, start: int, end: int) -> None:
        """Append the bits ``start:end`` of a string of bytes."""
        if start < end:
            value = int.from_bytes(source[start // 8 : (end + 7) // 8], "big") >> -end % 8
            self.write(value & (1 << end - start) - 1, end - start)

    def append(self, other: BitWriter, *, times: int) -> None:
        """Append all bits of another writer, again and again."""
        whole = BitWriter()
        for _ in range(8):
            whole.write(int.from_bytes(other._bytes, "big"), 8 * len(other._bytes))
            whole.write(other._rest, other._rest_bits)
        self.write(int.from_bytes(bytes(whole._bytes) * (times // 8), "big"), times // 8 * whole.length)
        for _ in range(times % 8):
            self.write(int.from_bytes(other._bytes, "big"), 8 * len(other._bytes))
            self.write(other._rest, other._rest_bits)

    def finish(self) -> bytes:
        """Fill the last byte with ones; all bytes."""
        spare = -self.length % 8
        self.write((1 << spare) - 1, spare)
        return bytes(self._bytes)


class BlockCoder:
    """Writes blocks and DC differences with the tables of one scan, extended where they lack a code.

    Parameters
    ----------
    components
        The components of the scan.
    levels
        DC coefficients of plain blocks, by colour and component of the scan.
    precision
        Bits of a sample; DC differences have up to 3 bits more (T.81 F.1.2.1.2).
    drawn
        Contents behind the colours: the blocks of a MCU, each of 64 quantised coefficients in zigzag order. Of those
        beside the first, coefficients for which a table has neither a code nor room for one are left out.
    """

    def __init__(
        self,
        components: Sequence[ScanComponent],
        levels: Sequence[Sequence[int]],
        *,
        precision: int,
        drawn: Sequence[Sequence[Sequence[int]]] = (),
    ) -> None:
        self._slots = [slot for slot, one in enumerate(components) for _ in range(one.blocks[0] * one.blocks[1])]
        self._drawn = dict(enumerate(drawn, start=len(levels)))
        ends = [{slot: block[0] for slot, block in zip(self._slots, blocks, strict=True)} for blocks in drawn]
        self.levels = (*map(tuple, levels), *(tuple(end[slot] for slot in range(len(components))) for end in ends))
        self._components = tuple(components)
        self._known: dict[tuple[int, int], HuffmanTable] = {}
        self._extended: dict[tuple[int, int], HuffmanTable] = {}
        self._added: dict[tuple[int, int], HuffmanTable] = {}
        for slot, component in enumerate(components):
            symbols = self._symbols_of(slot)
            self._extend((_DC, component.dc_table), component.dc, wanted=range(precision + 4))
            self._extend((_AC, component.ac_table), component.ac, wanted=(_EOB, *sorted(symbols - {_EOB})))
        self._words = {place: code_words(table) for place, table in self._extended.items()}

    def _extend(self, place: tuple[int, int], table: HuffmanTable, *, wanted: Sequence[int]) -> None:
        self._known[place] = table
        table = self._extended.get(place, table)
        self._extended[place] = with_symbols(table, wanted) or with_symbols(table, wanted[:1]) or table

    def _symbols_of(self, slot: int) -> set[int]:
        """The AC symbols that all drawn blocks of a component take."""
        return {
            symbol
            for blocks in self._drawn.values()
            for at, block in zip(self._slots, blocks, strict=True)
            if at == slot
            for symbol in _symbols(block)
        }

    def _code(self, place: tuple[int, int], symbol: int) -> tuple[int, int]:
        """Code of a symbol and its length in bits; remembers the table when the stream's own lacks it."""
        found = self._words[place].get(symbol)
        if found is None:
            raise ResidualRiskError("the tables of a JPEG stream have no room for the codes of a fill")
        if symbol not in self._known[place].symbols:
            self._added[place] = self._extended[place]
        return found

    def write_difference(self, writer: BitWriter, slot: int, *, difference: int) -> None:
        """Write a DC difference of a component of the scan.

        Raises
        ------
        ResidualRiskError
            The table has neither a code for it nor room for one.
        """
        size = abs(difference).bit_length()
        writer.write(*self._code((_DC, self._components[slot].dc_table), size))
        writer.write(difference if difference >= 0 else difference + (1 << size) - 1, size)

    def write_units(self, writer: BitWriter, *, predictors: Sequence[int], count: int, colour: int) -> None:
        """Write MCUs of one colour in a row; ``predictors`` are the DC coefficients before them, by component.

        Raises
        ------
        ResidualRiskError
            As `write_difference`.
        """
        if colour in self._drawn:
            self._write_drawn(writer, predictors, self._drawn[colour])
            return
        for unit in range(min(count, 2)):
            same = BitWriter()
            for slot, component in enumerate(self._components):
                for block in range(component.blocks[0] * component.blocks[1]):
                    jump = self.levels[colour][slot] - predictors[slot] if unit == block == 0 else 0
                    self.write_difference(same, slot, difference=jump)
                    same.write(*self._code((_AC, component.ac_table), _EOB))
            writer.append(same, times=count - 1 if unit else 1)

    def _write_drawn(self, writer: BitWriter, predictors: Sequence[int], blocks: Sequence[Sequence[int]]) -> None:
        """Write one MCU of a picture."""
        before = list(predictors)
        for slot, block in zip(self._slots, blocks, strict=True):
            self.write_difference(writer, slot, difference=block[0] - before[slot])
            before[slot] = block[0]
            place = (_AC, self._components[slot].ac_table)
            known, run = self._words[place], 0
            for value in block[1:]:
                size = abs(value).bit_length()
                skipped, rest = divmod(run, _LONGEST_RUN + 1)
                symbol = rest << 4 | size
                if value == 0 or symbol not in known or (skipped and _ZRL not in known):
                    run += 1
                    continue
                for _ in range(skipped):
                    writer.write(*self._code(place, _ZRL))
                writer.write(*self._code(place, symbol))
                writer.write(value if value > 0 else value + (1 << size) - 1, size)
                run = 0
            if run:
                writer.write(*self._code(place, _EOB))

    def added_tables(self) -> list[bytes]:
        """DHT segments for the tables that got new codes which were written."""
        return [
            dht_segment(table, kind=kind, destination=destination)
            for (kind, destination), table in sorted(self._added.items())
        ]


def _symbols(block: Sequence[int]) -> set[int]:
    """The AC symbols that a block takes: runs of zeros with the size of what follows them (T.81 F.1.2.2.1)."""
    found, run = set(), 0
    for value in block[1:]:
        if value == 0:
            run += 1
            continue
        if run > _LONGEST_RUN:
            found.add(_ZRL)
        found.add(run % (_LONGEST_RUN + 1) << 4 | abs(value).bit_length())
        run = 0
    return found
