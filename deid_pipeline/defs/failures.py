"""The one broad except: what was not expected becomes an error that Dagster may store and show.

What belongs here: the border between a stage and Dagster, which keeps messages, chained causes and stack traces for
ever and shows them without a login. What does not: errors of single instances, which the stages turn into records.
"""

from __future__ import annotations

import traceback
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from deid_pipeline.errors import DeidError
from deid_pipeline.store import write_private

ResultT = TypeVar("ResultT")


class StageFailedError(DeidError):
    """A stage ended with an unexpected exception; the message names stage, partition key and exception class."""


def contained(stage: str, work: Callable[[], ResultT], *, vault: Path | None, partition_key: str = "") -> ResultT:
    """Return what ``work()`` returns; let no error out but those whose message, cause and context are safe to show.

    Details of an unexpected exception go to ``V/errors/<id>.txt`` (mode 0600); with ``vault`` None they are dropped.

    Raises
    ------
    DeidError
        As it was raised inside, without its cause and context.
    StageFailedError
        For every other exception.
    BaseException
        An interruption, as it came, without what it interrupted.
    """
    # No context manager: what one raises has the original as its context. Here nothing is being handled any more.
    outcome: BaseException
    try:
        return work()
    except DeidError as error:
        outcome = _bare(error)
    except Exception as error:  # noqa: BLE001  # the one place
        place = _write_details(error, stage, partition_key, vault)
        where = f" on {partition_key}" if partition_key else ""
        outcome = StageFailedError(f"{stage} failed{where}: {type(error).__name__}{place}")
    except BaseException as interruption:  # noqa: BLE001  # raised again below
        outcome = _bare(interruption)
    raise outcome


def _bare(error: BaseException) -> BaseException:
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)


def _write_details(error: Exception, stage: str, partition_key: str, vault: Path | None) -> str:
    if vault is None or not vault.is_dir():
        return ""
    name = uuid.uuid4().hex[:12]
    text = "".join(traceback.format_exception(error))
    try:
        write_private(vault / "errors" / f"{name}.txt", f"{stage} {partition_key}\n{text}".encode(errors="replace"))
    except OSError:
        return " (its details could not be written to the vault)"
    return f" (details in the vault: errors/{name}.txt)"
