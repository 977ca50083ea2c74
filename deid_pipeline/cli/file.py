"""``deidp file``: one file through the same stages, without a project and without Dagster."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deid_pipeline.cli import options
from deid_pipeline.cli.endings import ExitCode, say
from deid_pipeline.errors import SettingsError
from deid_pipeline.model import Status


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("file")(file)


def file(
    source: Annotated[Path, typer.Argument(metavar="IN", help="A DICOM file.")],
    target: Annotated[Path, typer.Argument(metavar="OUT", help="Where its de-identified copy goes.")],
    key_file: options.KeyFile = None,
    strategy: options.Strategy = None,
) -> None:
    """De-identify one file; OUT appears only when every check passed."""
    from deid_pipeline import stages
    from deid_pipeline.defs.quiet import silence_libraries

    if not source.is_file():
        raise SettingsError("IN is not a file")
    silence_libraries()
    with options.settings_for_one_file(key_file, strategy) as settings:
        output = stages.deidentify_file(source.absolute(), target.absolute(), stages.open_project(settings))
    if output.status != Status.RELEASED:
        say(f"{output.status}: {output.reason}")
        raise typer.Exit(ExitCode.HELD)
