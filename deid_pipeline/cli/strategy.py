"""``deidp strategy``: the rules, in words."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(name="strategy", help="The rules, in words.", no_args_is_help=True, rich_markup_mode=None)
    group.command("list")(list_names)
    group.command("show")(show)
    app.add_typer(group)


def list_names() -> None:
    """List the strategies that come with the package."""
    from deid_pipeline.strategy import names

    for name in names():
        typer.echo(name)


def show(name: Annotated[str, typer.Argument(help="Name of a strategy, or its file.")]) -> None:
    """Say what a strategy does to every element it names."""
    from deid_pipeline.strategy import load

    typer.echo(load(name).describe())
