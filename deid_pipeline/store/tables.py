"""The vault's tables: one Parquet shard for each partition, so that many workers never share a file.

What belongs here: which record makes which table, writing and reading shards. What does not: queries over all shards
(``warehouse``), what the rows mean (``model``), encryption of cells (``pseudonyms``).
"""

from __future__ import annotations

import itertools
import re
import types
import typing
from collections.abc import Iterable, Sequence
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

from deid_pipeline.model import (
    CheckResult,
    CrosswalkEntry,
    Detection,
    ElementChange,
    ElementRow,
    LandingFile,
    OutputFile,
    RebuiltFile,
    SourceFile,
    StageTiming,
    TextRegion,
)
from deid_pipeline.store.files import make_folder, replacing

TABLES: dict[str, Any] = {  # dataclasses and named tuples
    "landing_files": LandingFile,
    "source_files": SourceFile,
    "elements": ElementRow,
    "text_regions": TextRegion,
    "detections": Detection,
    "element_changes": ElementChange,
    "rebuilt_files": RebuiltFile,
    "uid_map": CrosswalkEntry,
    "patient_map": CrosswalkEntry,
    "output_files": OutputFile,
    "check_results": CheckResult,
    "run_timings": StageTiming,
}

_ROWS_AT_ONCE = 65_536
_STAMP = b"deid_stamp"
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")


def shard_path(vault: Path, table: str, key: str) -> Path:
    """Where the shard of one partition is: ``V/<table>/<key>.parquet``.

    Raises
    ------
    ValueError
        There is no such table, or the key is not made of letters, digits, ``-`` and ``_``.
    """
    if table not in TABLES:
        raise ValueError(f"no table is called {table!r}")
    if not _KEY.fullmatch(key):
        raise ValueError("a partition key is made of letters, digits, - and _")
    return vault / table / f"{key}.parquet"


def columns(table: str) -> dict[str, type]:
    """Column names and Python types of a table in the order of its record's fields; every column may hold None."""
    record = TABLES[table]
    hints = typing.get_type_hints(record)
    names = record._fields if issubclass(record, tuple) else [field.name for field in fields(record)]
    return {name: _plain(hints[name]) for name in names}


def write_shard(vault: Path, table: str, key: str, rows: Iterable[Any], *, stamp: str = "") -> int:
    """Write one partition's rows, replacing the shard by one rename.

    Parameters
    ----------
    vault
        The vault's folder; made when absent.
    table, key
        A name of ``TABLES`` and a partition key.
    rows
        Records of the table's class; consumed in batches. None at all still makes a shard with the columns.
    stamp
        Hash of everything the rows depend on, kept beside them for :func:`read_stamp`.

    Returns
    -------
    int
        The number of rows written.
    """
    import pyarrow as pa
    from pyarrow import parquet as pq

    target = shard_path(vault, table, key)
    make_folder(target.parent)
    schema = _schema(table).with_metadata({_STAMP: stamp.encode()})
    written = 0
    with replacing(target) as part, pq.ParquetWriter(part, schema, compression="zstd") as writer:
        source = iter(rows)
        while batch := list(itertools.islice(source, _ROWS_AT_ONCE)):
            cells = {field.name: [getattr(row, field.name) for row in batch] for field in schema}
            writer.write_table(pa.Table.from_pydict(cells, schema=schema))
            written += len(batch)
    return written


def read_shard(vault: Path, table: str, key: str) -> list[Any]:
    """Read one partition's rows as records, in the order written; an empty list when there is no shard.

    Columns that the shard lacks (it was written by an older version) are None; columns it has too many are left out.
    """
    from pyarrow import parquet as pq

    path = shard_path(vault, table, key)
    if not path.is_file():
        return []
    found = pq.ParquetFile(path).read()
    names = list(columns(table))
    values = [found[name].to_pylist() if name in found.column_names else [None] * found.num_rows for name in names]
    record = TABLES[table]
    return [record(*cells) for cells in zip(*values, strict=True)]


def read_stamp(vault: Path, table: str, key: str) -> str | None:
    """The stamp a shard was written with; None when there is no shard."""
    from pyarrow import parquet as pq

    path = shard_path(vault, table, key)
    if not path.is_file():
        return None
    metadata = pq.read_schema(path).metadata or {}
    return str(metadata.get(_STAMP, b"").decode())


def shard_keys(vault: Path, table: str) -> Sequence[str]:
    """The keys of all shards of a table, sorted."""
    return sorted(path.stem for path in (vault / table).glob("*.parquet") if _KEY.fullmatch(path.stem))


def remove_shard(vault: Path, table: str, key: str) -> None:
    """Remove a shard if there is one."""
    shard_path(vault, table, key).unlink(missing_ok=True)


def _plain(hint: Any) -> type:
    """The one type beside None of a field's annotation."""
    choices = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    (plain,) = (choice for choice in choices if choice is not type(None))
    return typing.cast(type, plain)


@cache
def _schema(table: str) -> Any:
    import pyarrow as pa

    kinds = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_(), bytes: pa.binary()}
    return pa.schema([(name, kinds[kind]) for name, kind in columns(table).items()])
