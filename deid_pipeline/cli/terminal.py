"""What ``deidp run`` shows while it works: a bar on a terminal, plain lines elsewhere; always on stderr.

What belongs here: progress. What does not: the summary on stdout (``run``).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

from deid_pipeline.model import StageSummary

if TYPE_CHECKING:
    from rich.progress import Progress

    from deid_pipeline.stages import Survey

# Shares of the whole time on a typical study, for the time left; reading text takes most of it.
_SHARES = {"ingest": 0.05, "metadata": 0.05, "detection": 0.6, "reconstruction": 0.15, "validation": 0.15}
_LAST_STAGE = "validation"
_LINE_EVERY_SECONDS = 5.0


@dataclass(slots=True)
class Tally:
    """How far the pending studies are; works out speed and time left.

    ``work`` is in bytes of source files, each counted by the share of the stages that it went through.
    """

    survey: Survey
    clock: Callable[[], float] = time.monotonic
    studies: int = 0
    files: int = 0
    work: float = 0.0
    stage: str = ""
    _started_at: float = field(init=False)
    _in_stage: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        self._started_at = self.clock()

    @property
    def total_studies(self) -> int:
        """Number of pending studies."""
        return len(self.survey.pending)

    @property
    def total_files(self) -> int:
        """Number of files of the pending studies."""
        return sum(self.survey.files[key] for key in self.survey.pending)

    @property
    def total_work(self) -> float:
        """Bytes of the pending studies."""
        return float(sum(self.survey.size_bytes[key] for key in self.survey.pending))

    @property
    def megabytes_per_second(self) -> float:
        """Source bytes through the whole pipeline for each second since the start."""
        return self.work / 1e6 / max(self.clock() - self._started_at, 1e-3)

    @property
    def seconds_left(self) -> float | None:
        """Time left at the speed so far; None while there is no speed."""
        if self.work <= 0:
            return None
        return (self.total_work - self.work) * (self.clock() - self._started_at) / self.work

    def started(self, stage: str) -> None:
        """Count from here what a stage does to one study."""
        self.stage = stage
        self._in_stage = 0.0

    def advanced(self, stage: str, size_bytes: int) -> None:
        """Count bytes that a stage went through."""
        share = _SHARES.get(stage, 0.0) * size_bytes
        self._in_stage += share
        self.work += share

    def finished(self, summary: StageSummary) -> None:
        """Count a study's stage as wholly done, whatever it told on the way."""
        key = summary.partition_key
        self.work += _SHARES.get(summary.stage, 0.0) * self.survey.size_bytes.get(key, 0) - self._in_stage
        self._in_stage = 0.0
        if summary.stage == _LAST_STAGE:
            self.studies += 1
            self.files += self.survey.files.get(key, 0)

    def line(self) -> str:
        """Return everything as one line."""
        return (
            f"studies {self.studies}/{self.total_studies}, files {self.files}/{self.total_files}, "
            f"{self.megabytes_per_second:.1f} MB/s, {_clock_face(self.seconds_left)} left"
        )


class TerminalProgress:
    """Shows a run: a bar when ``stream`` is a terminal, else a line every five seconds at most."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._tally: Tally | None = None
        self._bar: Progress | None = None
        self._said_at = 0.0

    def surveyed(self, survey: Survey) -> TerminalProgress:
        """Begin to show; nothing is shown when nothing is pending."""
        self._tally = Tally(survey)
        if survey.pending and self._stream.isatty():
            self._bar = _bar(self._stream)
            self._bar.start()
            self._bar.add_task("", total=self._tally.total_work, line=self._tally.line(), stage="")
        return self

    def started(self, stage: str, partition_key: str) -> None:  # noqa: ARG002
        """A stage begins with a study."""
        if self._tally is not None:
            self._tally.started(stage)
        self._show()

    def advanced(self, stage: str, files: int, size_bytes: int) -> None:  # noqa: ARG002
        """A stage is so much further with its study."""
        if self._tally is not None:
            self._tally.advanced(stage, size_bytes)
        self._show()

    def finished(self, summary: StageSummary) -> None:
        """A stage is done with a study."""
        if self._tally is not None:
            self._tally.finished(summary)
        self._show(at_once=self._tally is not None and self._tally.studies == self._tally.total_studies)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def _show(self, *, at_once: bool = False) -> None:
        if self._tally is None:
            return
        if self._bar is not None:
            task = self._bar.tasks[0].id
            self._bar.update(task, completed=self._tally.work, line=self._tally.line(), stage=self._tally.stage)
        elif at_once or time.monotonic() - self._said_at >= _LINE_EVERY_SECONDS:
            self._said_at = time.monotonic()
            print(self._tally.line(), file=self._stream, flush=True)


def _bar(stream: TextIO) -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    return Progress(
        BarColumn(bar_width=24),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[line]}"),
        TextColumn("{task.fields[stage]}", style="dim"),
        console=Console(file=stream),
        transient=True,
    )


def _clock_face(seconds: float | None) -> str:
    if seconds is None:
        return "--:--"
    minutes, rest = divmod(round(max(0.0, seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"
