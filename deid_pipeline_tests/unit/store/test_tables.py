"""Shards of the vault's tables."""

from __future__ import annotations

import os
from pathlib import Path
from typing import get_type_hints

import pytest

from deid_pipeline.model import CheckResult, ElementRow, TextRegion
from deid_pipeline.store import TABLES, read_shard, read_stamp, remove_shard, shard_keys, shard_path, write_shard
from deid_pipeline.store.tables import columns

REGION = TextRegion("st-1", "a/b.dcm", None, 2, 1, 2, 3, 4, "Müller 王", "rapid", 0.5, True, "NAME", "header")
CRASHED = CheckResult("st-1", "dicom/x.dcm", "text_removed", None, "crashed: ValueError")

DESIGNED = {
    "source_files": "partition_key source_path source_sha256 size_bytes kind transfer_syntax_uid modality "
    "study_instance_uid series_instance_uid sop_instance_uid status reason",
    "elements": "partition_key source_path tag_path tag vr keyword private_creator value",
    "text_regions": "partition_key source_path frame_index level left_px top_px right_px bottom_px text engine "
    "read_score is_phi entity reason",
    "element_changes": "partition_key source_path tag_path action rule",
    "uid_map": "partition_key purpose original original_hmac pseudonym",
    "patient_map": "partition_key purpose original original_hmac pseudonym",
    "output_files": "partition_key source_path output_path output_sha256 status frames_redacted",
    "check_results": "partition_key output_path check passed detail",
}


@pytest.mark.parametrize(("table", "names"), DESIGNED.items())
def test_every_table_has_the_columns_of_the_fixed_interface(table: str, names: str) -> None:
    assert set(names.split()) <= set(columns(table))


def test_rows_come_back_as_they_were_with_none_and_any_script(tmp_path: Path) -> None:
    assert write_shard(tmp_path, "text_regions", "st-1", iter([REGION, REGION])) == 2
    write_shard(tmp_path, "check_results", "st-1", [CRASHED])
    assert read_shard(tmp_path, "text_regions", "st-1") == [REGION, REGION]
    assert read_shard(tmp_path, "check_results", "st-1") == [CRASHED]


def test_columns_are_in_the_order_of_the_fields(tmp_path: Path) -> None:
    from pyarrow import parquet

    for table, record in TABLES.items():
        write_shard(tmp_path, table, "st-1", [])
        names = parquet.read_schema(shard_path(tmp_path, table, "st-1")).names
        assert names == list(get_type_hints(record))


def test_no_rows_make_a_shard_and_no_shard_gives_no_rows(tmp_path: Path) -> None:
    assert read_shard(tmp_path, "elements", "st-1") == []
    assert read_stamp(tmp_path, "elements", "st-1") is None
    write_shard(tmp_path, "elements", "st-1", [], stamp="abc")
    assert read_shard(tmp_path, "elements", "st-1") == []
    assert read_stamp(tmp_path, "elements", "st-1") == "abc"


def test_writing_again_replaces_the_rows_and_the_stamp(tmp_path: Path) -> None:
    write_shard(tmp_path, "text_regions", "st-1", [REGION], stamp="one")
    write_shard(tmp_path, "text_regions", "st-1", [], stamp="two")
    assert read_shard(tmp_path, "text_regions", "st-1") == []
    assert read_stamp(tmp_path, "text_regions", "st-1") == "two"


def test_an_interrupted_write_leaves_the_old_shard_and_nothing_else(tmp_path: Path) -> None:
    write_shard(tmp_path, "text_regions", "st-1", [REGION], stamp="one")

    def rows() -> object:
        yield REGION
        raise InterruptedError

    with pytest.raises(InterruptedError):
        write_shard(tmp_path, "text_regions", "st-1", rows(), stamp="two")  # type: ignore[arg-type]
    assert read_stamp(tmp_path, "text_regions", "st-1") == "one"
    assert [path.name for path in (tmp_path / "text_regions").iterdir()] == ["st-1.parquet"]


def test_more_rows_than_one_batch(tmp_path: Path) -> None:
    rows = [ElementRow("st-1", "x", "(0008,0060)", "00080060", "CS", "Modality", "", str(n)) for n in range(70_000)]
    write_shard(tmp_path, "elements", "st-1", rows)
    assert read_shard(tmp_path, "elements", "st-1") == rows


def test_files_and_folders_are_private_under_any_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write_shard(tmp_path / "deep" / "vault", "elements", "st-1", [])
    finally:
        os.umask(before)
    path = shard_path(tmp_path / "deep" / "vault", "elements", "st-1")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert path.parent.parent.stat().st_mode & 0o777 == 0o700


def test_keys_are_listed_sorted_without_leftovers_and_removed(tmp_path: Path) -> None:
    for key in ("st-2", "st-1"):
        write_shard(tmp_path, "elements", key, [])
    (tmp_path / "elements" / ".st-3.parquet.x.part").touch()
    assert shard_keys(tmp_path, "elements") == ["st-1", "st-2"]
    remove_shard(tmp_path, "elements", "st-1")
    remove_shard(tmp_path, "elements", "st-1")
    assert shard_keys(tmp_path, "elements") == ["st-2"]


@pytest.mark.parametrize("key", ["", "../x", "a/b", ".hidden", "a b", "x" * 200])
def test_a_key_cannot_leave_its_table(tmp_path: Path, key: str) -> None:
    with pytest.raises(ValueError, match="partition key"):
        write_shard(tmp_path, "elements", key, [])
    with pytest.raises(ValueError, match="no table"):
        read_shard(tmp_path, "nothing", "st-1")


def test_a_shard_of_an_older_version_is_read_with_none_for_what_it_lacks(tmp_path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    path = shard_path(tmp_path, "check_results", "st-1")
    path.parent.mkdir()
    parquet.write_table(pa.table({"partition_key": ["st-1"], "check": ["markers"], "gone": [1]}), path)
    assert read_shard(tmp_path, "check_results", "st-1") == [CheckResult("st-1", None, "markers", None, None)]  # type: ignore[arg-type]
