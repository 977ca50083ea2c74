"""How a command ends: exit codes, and one clear line on stderr.

What belongs here: errors to codes. What does not: deciding what is an error.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import IntEnum
from types import TracebackType

from deid_pipeline.errors import (
    DeidError,
    EngineUnavailableError,
    ResidualRiskError,
    SettingsError,
    SourceDataError,
    StrategyError,
)
from deid_pipeline.model import Status

TRACEBACK_VARIABLE = "DEID_TRACEBACK"


class ExitCode(IntEnum):
    """What a calling script can tell apart."""

    DONE = 0  # nothing was held or quarantined
    UNEXPECTED = 1
    USAGE = 2  # a setting, an option or a strategy cannot be used; nothing was written
    HELD = 3  # done, but some files were held or quarantined; or the one file given is such a file


def code_for_counts(counts: Mapping[str, int]) -> ExitCode:
    """Return the code for so many files of each status."""
    held = counts.get(Status.HELD, 0) + counts.get(Status.QUARANTINED, 0)
    return ExitCode.HELD if held else ExitCode.DONE


def code_for_error(error: DeidError) -> ExitCode:
    """Return the code for an error that ended a command."""
    if isinstance(error, (SettingsError, StrategyError, EngineUnavailableError)):
        return ExitCode.USAGE
    return ExitCode.HELD if isinstance(error, (SourceDataError, ResidualRiskError)) else ExitCode.UNEXPECTED


@contextmanager
def ending_with_codes() -> Iterator[None]:
    """Turn errors of this package into one line on stderr and an exit code.

    An unexpected exception ends with code 1 and shows its class only: a library's message may quote a file's content.
    With ``DEID_TRACEBACK=1`` it shows everything.
    """
    sys.excepthook = _show_class_only
    try:
        yield
    except DeidError as error:
        say(str(error))
        sys.exit(code_for_error(error))


def say(message: str) -> None:
    """Print one line to stderr."""
    print(f"deidp: {message}", file=sys.stderr, flush=True)


def _show_class_only(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if os.environ.get(TRACEBACK_VARIABLE) == "1":
        traceback.print_exception(kind, error, trace)
        return
    place = traceback.extract_tb(trace)[-1] if trace is not None else None
    where = f" at {os.path.basename(place.filename)}:{place.lineno}" if place else ""  # noqa: PTH119  # a name only
    say(f"unexpected {kind.__name__}{where} ({TRACEBACK_VARIABLE}=1 shows all of it, also what may identify somebody)")
