"""``deidp files``: what became of every source file."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from deid_pipeline.errors import SettingsError

COLUMNS = ("source_path", "output_path", "status", "reason")


class Format(StrEnum):
    """How rows are written."""

    CSV = "csv"
    JSON = "json"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("files")(files)


def files(
    vault: Annotated[Path, typer.Option("--vault", help="The project's vault.")],
    form: Annotated[Format, typer.Option("--format", help="CSV with a head, or one JSON object on each line.")] = (
        Format.CSV
    ),
) -> None:
    """List every source file with its output, status and reason. The list can identify people."""
    if not vault.is_dir():
        raise SettingsError("the vault is not there")
    rows = file_rows(vault)
    if form is Format.JSON:
        for row in rows:
            sys.stdout.write(json.dumps(dict(zip(COLUMNS, row, strict=True)), ensure_ascii=False) + "\n")
        return
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows)


def file_rows(vault: Path) -> Iterator[tuple[str, str, str, str]]:
    """Yield one row for each source file, study by study, then the files that belong to none.

    A file has the status of its output; without one, that of its index entry; without one, that of its first sight.
    """
    from deid_pipeline.store import read_shard, shard_keys

    seen: set[str] = set()
    for key in sorted({*shard_keys(vault, "output_files"), *shard_keys(vault, "source_files")}):
        outputs = read_shard(vault, "output_files", key)
        yield from _new(((o.source_path, o.output_path, o.status, o.reason) for o in outputs), seen)
        sources = read_shard(vault, "source_files", key)
        yield from _new(((s.source_path, "", s.status, s.reason) for s in sources), seen)
    for key in shard_keys(vault, "landing_files"):
        found = read_shard(vault, "landing_files", key)
        yield from _new(((f.source_path, "", f.status, f.reason) for f in found), seen)


def _new(rows: Iterator[tuple[str, str, str, str]], seen: set[str]) -> Iterator[tuple[str, str, str, str]]:
    for row in rows:
        if row[0] not in seen:
            seen.add(row[0])
            yield row
