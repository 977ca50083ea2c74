"""Options that several commands share, and the settings they add up to.

What belongs here: option names and their order of precedence. What does not: reading ``deid.yaml`` itself
(``defs.configuration``), checking zones and key (``stages.open_project``).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from deid_pipeline.defs.configuration import Draft, read_config, read_environment
from deid_pipeline.model import Settings

Landing = Annotated[Path | None, typer.Argument(help="Folder with source files; never written to.", show_default=False)]
Release = Annotated[Path | None, typer.Option("--release", help="Folder for files that may be shared.")]
Vault = Annotated[Path | None, typer.Option("--vault", help="Folder for everything that can identify somebody.")]
KeyFile = Annotated[Path | None, typer.Option("--key-file", help="The project's secret (mode 0600); else DEID_KEY.")]
Strategy = Annotated[str | None, typer.Option("--strategy", help="Name of a strategy, or its file. Default: basic.")]
Workers = Annotated[int | None, typer.Option("--workers", min=0, help="Worker processes; 0: one for each core.")]
Config = Annotated[Path | None, typer.Option("--config", help="A deid.yaml; other options overrule it.")]


def settings_from(config: Path | None, said: Draft) -> Settings:
    """Return the settings of ``config`` (else of the environment), overruled by what was ``said`` as options.

    Raises
    ------
    SettingsError
        Something is missing or not valid.
    """
    base = read_environment() if config is None else read_config(config)
    return base.overruled_by(said).settled()


@contextmanager
def settings_for_one_file(key_file: Path | None, strategy: str | None) -> Iterator[Settings]:
    """Give settings with zones that vanish, for commands that work on one file outside a project."""
    with tempfile.TemporaryDirectory(prefix="deidp-") as folder:
        zones = {name: Path(folder) / name for name in ("landing", "release", "vault")}
        zones["landing"].mkdir()
        yield Draft(**zones, key_file=key_file, strategy=strategy, workers=1).settled()
