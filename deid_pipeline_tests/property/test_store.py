"""Laws of the store that hold for any rows and lines."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from deid_pipeline.model import TextRegion
from deid_pipeline.store import read_shard, read_stamp, verify_chain, write_evidence, write_shard

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
NUMBER = st.integers(-(2**63), 2**63 - 1)
SCORE = st.floats(allow_nan=False)
REGIONS = st.builds(
    TextRegion, TEXT, TEXT, NUMBER | st.none(), NUMBER | st.none(), NUMBER, NUMBER, NUMBER, NUMBER,
    TEXT, TEXT, SCORE, st.booleans(), TEXT, TEXT,
)  # fmt: skip
LINES = st.lists(st.dictionaries(TEXT.filter(lambda key: key != "previous"), TEXT | NUMBER | st.none(), max_size=4))


@settings(max_examples=30, deadline=None)
@given(rows=st.lists(REGIONS, max_size=5), stamp=TEXT)
def test_any_rows_and_stamp_come_back(rows: list[TextRegion], stamp: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write_shard(Path(folder), "text_regions", "st-1", rows, stamp=stamp)
        assert read_shard(Path(folder), "text_regions", "st-1") == rows
        assert read_stamp(Path(folder), "text_regions", "st-1") == stamp


@settings(max_examples=30, deadline=None)
@given(lines=LINES.filter(bool))
def test_any_lines_make_a_chain_that_verifies_and_is_always_the_same(lines: list[dict[str, object]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        head = write_evidence(Path(folder), "st-1", lines)
        assert (
            head
            == verify_chain(Path(folder) / "evidence" / "st-1.jsonl")
            == write_evidence(Path(folder), "st-1", lines)
        )
