"""``deidp synth``: a landing zone made up for trying things."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deid_pipeline.errors import SettingsError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("synth")(synth)


def synth(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Folder to make; empty or absent.")],
    studies: Annotated[int, typer.Option("--studies", min=1, help="How many studies.")] = 8,
    slides: Annotated[int, typer.Option("--slides", min=0, help="How many whole slides; 0 in this version.")] = 0,
    seed: Annotated[int, typer.Option("--seed", help="The same seed makes the same files.")] = 1,
) -> None:
    """Make studies with planted PHI, and the answer key that says where it is."""
    from deid_pipeline.synthesis import write_landing_zone

    if slides:
        raise SettingsError("this version makes no whole slides: --slides 0")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise SettingsError("OUT is there already and is not an empty folder")
    write_landing_zone(out, studies=studies, seed=seed)
