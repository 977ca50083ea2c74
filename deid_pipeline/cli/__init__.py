"""The door for people at a terminal: ``deidp``.

What belongs here: commands, one file each, how they print and which code they end with. What does not: doing anything
to a file (``stages``), Dagster (``defs``). Heavy imports wait until a command needs them: ``deidp --help`` is quick.

Commands, in the order in which a newcomer needs them: `COMMANDS`. Shared: ``options`` (settings from the command
line), ``endings`` (exit codes), ``terminal`` (progress), ``children`` (processes of ``deidp ui``).
"""

from __future__ import annotations

from collections.abc import Sequence

import typer

from deid_pipeline.cli import file, files, init, map, metadata, redact, report, run, strategy, synth, ui, version
from deid_pipeline.cli.endings import ending_with_codes

COMMANDS = (init, run, ui, files, file, metadata, redact, map, strategy, synth, report, version)

app = typer.Typer(
    name="deidp",
    help="De-identify medical images, with proof.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for member in COMMANDS:
    member.register(app)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; ends the process with a code of `endings.ExitCode`."""
    with ending_with_codes():
        command = typer.main.get_command(app)  # and not app(): that would set a hook for exceptions of its own
        command(args=None if arguments is None else list(arguments), prog_name="deidp")


__all__ = ["COMMANDS", "app", "main"]
