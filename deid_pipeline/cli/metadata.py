"""``deidp metadata``: what a header says."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from deid_pipeline.errors import SettingsError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("metadata")(metadata)


def metadata(source: Annotated[Path, typer.Argument(metavar="IN", help="A DICOM file.")]) -> None:
    """Write all elements of a file, at every depth, as JSON lines. They can identify people."""
    from deid_pipeline import stages
    from deid_pipeline.defs.quiet import silence_libraries

    if not source.is_file():
        raise SettingsError("IN is not a file")
    silence_libraries()
    for row in stages.read_elements(source):
        shown = {"tag_path": row.tag_path, "vr": row.vr, "keyword": row.keyword, "value": row.value}
        sys.stdout.write(json.dumps(shown, ensure_ascii=False) + "\n")
