"""``deidp map``: which pseudonym an original has."""

from __future__ import annotations

import csv
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from deid_pipeline.cli import options
from deid_pipeline.errors import SettingsError

COLUMNS = ("id_old", "id_new")


class Mapped(StrEnum):
    """What a map is of."""

    UID = "uid"
    PATIENT = "patient"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("map")(write_map)


def write_map(
    vault: Annotated[Path, typer.Option("--vault", help="The project's vault.")],
    kind: Annotated[Mapped, typer.Option("--kind", help="UIDs or patient ids.")],
    out: Annotated[Path, typer.Option("--out", help="The CSV file to write; it can identify people.")],
    key_file: options.KeyFile = None,
) -> None:
    """Write originals and pseudonyms as `id_old,id_new`, the form MIDI-B takes; needs the project's key."""
    from deid_pipeline.pseudonyms import load_secret
    from deid_pipeline.stages.crosswalk import pairs
    from deid_pipeline.store import replacing

    if not vault.is_dir():
        raise SettingsError("the vault is not there")
    if not out.absolute().parent.is_dir():
        raise SettingsError("the output's folder is not there")
    rows = list(pairs(vault, kind.value, load_secret(key_file)))
    with replacing(out.absolute()) as part, part.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)
