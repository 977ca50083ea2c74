"""Sensors: studies that arrive in a local landing zone, and a release that has moved on since its last roll-up.

What belongs here: deciding what is due. What does not: reading files (``stages.survey``), doing the work (assets).
"""

import json
import os
import time
from collections.abc import Sequence

from dagster import (
    AssetKey,
    DagsterInstance,
    DagsterRunStatus,
    DefaultSensorStatus,
    ResourceParam,
    RunRequest,
    RunsFilter,
    SensorDefinition,
    SensorEvaluationContext,
    SensorResult,
    SkipReason,
    sensor,
)

from deid_pipeline.defs.configuration import WATCH_VARIABLE
from deid_pipeline.defs.failures import contained
from deid_pipeline.defs.instance import UNFINISHED, is_at_work
from deid_pipeline.defs.jobs import deidentify_studies, roll_up_release
from deid_pipeline.defs.partitions import STUDIES, unknown_studies
from deid_pipeline.defs.resources import Workplace

REQUESTS_PER_TICK = 50
STUDIES_WATCHED = 2000  # keeps the cursor below some 100 kB
ROLL_UP_INTERVAL_SECONDS = 60.0

_STATUS = DefaultSensorStatus.RUNNING if os.environ.get(WATCH_VARIABLE) == "1" else DefaultSensorStatus.STOPPED
_UNFINISHED = [DagsterRunStatus[name] for name in UNFINISHED]


@sensor(job=deidentify_studies, minimum_interval_seconds=5, default_status=_STATUS)
def landing_zone(context: SensorEvaluationContext, workplace: ResourceParam[Workplace]) -> SensorResult | SkipReason:
    """Request every study whose files have stayed the same for two ticks.

    The cursor holds the fingerprints of studies that are still to be done, and which of them were requested: at most
    2000 studies. A file that arrives late gives a new fingerprint, so the study is requested again.
    """
    from deid_pipeline import stages

    project = workplace.project()
    if is_at_work(project.settings.vault, "run"):
        return SkipReason("deidp run is at work on this project")
    survey = contained("survey", lambda: stages.survey(project, look_at_release=False), vault=project.settings.vault)
    before: dict[str, list[str]] = json.loads(context.cursor or "{}")
    cursor: dict[str, list[str]] = {}
    requests: list[RunRequest] = []
    for key in survey.pending[:STUDIES_WATCHED]:
        # the same files under another strategy, key or code version are another piece of work
        run_key = f"{key}:{survey.partitions[key]}:{project.stamp[:8]}"
        seen, requested = before.get(key, ["", ""])
        if seen == run_key and requested != run_key and len(requests) < REQUESTS_PER_TICK:
            requests.append(RunRequest(run_key=run_key, partition_key=key))
            requested = run_key
        cursor[key] = [run_key, requested]
    added = unknown_studies(context.instance, [str(request.partition_key) for request in requests])
    return SensorResult(
        run_requests=requests,
        dynamic_partitions_requests=[STUDIES.build_add_request(added)] if added else None,
        cursor=json.dumps(cursor),
    )


@sensor(job=roll_up_release, minimum_interval_seconds=10, default_status=_STATUS)
def stale_release(context: SensorEvaluationContext) -> SensorResult | SkipReason:
    """Request one roll-up for all the studies that were done since the last one.

    It waits until no study is at work, but a minute at most. The cursor is the storage id of the newest study that a
    roll-up was requested for, and the time of that request (seconds since 1970).
    """
    newest = _newest_materialization(context.instance, "released_files")
    if context.cursor:
        rolled_up, requested_at = json.loads(context.cursor)
    else:
        rolled_up, requested_at = _newest_materialization(context.instance, "warehouse"), 0.0
    if newest <= rolled_up:
        return SkipReason("no study was done since the last roll-up")
    busy = [name for name in (roll_up_release.name, deidentify_studies.name) if _is_at_work(context.instance, name)]
    if roll_up_release.name in busy:
        return SkipReason("a roll-up is at work")
    now = time.time()
    if busy and now - requested_at < ROLL_UP_INTERVAL_SECONDS:
        return SkipReason("studies are at work")
    return SensorResult(run_requests=[RunRequest(run_key=str(newest))], cursor=json.dumps([newest, now]))


def _newest_materialization(instance: DagsterInstance, asset: str) -> int:
    records = instance.fetch_materializations(AssetKey(asset), limit=1).records
    return records[0].storage_id if records else 0


def _is_at_work(instance: DagsterInstance, job_name: str) -> bool:
    return bool(instance.get_run_ids(RunsFilter(job_name=job_name, statuses=_UNFINISHED), limit=1))


SENSORS: Sequence[SensorDefinition] = (landing_zone, stale_release)
