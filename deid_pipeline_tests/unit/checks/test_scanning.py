"""The search for many needles at once."""

from __future__ import annotations

import pytest

from deid_pipeline.checks.scanning import Needle, Scanner
from deid_pipeline.model import Edge


def hits(data: bytes, *needles: Needle, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    return sorted((at, needle.key) for at, needle in Scanner(needles).find(data, start, end))


def test_all_hits_of_all_needles_are_found_in_any_case_also_overlapping() -> None:
    needles = (Needle(b"abcab", Edge.NONE, 0), Needle(b"cab", Edge.NONE, 1), Needle(b"zz", Edge.NONE, 2))
    assert hits(b"xABCabcab..Zz", *needles) == [(1, 0), (3, 1), (4, 0), (6, 1), (11, 2)]


@pytest.mark.parametrize(
    ("edge", "free", "bound"),
    [
        (Edge.LETTER, [b"1doe1", b".doe", b"doe\xc3"], [b"adoe", b"doeS"]),
        (Edge.WORD, [b" doe ", b"_doe-"], [b"1doe", b"doe1", b"doex"]),
        (Edge.DIGIT, [b"adoea", b".doe."], [b"1doe", b"doe9"]),
        (Edge.DIGIT_BEFORE, [b"doe9", b"xdoe"], [b"9doe"]),
        (Edge.UID, [b"doe\0", b"\\doe\\"], [b"1doe", b".doe", b"doe.1", b"doe1"]),
        (Edge.NONE, [b"xdoex", b"1doe1"], []),
    ],
)
def test_edges_decide_by_the_bytes_beside_a_hit(edge: Edge, free: list[bytes], bound: list[bytes]) -> None:
    needle = Needle(b"doe", edge, 0)
    assert all(hits(data, needle) for data in free)
    assert not any(hits(data, needle) for data in bound)


def test_a_range_is_searched_but_bytes_beside_it_decide_about_edges() -> None:
    needle = Needle(b"doe", Edge.WORD, 0)
    assert hits(b"doe doe doe", needle, start=4, end=7) == [(4, 0)]
    assert hits(b"doe xdoe", needle, start=5) == []
    assert hits(b"doe", needle, start=0, end=2) == []


def test_no_needles_and_no_data_give_no_hits() -> None:
    assert hits(b"abc") == []
    assert hits(b"", Needle(b"ab", Edge.NONE, 0)) == []
    assert hits(b"a", Needle(b"ab", Edge.NONE, 0), Needle(b"a", Edge.NONE, 1)) == []
    assert hits(b"ab", Needle(b"ab", Edge.NONE, 0)) == [(0, 0)]


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("before", [0, 1, 2, 5])
def test_utf_16_is_found_in_both_byte_orders_at_any_offset(
    codec: str, before: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deid_pipeline.checks.scanning._CHUNK_BYTES", 7)
    needle = Needle(b"doe\x01", Edge.NONE, 0, b"\0\0\0\x02")
    data = b"x" * before + "DOE\u0201".encode(codec) + b"y" * 9
    assert hits(data, needle) == [(before, 0)]
    assert hits(data.replace(b"\0", b"\1"), needle) == []


def test_a_hit_on_the_border_of_two_chunks_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deid_pipeline.checks.scanning._CHUNK_BYTES", 4)
    needles = (Needle(b"abcdef", Edge.NONE, 0), Needle(b"ef", Edge.NONE, 1))
    assert hits(b"..abcdef..ef", *needles) == [(2, 0), (6, 1), (10, 1)]
