"""``deidp run``: everything new in the landing zone through the assets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from deid_pipeline.cli import options
from deid_pipeline.cli.endings import ExitCode, code_for_counts, say
from deid_pipeline.model import Status

if TYPE_CHECKING:
    from dagster import JobDefinition


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("run")(run)


def run(  # one parameter for each option
    landing: options.Landing = None,
    release: options.Release = None,
    vault: options.Vault = None,
    key_file: options.KeyFile = None,
    strategy: options.Strategy = None,
    workers: options.Workers = None,
    config: options.Config = None,
) -> None:
    """Take every new or changed study in LANDING through the pipeline, as Dagster runs that `deidp ui` shows."""
    from deid_pipeline.cli.terminal import TerminalProgress
    from deid_pipeline.defs.configuration import Draft
    from deid_pipeline.defs.launch import run_pending

    said = Draft(landing, release, vault, key_file, strategy, workers)
    settings = options.settings_from(config, said)
    progress = TerminalProgress()
    try:
        outcome = run_pending(settings, progress=progress, job=_job)
    except KeyboardInterrupt:
        say("interrupted; the next run finishes the work")
        raise typer.Exit(ExitCode.UNEXPECTED) from None
    finally:
        progress.close()
    for status in Status:
        if status in outcome.counts:
            typer.echo(f"{status:<12}{outcome.counts[status]:>8}")
    typer.echo(f"report: {settings.release / 'report' / 'index.html'}")
    if outcome.in_other_hands:
        say(f"{outcome.in_other_hands} studies were left to the deidp ui that is at work on them")
    for message in outcome.failures:
        say(message)
    raise typer.Exit(ExitCode.UNEXPECTED if outcome.failures else code_for_counts(outcome.counts))


def _job(name: str) -> JobDefinition:
    from deid_pipeline.definitions import defs  # only now: what the import says is silenced

    return defs.resolve_job_def(name)
