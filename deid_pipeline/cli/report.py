"""``deidp report``: the pages to look at, made anew."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from deid_pipeline.errors import SettingsError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("report")(report)


def report(
    vault: Annotated[Path, typer.Option("--vault", help="The project's vault.")],
    release: Annotated[Path, typer.Option("--release", help="The project's release zone.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for the pages without PHI.")],
) -> None:
    """Write both reports anew, and a copy of the one without PHI to DIR; pictures of originals stay in the vault."""
    from deid_pipeline.reports import write_release_report, write_vault_report

    for zone, name in ((vault, "vault"), (release, "release zone")):
        if not zone.is_dir():
            raise SettingsError(f"the {name} is not there")
    try:
        page = write_release_report(release, vault)
        private_page = write_vault_report(vault)
        if out.resolve() != page.parent.resolve():
            shutil.copytree(page.parent, out, dirs_exist_ok=True)
    except OSError as error:
        raise SettingsError(f"the reports cannot be written: {error.strerror}") from None
    typer.echo(f"report: {out / page.name}")
    typer.echo(f"with pictures of originals, in the vault: {private_page}")
