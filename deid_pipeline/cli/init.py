"""``deidp init``: a new project in a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deid_pipeline.errors import SettingsError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("init")(init)


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the project; made when absent.")],
) -> None:
    """Make DIR/deid.yaml, a key, and empty zones landing, vault and release."""
    from deid_pipeline.defs.configuration import FILE_NAME
    from deid_pipeline.pseudonyms import create_key_file

    key, config = folder / "deid.key", folder / FILE_NAME
    # Both are looked at first, so that nothing is written when either is there.
    if key.exists():
        raise SettingsError("a key is already there and is never overwritten: whoever loses it loses every pseudonym")
    if config.exists():
        raise SettingsError(f"{FILE_NAME} is already there and is not overwritten")
    try:
        for zone, mode in (("landing", 0o755), ("vault", 0o700), ("release", 0o755)):
            (folder / zone).mkdir(mode=mode, parents=True, exist_ok=True)
        create_key_file(key)
        config.write_text(_CONFIG, encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"the project cannot be made: {error.strerror}") from None
    typer.echo(f"made {config}; put files into {folder / 'landing'}, then: deidp run --config {config}")


_CONFIG = """\
# A project of deid_pipeline. Paths are taken from this file's folder.
landing: landing    # source files, never written to
release: release    # files that passed every check
vault: vault        # everything that can identify somebody: keep it to yourself
key_file: deid.key  # the secret behind all pseudonyms: back it up, show it to nobody
strategy: basic
workers: 0          # 0: one for each core
"""
