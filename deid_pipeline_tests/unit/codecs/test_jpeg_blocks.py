from __future__ import annotations

import imagecodecs
import numpy as np
import pytest

from deid_pipeline.codecs import jpeg_blocks
from deid_pipeline.codecs.jpeg_blocks import blocks_of, rewrite_interval
from deid_pipeline.codecs.jpeg_coder import BitWriter, BlockCoder
from deid_pipeline.codecs.jpeg_stream import read_stream
from deid_pipeline.errors import ResidualRiskError, SourceDataError
from deid_pipeline_tests.jpeg_writer import Plan, blackened, even_table, random_coefficients, write_jpeg

WIDE = Plan(8, 8 * 40)


def rewritten(data: bytes, runs: list[tuple[int, int]], *, level: int = -128, to_end: bool = True) -> bytes:
    """Rewrite the only interval of a grey stream; the stream with it and with what tables were added."""
    found = read_stream(data)
    (scan,) = found.scans
    coder = BlockCoder(scan.components, [[level] * len(scan.components)], precision=found.frame.precision)
    interval = rewrite_interval(
        data[scan.starts[0] : scan.ends[0]],
        blocks_of(scan.components),
        units=scan.columns * scan.rows,
        runs=[(*run, 0) for run in runs],
        coder=coder,
        to_end=to_end,
    )
    before = [data[: scan.header], *coder.added_tables(), data[scan.header : scan.starts[0]]]
    return b"".join([*before, interval, data[scan.ends[0] :]])


def expected(plan: Plan, coefficients: list[np.ndarray], runs: list[tuple[int, int]]) -> bytes:
    hits = np.zeros(plan.units(), dtype=bool)
    for start, end in runs:
        hits.reshape(-1)[start:end] = True
    return write_jpeg(plan, blackened(plan, coefficients, hits=hits, fill=(0,) * len(plan.factors)))


@pytest.mark.parametrize("to_end", [True, False])
@pytest.mark.parametrize("runs", [[(0, 1)], [(39, 40)], [(0, 40)], [(3, 5), (6, 7), (30, 39)], [(1, 29)]])
def test_hit_blocks_are_written_and_all_others_stay_bit_for_bit(runs: list[tuple[int, int]], to_end: bool) -> None:
    coefficients = random_coefficients(WIDE, seed=1)
    assert rewritten(write_jpeg(WIDE, coefficients), runs, to_end=to_end) == expected(WIDE, coefficients, runs)


@pytest.mark.parametrize("seed", range(40))
def test_padding_is_never_more_than_seven_bits_whatever_the_last_block_ends_with(seed: int) -> None:
    plan = Plan(8, 24)
    coefficients = random_coefficients(plan, seed=seed)
    coefficients[0][0, 2, 63] = 1  # the data end with a one, as padding does
    found = rewritten(write_jpeg(plan, coefficients), [(0, 1)], to_end=False)
    assert found == expected(plan, coefficients, [(0, 1)])


@pytest.mark.parametrize("chunk", [1, 7, 64, 1 << 15])
def test_chunks_of_any_size_give_the_same(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jpeg_blocks, "_CHUNK_BYTES", chunk)
    plan = Plan(24, 80, ((2, 2), (1, 1), (1, 1)), scans=((0, 1, 2),), precision=12)
    coefficients = random_coefficients(plan, seed=5, density=0.8)
    runs = [(2, 4), (5, 6)]
    assert rewritten(write_jpeg(plan, coefficients), runs, level=-2048) == expected(plan, coefficients, runs)


def test_a_missing_dc_code_is_added_and_old_codes_keep_their_meaning() -> None:
    coefficients = [np.zeros(WIDE.shape(0), dtype=np.int64)]
    plan = Plan(8, 8 * 40, dc=(bytes([1] + [0] * 15), b"\x00"))
    data = write_jpeg(plan, coefficients)
    found = rewritten(data, [(3, 4)])
    added = read_stream(found).scans[0].components[0].dc
    assert found.count(b"\xff\xc4") == data.count(b"\xff\xc4") + 1
    assert (added.counts[0], added.symbols[0], set(added.symbols)) == (1, 0, set(range(12)))
    again = Plan(8, 8 * 40, dc=(added.counts, added.symbols))
    scan, wanted = read_stream(found).scans[0], expected(again, coefficients, [(3, 4)])
    begin, end = read_stream(wanted).scans[0].starts[0], read_stream(wanted).scans[0].ends[0]
    assert found[scan.starts[0] : scan.ends[0]] == wanted[begin:end]


def test_tables_are_not_added_when_the_stream_has_the_codes() -> None:
    coefficients = random_coefficients(WIDE, seed=2)
    plan = Plan(8, 8 * 40, dc=even_table(range(9), longest=6))
    data = write_jpeg(plan, coefficients)
    assert rewritten(data, [(3, 4)]).count(b"\xff\xc4") == data.count(b"\xff\xc4")


def test_a_missing_end_of_block_is_added() -> None:
    plan = Plan(8, 8 * 40, ac=even_table([0x01, 0x02]))
    coefficients = [np.ones(plan.shape(0), dtype=np.int64)]  # no block needs an end
    found = rewritten(write_jpeg(plan, coefficients), [(0, 2)])
    assert read_stream(found).scans[0].components[0].ac.symbols == b"\x01\x02\x00"
    samples = imagecodecs.jpeg8_decode(found)
    assert not samples[:, :16].any()
    whole = imagecodecs.jpeg8_decode(write_jpeg(Plan(8, 8 * 40), coefficients))
    assert np.array_equal(samples[:, 16:], whole[:, 16:])


def test_a_table_without_room_is_refused() -> None:
    plan = Plan(8, 8 * 40, dc=(bytes([2] + [0] * 15), b"\x00\x01"))
    with pytest.raises(ResidualRiskError, match="no room"):
        rewritten(write_jpeg(plan, [np.zeros(plan.shape(0), dtype=np.int64)]), [(3, 4)])


def damaged_data(change: bytes, *, at: int, keep: int | None = None) -> bytes:
    data = write_jpeg(WIDE, random_coefficients(WIDE, seed=4))
    scan = read_stream(data).scans[0]
    body = data[scan.starts[0] : scan.ends[0]]
    body = body[:at] + change + (body[at:] if keep is None else body[at : at + keep])
    return data[: scan.starts[0]] + body + data[scan.ends[0] :]


@pytest.mark.parametrize(
    "data",
    [
        damaged_data(b"", at=60, keep=0),  # ends too early
        damaged_data(b"\xff\x00" * 8, at=60),  # ones are no code
        damaged_data(b"more than this", at=1 << 20),  # goes on behind the last block
    ],
)
def test_damaged_data_are_refused(data: bytes) -> None:
    with pytest.raises(SourceDataError, match="the data of a JPEG stream"):
        rewritten(data, [(1, 2)])


def test_a_last_coefficient_that_reaches_behind_the_data_is_refused() -> None:
    plan = Plan(8, 16)
    coefficients = random_coefficients(plan, seed=1)
    coefficients[0][0, 1, 63] = 200  # no end of block follows
    data = write_jpeg(plan, coefficients)
    with pytest.raises(SourceDataError, match="end before"):
        rewritten(data[:-3] + data[-2:], [(0, 1)])


def test_data_that_end_early_stop_a_walk_at_once() -> None:
    ones_are_codes = {"dc": (bytes([2] + [0] * 15), b"\x01\x00"), "ac": (bytes([2] + [0] * 15), b"\x01\x00")}
    plan = Plan(8, 8, **ones_are_codes)
    scan = read_stream(write_jpeg(plan, [np.zeros(plan.shape(0), dtype=np.int64)])).scans[0]
    coder, units = BlockCoder(scan.components, [[0]], precision=8), 10**9
    with pytest.raises(SourceDataError, match="end before"):
        rewrite_interval(
            b"\xff\x00", blocks_of(scan.components), units=units, runs=[(units - 1, units, 0)], coder=coder
        )


def test_fill_bytes_inside_data_are_refused() -> None:
    found = read_stream(write_jpeg(WIDE, random_coefficients(WIDE, seed=4))).scans[0]
    coder = BlockCoder(found.components, [[0]], precision=8)
    with pytest.raises(SourceDataError, match="fill bytes"):
        rewrite_interval(b"\x00\xff\xff\x00", blocks_of(found.components), units=1, runs=[(0, 1, 0)], coder=coder)


def test_behind_the_last_hit_block_nothing_is_walked_on_demand() -> None:
    data = damaged_data(b"\xff\x00" * 8, at=150)
    with pytest.raises(SourceDataError):
        rewritten(data, [(0, 1)])
    level = next(level for level in range(-60, 60) if _is_rewritten(data, level=level))
    assert rewritten(data, [(0, 1)], level=level, to_end=False)[-40:-2]


def _is_rewritten(data: bytes, *, level: int) -> bool:
    """Whether the length of the fill's code leaves padding that needs no walk to the end."""
    try:
        rewritten(data, [(0, 1)], level=level, to_end=False)
    except SourceDataError:
        return False
    return True


def test_bits_are_written_copied_and_repeated_in_order() -> None:
    writer, pattern = BitWriter(), BitWriter()
    writer.write(0b101, 3)
    writer.copy(bytes([0b11001010, 0b01111111]), 2, 11)
    pattern.write(0b01, 2)
    pattern.write(0b1, 1)
    writer.append(pattern, times=11)
    text = "101" + "001010011" + "011" * 11
    assert writer.length == len(text)
    text += "1" * (-len(text) % 8)
    assert writer.finish() == int(text, 2).to_bytes(len(text) // 8, "big")
