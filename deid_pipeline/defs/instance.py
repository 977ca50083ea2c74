"""The project's own Dagster instance, ``V/dagster``.

What belongs here: its settings, opening it, who may run in it, and tidying up after a process that was killed. What
does not: what is run (``launch``, ``jobs``).
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from deid_pipeline.errors import SettingsError
from deid_pipeline.store import make_folder, write_private

if TYPE_CHECKING:
    from dagster import DagsterInstance

STUDIES_NAME = "studies"
PARTITION_TAG = "dagster/partition"
RANGE_START_TAG = "dagster/asset_partition_range_start"
RANGE_END_TAG = "dagster/asset_partition_range_end"
UNFINISHED = ("QUEUED", "NOT_STARTED", "STARTING", "STARTED", "CANCELING")
LAUNCHER_TAG = "deid/launcher"  # which command a run belongs to
_LOCK_TRIES = 20
_LOCK_PAUSE_SECONDS = 0.1

# No compute logs: what a library prints is not ours to keep. SQLite below this folder is the default storage.
_CONFIG = """\
# Written once by deidp, yours to change. The web server has no login: keep it on 127.0.0.1.
telemetry:
  enabled: false
nux:
  enabled: false
compute_logs:
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
  config: {{}}
python_logs:
  python_log_level: CRITICAL # of what is printed; all events go to the event log
concurrency:
  runs:
    max_concurrent_runs: {runs}
  pools:
    default_limit: 1
    granularity: run
run_monitoring:
  enabled: true
  start_timeout_seconds: 180
  poll_interval_seconds: 20
run_retries:
  enabled: true
  max_retries: 2
retention:
  sensor:
    purge_after_days:
      skipped: 1
      failure: 30
      success: 30
"""


def dagster_home(vault: Path) -> Path:
    """Return ``V/dagster``, made with mode 0700 and with a ``dagster.yaml`` when there is none."""
    home = make_folder(vault / "dagster")
    config = home / "dagster.yaml"
    if not config.exists():
        # every run has worker processes of its own, so few runs fill a machine
        runs = max(1, min(4, (os.cpu_count() or 1) // 2))
        write_private(config, _CONFIG.format(runs=runs).encode())
    return home


@contextmanager
def opened_instance(vault: Path) -> Iterator[DagsterInstance]:
    """Open the persistent instance of a project."""
    from dagster import DagsterInstance

    with DagsterInstance.from_config(str(dagster_home(vault))) as instance:
        yield instance


@contextmanager
def exclusive(vault: Path, launcher: str) -> Iterator[None]:
    """Hold the one place that ``launcher`` ("run" or "ui") has on a project.

    The lock belongs to the process, not to those it forks, and goes when the process ends, however it ends.

    Raises
    ------
    SettingsError
        Another process holds it.
    """
    with _lock_file(vault, launcher).open("ab") as stream:
        for _ in range(_LOCK_TRIES):
            if _locked(stream.fileno()):
                break
            time.sleep(_LOCK_PAUSE_SECONDS)
        else:
            raise SettingsError(f"another 'deidp {launcher}' is at work on this vault")
        yield


def is_at_work(vault: Path, launcher: str) -> bool:
    """Tell whether a ``deidp run`` or ``deidp ui`` is at work on this vault in another process."""
    file = _lock_file(vault, launcher)
    if not file.exists():
        return False
    with file.open("ab") as stream:
        return not _locked(stream.fileno())


def fail_orphans(instance: DagsterInstance, launcher: str) -> int:
    """Mark unfinished runs of earlier processes as failed; the caller holds the lock, so none of them is alive.

    Returns
    -------
    int
        How many there were.
    """
    from dagster import DagsterRunStatus, RunsFilter

    statuses = [DagsterRunStatus.STARTING, DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING]
    if launcher == "run":
        statuses.append(DagsterRunStatus.NOT_STARTED)
    orphans = [
        run
        for run in instance.get_runs(RunsFilter(statuses=statuses))
        if (run.tags.get(LAUNCHER_TAG) == "run") == (launcher == "run")
    ]
    for run in orphans:
        instance.report_run_failed(run, "The process that worked on this run is gone.")
    return len(orphans)


def studies_in_other_hands(instance: DagsterInstance, vault: Path) -> set[str]:
    """Return the keys that a ``deidp ui`` at work has queued or is working on: two must not rebuild one study."""
    from dagster import DagsterRunStatus, RunsFilter

    if not is_at_work(vault, "ui"):
        return set()
    order = list(instance.get_dynamic_partitions(STUDIES_NAME))
    statuses = [DagsterRunStatus[name] for name in UNFINISHED]
    keys: set[str] = set()
    for run in instance.get_runs(RunsFilter(statuses=statuses)):
        if (key := run.tags.get(PARTITION_TAG)) is not None:
            keys.add(key)
        first, last = run.tags.get(RANGE_START_TAG), run.tags.get(RANGE_END_TAG)
        if first in order and last in order:
            keys.update(order[order.index(first) : order.index(last) + 1])
    return keys


def _lock_file(vault: Path, launcher: str) -> Path:
    return vault / "dagster" / f"{launcher}.lock"


def _locked(descriptor: int) -> bool:
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
