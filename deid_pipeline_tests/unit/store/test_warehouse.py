"""The DuckDB roll-up."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from deid_pipeline.model import CheckResult, LandingFile, OutputFile, StageTiming
from deid_pipeline.store import TABLES, build_warehouse, shard_path, write_shard
from deid_pipeline.store.tables import columns


def output(key: str, path: str, status: str, reason: str = "") -> OutputFile:
    return OutputFile(key, path, "s", f"dicom/{path}", "o", status, reason, 10, 2, 1000, "stamp")


def landing(key: str, path: str, status: str, reason: str = "") -> LandingFile:
    return LandingFile(path, 500, 1, "dicom", key, status, reason)


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    write_shard(
        tmp_path, "output_files", "st-1", [output("st-1", "a", "released"), output("st-1", "b", "held", "text")]
    )
    write_shard(tmp_path, "output_files", "st-2", [output("st-2", "c", "held", "text")])
    files = [landing("st-1", "a", "new"), landing("st-1", "b", "new"), landing("st-2", "c", "new")]
    write_shard(tmp_path, "landing_files", "all", [*files, landing("", "d", "quarantined", "truncated")])
    checks = [CheckResult("st-1", "x", "markers", passed, "") for passed in (True, False, None)]
    write_shard(tmp_path, "check_results", "st-1", checks)
    write_shard(tmp_path, "run_timings", "st-1", [StageTiming("st-1", "ingest", 2.0, 3, 4_000_000)])
    return tmp_path


def rows(warehouse: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_every_table_is_there_with_its_columns_before_any_shard(tmp_path: Path) -> None:
    warehouse = build_warehouse(tmp_path / "vault")
    for table in TABLES:
        found = [str(row[0]) for row in rows(warehouse, f'DESCRIBE "{table}"')]
        assert found == list(columns(table))
    assert warehouse.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in warehouse.parent.iterdir()] == ["warehouse.duckdb"]


def test_tables_hold_the_rows_of_all_shards(vault: Path) -> None:
    assert rows(build_warehouse(vault), "SELECT count(*), sum(frames) FROM output_files") == [(3, 30)]


def test_views_sum_up_partitions_reasons_checks_and_speed(vault: Path) -> None:
    warehouse = build_warehouse(vault)
    summary = "SELECT partition_key, files, released, held, output_bytes, frames_redacted FROM study_summary ORDER BY 1"
    assert rows(warehouse, summary) == [("st-1", 2, 1, 1, 2000, 4), ("st-2", 1, 0, 1, 1000, 2)]
    held = "SELECT status, reason, files, partitions FROM held_files"
    assert rows(warehouse, held) == [("held", "text", 2, 2), ("quarantined", "truncated", 1, 1)]
    assert rows(warehouse, "SELECT * FROM check_summary") == [("markers", 3, 1, 1, 1)]
    assert rows(warehouse, "SELECT megabytes_per_second FROM stage_speed") == [(2.0,)]
    outcomes = "SELECT source_path, output_path, status FROM file_outcomes ORDER BY 1 DESC LIMIT 2"
    assert rows(warehouse, outcomes) == [("d", "", "quarantined"), ("c", "dicom/c", "held")]


def test_building_again_while_another_process_reads_the_old_one(vault: Path) -> None:
    warehouse = build_warehouse(vault)
    script = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1], read_only=True); print('open', flush=True);"
        "sys.stdin.readline(); print(c.execute('SELECT count(*) FROM output_files').fetchone()[0])"
    )
    command = [sys.executable, "-c", script, str(warehouse)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "open\n"
        write_shard(vault, "output_files", "st-3", [output("st-3", "e", "released")])
        build_warehouse(vault)
        assert rows(warehouse, "SELECT count(*) FROM output_files") == [(4,)]
        assert reader.communicate("\n")[0] == "3\n"


def test_a_dead_writers_log_does_not_meet_the_new_file(vault: Path) -> None:
    (vault / "warehouse.duckdb.wal").write_bytes(b"left over")
    assert rows(build_warehouse(vault), "SELECT count(*) FROM output_files") == [(3,)]
    assert not (vault / "warehouse.duckdb.wal").exists()


def test_shards_of_another_version_are_taken_in_as_far_as_they_fit(vault: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    old = pa.table({"partition_key": ["st-9"], "status": ["released"], "gone": [1]})
    parquet.write_table(old, shard_path(vault, "output_files", "st-9"))
    found = rows(build_warehouse(vault), "SELECT status, frames FROM output_files WHERE partition_key = 'st-9'")
    assert found == [("released", None)]


def test_a_view_that_fails_leaves_the_old_warehouse(vault: Path, tmp_path: Path) -> None:
    build_warehouse(vault)
    folder = tmp_path / "views"
    folder.mkdir()
    (folder / "bad.sql").write_text("CREATE VIEW v AS SELECT nothing FROM nowhere")
    with pytest.raises(duckdb.Error):
        build_warehouse(vault, folder)
    assert rows(vault / "warehouse.duckdb", "SELECT count(*) FROM output_files") == [(3,)]
    assert not list(vault.glob(".warehouse-*"))
