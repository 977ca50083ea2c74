"""The body that all partitioned assets share: one stage, over the studies of a run.

What belongs here: the loop, per-study metadata, containment of failures. What does not: what a stage does (``stages``).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Protocol

from dagster import AssetExecutionContext

from deid_pipeline.defs.failures import contained
from deid_pipeline.defs.metadata import as_metadata
from deid_pipeline.defs.resources import Workplace
from deid_pipeline.model import StageSummary

if TYPE_CHECKING:
    from deid_pipeline.stages import Project


class Stage(Protocol):
    """A stage on one partition, as ``stages`` exports it."""

    def __call__(
        self, project: Project, partition_key: str, *, progress: Callable[[int, int], None] | None = None
    ) -> StageSummary:
        """Work on one partition."""
        ...


def over_partitions(
    context: AssetExecutionContext, workplace: Workplace, *, name: str, stage: Stage
) -> list[StageSummary]:
    """Run ``stage`` on every partition of the run, in order, and log what it says of each.

    Bad instances are records and no errors: whatever is raised here is about the machine, and ends the run.

    Raises
    ------
    DeidError
        With a message that is safe to show.
    """
    project = workplace.project()
    listener = workplace.listener
    summaries = []
    for key in context.partition_keys:
        listener.started(name, key)
        summary = contained(
            name,
            partial(stage, project, key, progress=partial(listener.advanced, name)),
            vault=project.settings.vault,
            partition_key=key,
        )
        context.add_asset_metadata(as_metadata(summary), partition_key=key)
        listener.finished(summary)
        summaries.append(summary)
    return summaries
