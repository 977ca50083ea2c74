"""``deidp redact``: given boxes of one file filled, nothing else changed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deid_pipeline.errors import SettingsError

_FILLS = ("solid", "background", "blur")  # a surrogate needs a pseudonym to draw


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("redact")(redact)


def redact(
    source: Annotated[Path, typer.Argument(metavar="IN", help="A DICOM file.")],
    target: Annotated[Path, typer.Argument(metavar="OUT", help="Where the copy goes.")],
    boxes: Annotated[
        Path,
        typer.Option(
            "--boxes",
            help="CSV: frame_index,level,left_px,top_px,right_px,bottom_px; an empty frame or level means all.",
        ),
    ],
    fill: Annotated[str, typer.Option("--fill", help="With what: solid, background or blur.")] = "solid",
) -> None:
    """Fill given boxes of a file and change nothing else. The header stays as it is: the copy can identify people."""
    from deid_pipeline import stages
    from deid_pipeline.defs.quiet import silence_libraries

    if fill not in _FILLS:
        raise SettingsError(f"--fill is one of {', '.join(_FILLS)}")
    if not source.is_file():
        raise SettingsError("IN is not a file")
    silence_libraries()
    stages.redact_file(source.absolute(), target.absolute(), stages.read_boxes(boxes), fill=fill)
