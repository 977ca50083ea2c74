"""What runs are cut into: one partition for each study.

What belongs here: partition definitions and how keys are grouped into runs. What does not: how a key is made
(``pseudonyms``). Keys are pseudonyms: Dagster shows them everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dagster import BackfillPolicy, DagsterInstance, DynamicPartitionsDefinition

from deid_pipeline.defs.instance import STUDIES_NAME

STUDIES = DynamicPartitionsDefinition(name=STUDIES_NAME)
STUDIES_PER_RUN = 25
BACKFILL_POLICY = BackfillPolicy.multi_run(max_partitions_per_run=STUDIES_PER_RUN)


def contiguous_ranges(keys: Iterable[str], order: Sequence[str]) -> list[tuple[str, ...]]:
    """Group ``keys`` into ranges that Dagster can name by their first and last key.

    Parameters
    ----------
    keys
        Keys to be worked on, all of them in ``order``.
    order
        All keys of the definition, in insertion order.

    Returns
    -------
    list of tuple of str
        At most `STUDIES_PER_RUN` keys each, without a gap inside, in the order of ``order``.
    """
    wanted = set(keys)
    ranges: list[tuple[str, ...]] = []
    current: list[str] = []
    for key in order:
        if key in wanted:
            current.append(key)
        if current and (key not in wanted or len(current) == STUDIES_PER_RUN):
            ranges.append(tuple(current))
            current = []
    return [*ranges, tuple(current)] if current else ranges


def unknown_studies(instance: DagsterInstance, keys: Iterable[str]) -> list[str]:
    """Return those of ``keys`` that Dagster does not know yet, in their order."""
    known = set(instance.get_dynamic_partitions(STUDIES_NAME))
    return [key for key in keys if key not in known]


def add_studies(instance: DagsterInstance, keys: Iterable[str]) -> None:
    """Make Dagster know all of ``keys``; new ones go behind those it knows."""
    added = unknown_studies(instance, keys)
    if added:
        instance.add_dynamic_partitions(STUDIES_NAME, added)
