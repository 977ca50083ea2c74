"""Worker processes: order is kept, and a process that dies costs one item."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from deid_pipeline.stages import Project, close_workers
from deid_pipeline.stages.workers import each
from deid_pipeline_tests.projects import project_in


@pytest.fixture(autouse=True)
def _no_workers_left() -> Iterator[None]:
    yield
    close_workers()


def double(project: Project, item: int) -> tuple[int, int]:  # noqa: ARG001 - the room's signature
    """Give the item doubled, and the process that did it; the number 13 kills its process."""
    if item == 13:
        os._exit(139)
    return 2 * item, os.getpid()


def died(item: int) -> tuple[int, int]:
    return -item, 0


def test_one_worker_is_this_process(tmp_path: Path) -> None:
    results = list(each(project_in(tmp_path), double, [1, 2, 3], crashed=died))
    assert results == [(2, os.getpid()), (4, os.getpid()), (6, os.getpid())]


def test_results_come_in_the_order_of_the_items_from_other_processes(tmp_path: Path) -> None:
    results = list(each(project_in(tmp_path, workers=2), double, list(range(8)), crashed=died))
    assert [value for value, _ in results] == [2 * item for item in range(8)]
    assert os.getpid() not in {process for _, process in results}


def test_a_process_that_dies_costs_only_the_item_that_killed_it(tmp_path: Path) -> None:
    results = list(each(project_in(tmp_path, workers=2), double, [1, 13, 2, 3], crashed=died))
    assert [value for value, _ in results] == [2, -13, 4, 6]
