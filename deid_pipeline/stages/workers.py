"""Worker processes for the work on single instances.

What belongs here: handing items to processes and surviving a process that dies on one. What does not: the work.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from deid_pipeline.model import Settings
from deid_pipeline.stages.project import Project, open_project

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")
Work = Callable[[Project, ItemT], ResultT]

_FEWEST_ITEMS = 2  # fewer are done in this process: a worker's start costs more
_pools: dict[Settings, ProcessPoolExecutor] = {}
_project: list[Project] = []  # in a worker: the one project it serves


def each(
    project: Project, work: Work[ItemT, ResultT], items: Sequence[ItemT], *, crashed: Callable[[ItemT], ResultT]
) -> Iterator[ResultT]:
    """Do ``work(project, item)`` for all items, in their order, in the project's worker processes.

    ``work`` is a function of a module, and returns ordinary bad news as a result. When a process dies on an item (a
    decoder's segmentation fault, say), ``crashed(item)`` takes the place of its result and the others go on.
    """
    if project.workers == 1 or len(items) < _FEWEST_ITEMS:
        for item in items:
            yield work(project, item)
        return
    futures = _submit(project, work, items)
    for item, future in zip(items, futures, strict=True):
        try:
            yield future.result()
        except BrokenProcessPool:
            yield _alone(project, work, item, crashed)


def close_workers() -> None:
    """End all worker processes; the next stage starts new ones."""
    while _pools:
        _, pool = _pools.popitem()
        pool.shutdown(cancel_futures=True)


def _submit(project: Project, work: Work[ItemT, ResultT], items: Sequence[ItemT]) -> list[Future[ResultT]]:
    pool = _pool(project)
    futures: list[Future[ResultT]] = []
    for item in items:
        try:
            futures.append(pool.submit(_serve, work, item))
        except BrokenProcessPool as error:
            failed: Future[ResultT] = Future()
            failed.set_exception(error)
            futures.append(failed)
    return futures


def _alone(project: Project, work: Work[ItemT, ResultT], item: ItemT, crashed: Callable[[ItemT], ResultT]) -> ResultT:
    """Do one item in a process of its own: the pool died, on this item or on its neighbour."""
    if (pool := _pools.pop(project.settings, None)) is not None:
        pool.shutdown(cancel_futures=True)
    with _new_pool(project.settings, 1) as single:
        try:
            return single.submit(_serve, work, item).result()
        except BrokenProcessPool:
            return crashed(item)


def _pool(project: Project) -> ProcessPoolExecutor:
    settings = project.settings
    if settings not in _pools:
        close_workers()
        _pools[settings] = _new_pool(settings, project.workers)
    return _pools[settings]


def _new_pool(settings: Settings, workers: int) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")  # threads of an OCR engine do not survive a fork
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_start, initargs=(settings,))


def _start(settings: Settings) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal tells the whole group; the parent ends its workers
    logging.getLogger("pydicom").setLevel(logging.CRITICAL + 1)  # its lines would carry values
    warnings.simplefilter("ignore")
    _project.append(open_project(settings))
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Leave when the parent is gone, killed say: a pool's workers would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _serve(work: Work[ItemT, ResultT], item: ItemT) -> ResultT:
    return work(_project[0], item)
