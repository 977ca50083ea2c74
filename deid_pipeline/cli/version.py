"""``deidp --version``: what is at work here.

What belongs here: this package, the interpreter, and whether header work is compiled. What does not: what a result was
made with, which its evidence says (``stages``).
"""

from __future__ import annotations

import platform
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the option; it stands in place of a command."""
    app.callback()(before_commands)


def version(asked: bool) -> None:
    """Where it was ``asked`` for, print one line for each part and end."""
    if not asked:
        return
    from deid_pipeline import __version__
    from deid_pipeline.dicom import compiled

    header_work = f"pure Python (compiled core: {compiled.why_not})" if compiled.why_not else "compiled"
    typer.echo(f"deidp {__version__}\nPython {platform.python_version()}\nheader work: {header_work}")
    raise typer.Exit


def before_commands(
    shown: Annotated[  # typer calls `version` with it
        bool, typer.Option("--version", callback=version, is_eager=True, help="Say what is at work here.")
    ] = False,
) -> None:
    """Take the options that stand in place of a command."""
