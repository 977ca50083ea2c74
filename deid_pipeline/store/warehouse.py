"""The warehouse: one DuckDB file over the shards of all partitions.

What belongs here: building it anew from the shards and the views of ``sql/``. What does not: writing shards
(``tables``). Workers never write DuckDB, which allows one writer only; readers open the file read-only.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from deid_pipeline.store.files import PRIVATE_FILE, make_folder
from deid_pipeline.store.resources import resource_folder
from deid_pipeline.store.tables import TABLES, columns, shard_keys, shard_path

if TYPE_CHECKING:
    import duckdb

WAREHOUSE = "warehouse.duckdb"

_SQL_TYPES = {str: "VARCHAR", int: "BIGINT", float: "DOUBLE", bool: "BOOLEAN", bytes: "BLOB"}


def build_warehouse(vault: Path, sql_folder: Path | None = None) -> Path:
    """Build ``V/warehouse.duckdb`` from all shards into a temporary file that takes its place by one rename.

    A reader that has the old file open keeps reading the old one. Every table exists, with its columns, also when no
    partition has a shard of it yet.

    Parameters
    ----------
    vault
        The vault's folder.
    sql_folder
        Where the views are, one ``.sql`` file each, run in the order of their names; by default the shipped ones.

    Returns
    -------
    Path
        The warehouse.
    """
    import duckdb

    target = make_folder(vault) / WAREHOUSE
    workplace = Path(tempfile.mkdtemp(prefix=".warehouse-", dir=vault))  # 0700, on the vault's filesystem
    try:
        part = workplace / WAREHOUSE
        with duckdb.connect(str(part)) as connection:
            for table in TABLES:
                _fill(connection, vault, table)
            for file in sorted((sql_folder or resource_folder("sql")).glob("*.sql")):
                connection.execute(file.read_text(encoding="utf-8"))
            connection.execute("CHECKPOINT")
        part.chmod(PRIVATE_FILE)
        target.with_name(f"{WAREHOUSE}.wal").unlink(missing_ok=True)  # a dead writer's log must not meet the new file
        part.replace(target)
    finally:
        shutil.rmtree(workplace, ignore_errors=True)
    return target


def _fill(connection: duckdb.DuckDBPyConnection, vault: Path, table: str) -> None:
    """Make one table; columns that older shards lack are NULL, columns they have too many are left out."""
    wanted = columns(table)
    described = ", ".join(f'"{name}" {_SQL_TYPES[kind]}' for name, kind in wanted.items())
    connection.execute(f'CREATE TABLE "{table}" ({described})')
    shards = [str(shard_path(vault, table, key)) for key in shard_keys(vault, table)]
    if not shards:
        return
    relation = "read_parquet(?, union_by_name = true)"
    found = {row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {relation}", [shards]).fetchall()}
    names = ", ".join(f'"{name}"' for name in wanted if name in found)
    connection.execute(f'INSERT INTO "{table}" BY NAME SELECT {names} FROM {relation}', [shards])
