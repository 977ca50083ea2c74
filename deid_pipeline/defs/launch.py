"""Runs in this process, recorded in the project's own Dagster instance: what ``deidp run`` does.

What belongs here: cutting pending studies into runs, executing them, the roll-up at the end. What does not: what is
printed (``cli``), what happens to a file (``stages``).
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING, Any, Protocol

from deid_pipeline.defs.configuration import FILE_NAME, write_config
from deid_pipeline.defs.failures import contained
from deid_pipeline.defs.instance import (
    LAUNCHER_TAG,
    PARTITION_TAG,
    RANGE_END_TAG,
    RANGE_START_TAG,
    STUDIES_NAME,
    exclusive,
    fail_orphans,
    opened_instance,
    studies_in_other_hands,
)
from deid_pipeline.defs.quiet import silence_libraries
from deid_pipeline.errors import DeidError
from deid_pipeline.model import Settings

if TYPE_CHECKING:
    from dagster import DagsterInstance, ExecuteInProcessResult, JobDefinition

    from deid_pipeline.defs.resources import Listener, Workplace
    from deid_pipeline.stages import Survey

# So many runs of a single study failing one after the other are a broken machine, not a broken study.
_FAILURES_IN_A_ROW = 3


class Progress(Protocol):
    """What a caller shows while runs are at work."""

    def surveyed(self, survey: Survey) -> Listener:
        """The landing zone was looked at; return the listener that the stages will talk to."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of everything pending.

    ``counts`` is the roll-up's account of the whole project; ``studies`` were worked on; ``in_other_hands`` were left
    to a ``deidp ui`` that has them already; ``failures`` are messages that are safe to show, one for each study (or
    roll-up) that ended with an error.
    """

    counts: Mapping[str, int]
    studies: int
    in_other_hands: int
    failures: tuple[str, ...]


def run_pending(settings: Settings, *, progress: Progress, job: Callable[[str], JobDefinition]) -> Outcome:
    """Take every new or changed study through the assets, as Dagster runs of up to 25 studies, then roll up.

    Parameters
    ----------
    settings
        The project.
    progress
        Whom to tell how far the work is.
    job
        Gives a job of the code location by its name.

    Raises
    ------
    SettingsError, StrategyError
        Before anything was written.
    KeyboardInterrupt
        After SIGINT or SIGTERM; the run at work is marked as failed.
    """
    from deid_pipeline import stages
    from deid_pipeline.defs.resources import OpenWorkplace

    silence_libraries()
    project = contained("opening the project", lambda: stages.open_project(settings), vault=None)
    vault = settings.vault
    with _Interruption() as interruption, opened_instance(vault) as instance, exclusive(vault, "run"):
        write_config(settings, vault / FILE_NAME)
        fail_orphans(instance, "run")
        try:
            survey = contained("survey", lambda: stages.survey(project), vault=vault)
            runner = _Runner(instance, OpenWorkplace(project, progress.surveyed(survey)), job, interruption)
            others = studies_in_other_hands(instance, vault)
            pending = [key for key in survey.pending if key not in others]
            failures = runner.work_on(pending)
            counts, roll_up_failures = runner.roll_up()
        except BaseException:
            fail_orphans(instance, "run")
            raise
        finally:
            stages.close_workers()
    in_other_hands = len(survey.pending) - len(pending)
    return Outcome(counts, len(pending), in_other_hands, (*failures, *roll_up_failures))


class _Runner:
    """Executes jobs of the code location in this process, against a persistent instance."""

    def __init__(
        self,
        instance: DagsterInstance,
        workplace: Workplace,
        job: Callable[[str], JobDefinition],
        interruption: _Interruption,
    ) -> None:
        self._instance = instance
        self._workplace = workplace
        self._job = job
        self._interruption = interruption

    def work_on(self, pending: Sequence[str]) -> list[str]:
        """Run the chain on all of ``pending`` and return the messages of studies that failed.

        A failed run of several studies is tried again study by study, so that one cannot keep the others back.
        """
        from deid_pipeline.defs.partitions import add_studies, contiguous_ranges

        add_studies(self._instance, pending)
        queue = contiguous_ranges(pending, self._instance.get_dynamic_partitions(STUDIES_NAME))
        failures: list[str] = []
        in_a_row = 0
        while queue and in_a_row < _FAILURES_IN_A_ROW:
            keys = queue.pop(0)
            try:
                self._execute("deidentify_studies", _range_tags(keys))
            except DeidError as error:
                if len(keys) > 1:
                    queue[:0] = [(key,) for key in keys]
                else:
                    in_a_row += 1
                    failures.append(str(error))
            else:
                in_a_row = 0
        if queue:
            left = sum(len(keys) for keys in queue)
            failures.append(f"gave up after {in_a_row} failed studies in a row, {left} were not tried")
        return failures

    def roll_up(self) -> tuple[dict[str, int], list[str]]:
        """Run the roll-up and return its counts, and the message of its failure."""
        try:
            result = self._execute("roll_up_release", {})
        except DeidError as error:
            return {}, [str(error)]
        shown = result.asset_materializations_for_node("warehouse")[0].metadata
        return {name: value.value for name, value in shown.items() if isinstance(value.value, int)}, []

    def _execute(self, job_name: str, tags: Mapping[str, str]) -> ExecuteInProcessResult:
        """Execute a job to its end.

        Raises
        ------
        DeidError
            The run failed; the message is safe to show.
        KeyboardInterrupt
            It was interrupted, and is marked as failed.
        """
        from dagster import DagsterExecutionInterruptedError

        self._interruption.check()
        execute = partial(
            self._job(job_name).execute_in_process,
            instance=self._instance,
            tags={LAUNCHER_TAG: "run", **tags},
            resources={"workplace": self._workplace},
        )
        try:
            return contained("a Dagster run", execute, vault=self._workplace.project().settings.vault)
        except DagsterExecutionInterruptedError:
            raise KeyboardInterrupt from None


def _range_tags(keys: Sequence[str]) -> dict[str, str]:
    if len(keys) == 1:
        return {PARTITION_TAG: keys[0]}
    return {RANGE_START_TAG: keys[0], RANGE_END_TAG: keys[-1]}


class _Interruption:
    """SIGTERM and SIGINT as KeyboardInterrupt; remembers that one came, for libraries may swallow an exception."""

    def __init__(self) -> None:
        self._came = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> _Interruption:
        for number in (signal.SIGTERM, signal.SIGINT):
            if signal.getsignal(number) is not signal.SIG_IGN:  # somebody wants it ignored, as nohup does
                self._before[number] = signal.signal(number, self._interrupt)
        return self

    def __exit__(self, *exception: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def check(self) -> None:
        """Raise KeyboardInterrupt when a signal came."""
        if self._came:
            raise KeyboardInterrupt

    def _interrupt(self, signum: int, frame: FrameType | None) -> None:  # noqa: ARG002  # the signature is Python's
        self._came = True
        raise KeyboardInterrupt
