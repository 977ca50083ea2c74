"""Tables of replacement values that the author of a strategy brings.

What belongs here: reading a table once and finding a value in it. What does not: writing the value into an element.

A table is *wide*: a key column and one column for each element, headed by its tag (``00100020``, ``(0010,0020)``) or
keyword (``PatientID``); or *long*: a key column and the columns ``tag`` and ``value``. The key column is headed by the
kind of key (``path``, ``file_name``, ``sop_uid``, ``patient``). In DuckDB files the table is named after the kind of
key, or is the only one. An empty cell is an empty value; NULL is no value.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

from deid_pipeline.actions.protocol import InstanceContext
from deid_pipeline.errors import StrategyError

_TAG = re.compile(r"\(?([0-9a-f]{4}),? ?([0-9a-f]{4})\)?", re.IGNORECASE)
Rows = tuple[Sequence[str], Iterable[Sequence[Any]]]  # headings, rows


@dataclass(frozen=True)
class MappingTable:
    """Values by key and tag."""

    kind: str
    values: Mapping[str, Mapping[int, str]] = field(repr=False)

    def find(self, context: InstanceContext, tag: int) -> str | None:
        """The value for an element of an instance; None when the table has none, "" when it is to be empty."""
        for key in _KEYS[self.kind](context):
            row = self.values.get(key)
            if row is not None:
                return row.get(tag)
        return None


def _paths(context: InstanceContext) -> Iterable[str]:
    """The source path, then its endings from the longest down to folder and file name."""
    path = PurePosixPath(context.source_path)
    yield path.as_posix()
    parts = [part for part in path.parts if part != "/"]
    for start in range(len(parts) - 1):
        yield "/".join(parts[start:])


_KEYS: dict[str, Callable[[InstanceContext], Iterable[str]]] = {
    "path": _paths,
    "file_name": lambda context: (PurePosixPath(context.source_path).name,),
    "sop_uid": lambda context: (context.sop_instance_uid,),
    "patient": lambda context: (context.patient_id.strip(),),
}
KINDS = tuple(_KEYS)


def load_table(path: Path, kind: str) -> MappingTable:
    """Read a table; read again only when the file has changed.

    Raises
    ------
    StrategyError
        The file is not there, is no CSV, Parquet or DuckDB file, has no key column or no column for an element, or
        gives two different values for one key and element.
    """
    try:
        state = path.stat()
    except OSError:
        raise StrategyError("the table of replaceWithMapping is not there", file=path) from None
    return _loaded(path, kind, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=16)
def _loaded(path: Path, kind: str, _changed: int, _size: int) -> MappingTable:
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise StrategyError(f"a table is one of {', '.join(_READERS)}", file=path)
    headings, rows = reader(path, kind)
    names = [heading.strip() for heading in headings]
    if kind not in names:
        raise StrategyError(f"the column {kind!r} is missing", file=path)
    key = names.index(kind)
    values: dict[str, dict[int, str]] = {}
    for row in rows:
        held = values.setdefault(_key(kind, _text(row[key])), {})
        for tag, value in _cells(names, row, path):
            if held.setdefault(tag, value) != value:
                raise StrategyError(f"two values for one {kind} and ({tag >> 16:04x},{tag & 0xFFFF:04x})", file=path)
    values.pop("", None)  # an instance that lacks the key has no row
    return MappingTable(kind, values)


def _key(kind: str, text: str) -> str:
    return PurePosixPath(re.sub("^file:/*", "/", text)).as_posix() if kind == "path" and text else text


def _cells(names: Sequence[str], row: Sequence[Any], path: Path) -> Iterable[tuple[int, str]]:
    if {"tag", "value"} <= set(names):
        tag = tag_of(_text(row[names.index("tag")]))
        if tag is None:
            raise StrategyError("a cell of the column 'tag' is no tag", file=path)
        return [(tag, _text(row[names.index("value")]))]
    columns = _columns(tuple(names))
    if not columns:
        raise StrategyError("no column is headed by a tag or keyword", file=path)
    return [(tag, _text(row[index])) for index, tag in columns if row[index] is not None]


@cache
def _columns(names: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    """Index and tag of the columns that are headed by an element."""
    found = ((index, tag_of(name)) for index, name in enumerate(names))
    return tuple((index, tag) for index, tag in found if tag is not None)


def tag_of(text: str) -> int | None:
    """The tag that eight hex digits, ``(gggg,eeee)`` or a keyword of PS3.6 stand for."""
    match = _TAG.fullmatch(text.strip())
    if match:
        return int(match[1] + match[2], 16)
    from pydicom.datadict import tag_for_keyword

    return tag_for_keyword(text.strip())


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell).strip()


def _read_csv(path: Path, kind: str) -> Rows:  # noqa: ARG001
    with path.open(encoding="utf-8-sig", newline="") as stream:
        try:
            rows = list(csv.reader(stream))
        except (UnicodeDecodeError, csv.Error):
            raise StrategyError("not a CSV file in UTF-8", file=path) from None
    if not rows:
        raise StrategyError("the table is empty", file=path)
    for number, row in enumerate(rows, 1):
        if len(row) != len(rows[0]):
            raise StrategyError(f"{len(row)} cells, but {len(rows[0])} headings", file=path, line=number)
    return rows[0], rows[1:]


def _read_parquet(path: Path, kind: str) -> Rows:  # noqa: ARG001
    import pyarrow
    import pyarrow.parquet

    try:
        table = pyarrow.parquet.read_table(path)
    except (pyarrow.ArrowException, OSError):
        raise StrategyError("not a Parquet file", file=path) from None
    names = [str(name) for name in table.column_names]
    return names, zip(*(table.column(name).to_pylist() for name in names), strict=True)


def _read_duckdb(path: Path, kind: str) -> Rows:
    import duckdb

    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            tables = [str(row[0]) for row in connection.execute("SHOW TABLES").fetchall()]
            name = kind if kind in tables else tables[0] if len(tables) == 1 else None
            if name is None:
                raise StrategyError(f"no table is named {kind!r}, and there is not just one", file=path)
            quoted = name.replace('"', '""')
            result = connection.execute(f'SELECT * FROM "{quoted}"')
            return [str(column[0]) for column in result.description or ()], result.fetchall()
    except duckdb.Error:
        raise StrategyError("not a DuckDB file", file=path) from None


_READERS: dict[str, Callable[[Path, str], Rows]] = {
    ".csv": _read_csv,
    ".parquet": _read_parquet,
    ".duckdb": _read_duckdb,
}
