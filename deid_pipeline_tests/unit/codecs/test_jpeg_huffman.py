from __future__ import annotations

from deid_pipeline.codecs.jpeg_huffman import ac_codes, code_words, dc_codes, dht_segment, with_symbols
from deid_pipeline.codecs.jpeg_stream import HuffmanTable
from deid_pipeline_tests.jpeg_writer import EOB, ac_symbols, even_table

# codes 00, 010, 011, 100, ... of T.81 table K.3
LUMINANCE_DC = HuffmanTable(bytes([0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]), bytes(range(12)))


def test_code_words_are_those_of_the_standards_example() -> None:
    words = code_words(LUMINANCE_DC)
    assert [format(code, f"0{length}b") for code, length in words.values()] == [
        *("00", "010", "011", "100", "101", "110", "1110", "11110", "111110", "1111110", "11111110", "111111110"),
    ]


def test_a_dc_code_gives_its_length_with_the_difference_and_the_difference() -> None:
    codes = dc_codes(LUMINANCE_DC)
    for bits, difference in (("00", 0), ("0100", -1), ("0101", 1), ("01100", -3), ("01111", 3), ("1101000000", None)):
        window = int(bits.ljust(16, "1"), 2)
        if difference is not None:
            assert (codes.bits[window], codes.values[window]) == (len(bits), difference)
    assert codes.bits[0xFFFF] == 0, "ones only are no code"


def test_a_dc_difference_outside_the_window_is_announced_by_its_size() -> None:
    window = int("111111110".ljust(16, "0"), 2)
    assert (dc_codes(LUMINANCE_DC).bits[window], dc_codes(LUMINANCE_DC).values[window]) == (9 + 11, 11)


def test_ac_codes_are_skipped_several_at_once_up_to_the_end_of_the_block() -> None:
    table = HuffmanTable(*even_table([EOB, 0x01, 0x21, 0x0A], longest=4))  # 00, 0100, 0101, 0110
    codes = ac_codes(table)
    window = int("01000" + "01011" + "00" + "0100", 2)
    assert (codes.bits[window], codes.steps[window]) == (12, 1 + 3 + 1024)
    assert (codes.one_bits[window], codes.one_steps[window]) == (5, 1)
    reaching_out = int("01000" + "01011" + "0110" + "00", 2)
    assert (codes.bits[reaching_out], codes.steps[reaching_out]) == (5 + 5 + 4 + 10, 1 + 3 + 1)


def test_new_symbols_leave_all_codes_as_they_are_and_keep_the_code_of_ones_free() -> None:
    table = HuffmanTable(bytes([0, 3] + [0] * 14), bytes([4, 5, 0]))
    extended = with_symbols(table, range(12))
    assert extended is not None
    words = code_words(extended)
    assert code_words(table).items() <= words.items()
    assert set(words) == set(range(12))
    texts = [format(code, f"0{length}b") for code, length in words.values()]
    assert not any(a != b and b.startswith(a) for a in texts for b in texts)
    assert all("0" in text for text in texts)


def test_a_table_that_has_the_symbols_stays_the_same_and_a_full_one_takes_none() -> None:
    assert with_symbols(LUMINANCE_DC, range(12)) is LUMINANCE_DC
    assert with_symbols(HuffmanTable(bytes([2] + [0] * 15), b"\x00\x01"), range(12)) is None
    longest = HuffmanTable(bytes([1] * 16), bytes(range(1, 17)))
    assert with_symbols(longest, [EOB]) is None


def test_a_table_is_written_as_a_segment() -> None:
    counts, symbols = even_table(ac_symbols(8))
    segment = dht_segment(HuffmanTable(counts, symbols), kind=1, destination=2)
    assert segment == b"\xff\xc4" + (2 + 17 + len(symbols)).to_bytes(2, "big") + b"\x12" + counts + symbols
