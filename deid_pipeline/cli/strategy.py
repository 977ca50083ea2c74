"""``deidp strategy``: the rules, in words."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(name="strategy", help="The rules, in words.", no_args_is_help=True, rich_markup_mode=None)
    group.command("list")(list_names)
    group.command("show")(show)
    group.command("explain")(explain)
    group.command("lint")(lint)
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


def explain(
    name: Annotated[str, typer.Argument(help="Name of a strategy, or its file.")],
    tag: Annotated[str, typer.Argument(help="A tag such as (0008,103e), a place, a private element, or a keyword.")],
    vr: Annotated[str, typer.Option("--vr", help="The element's VR, when it is not the one of PS3.6.")] = "",
    sop_class: Annotated[str, typer.Option("--class", help="SOP Class UID: its attribute types decide.")] = "",
) -> None:
    """Say what a strategy does to one element, and why."""
    from functools import partial

    from deid_pipeline import strategy
    from deid_pipeline.dicom import attribute_type

    type_of = partial(attribute_type, sop_class) if sop_class else None
    rules = strategy.load(name)
    typer.echo(strategy.explain(rules, tag, vr=vr.upper(), sop_class_uid=sop_class, type_of=type_of))


def lint(name: Annotated[str, typer.Argument(help="Name of a strategy, or its file.")]) -> None:
    """List what in a strategy is legal but probably not meant; a strategy that cannot be used ends with code 2."""
    from deid_pipeline.strategy import lint as findings_on
    from deid_pipeline.strategy import load

    findings = findings_on(load(name))
    for finding in findings:
        typer.echo(finding)
    typer.echo(f"{len(findings)} findings")
