"""What the sensors and the schedule find due."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from dagster import (
    AssetMaterialization,
    DagsterInstance,
    DagsterRunStatus,
    DefaultScheduleStatus,
    DefaultSensorStatus,
    RunRequest,
    SensorResult,
    SkipReason,
    build_schedule_context,
    build_sensor_context,
)

from deid_pipeline.definitions import defs
from deid_pipeline.defs import sensors
from deid_pipeline.defs.instance import STUDIES_NAME, dagster_home, exclusive
from deid_pipeline.defs.schedules import nightly_studies
from deid_pipeline.defs.sensors import REQUESTS_PER_TICK, STUDIES_WATCHED, landing_zone, stale_release
from deid_pipeline_tests.assets.conftest import Corridor, MemoryWorkplace


class Ticks:
    """Ticks of the landing-zone sensor, each with the cursor of the one before."""

    def __init__(self, instance: DagsterInstance, workplace: MemoryWorkplace) -> None:
        self.instance, self.workplace, self.cursor = instance, workplace, ""

    def tick(self) -> list[str | None]:
        context = build_sensor_context(
            instance=self.instance, cursor=self.cursor, resources={"workplace": self.workplace}
        )
        result = landing_zone(context)
        assert isinstance(result, SensorResult)
        self.cursor = str(result.cursor)
        for request in result.dynamic_partitions_requests or ():
            self.instance.add_dynamic_partitions(STUDIES_NAME, list(request.partition_keys))
        return [request.run_key for request in result.run_requests or ()]


@pytest.fixture
def ticks(instance: DagsterInstance, workplace: MemoryWorkplace) -> Ticks:
    return Ticks(instance, workplace)


def test_a_study_is_requested_once_when_it_looks_the_same_twice(corridor: Corridor, ticks: Ticks) -> None:
    corridor.pending = ["st-1"]
    assert ticks.tick() == []
    assert ticks.tick() == ["st-1:print:stampsta"]
    assert ticks.tick() == []
    assert ticks.instance.get_dynamic_partitions(STUDIES_NAME) == ["st-1"]


def test_a_study_that_still_grows_waits_and_a_late_file_is_another_request(corridor: Corridor, ticks: Ticks) -> None:
    corridor.pending = ["st-1"]
    for fingerprint, requested in (
        ("a", []),
        ("b", []),
        ("b", ["st-1:b:stampsta"]),
        ("c", []),
        ("c", ["st-1:c:stampsta"]),
    ):
        corridor.fingerprints["st-1"] = fingerprint
        assert ticks.tick() == requested


def test_a_tick_requests_so_many_and_the_next_one_goes_on(corridor: Corridor, ticks: Ticks) -> None:
    corridor.pending = [f"st-{number}" for number in range(REQUESTS_PER_TICK + 10)]
    assert [len(ticks.tick()) for _ in range(4)] == [0, REQUESTS_PER_TICK, 10, 0]


def test_the_cursor_holds_pending_studies_only_and_not_too_many(corridor: Corridor, ticks: Ticks) -> None:
    corridor.pending = [f"st-{number:016x}" for number in range(STUDIES_WATCHED + 500)]
    ticks.tick()
    assert len(json.loads(ticks.cursor)) == STUDIES_WATCHED
    assert len(ticks.cursor) < 250_000
    corridor.done = set(corridor.pending)
    ticks.tick()
    assert ticks.cursor == "{}"


def test_it_waits_while_a_run_is_at_work(
    corridor: Corridor, workplace: MemoryWorkplace, instance: DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    corridor.pending = ["st-1"]
    monkeypatch.setattr(sensors, "is_at_work", lambda _vault, launcher: launcher == "run")
    result = landing_zone(build_sensor_context(instance=instance, resources={"workplace": workplace}))
    assert isinstance(result, SkipReason)


def test_a_lock_that_nobody_holds_keeps_nobody_waiting(corridor: Corridor, ticks: Ticks) -> None:
    dagster_home(corridor.settings.vault)
    with exclusive(corridor.settings.vault, "run"):
        pass
    corridor.pending = ["st-1"]
    ticks.tick()
    assert len(ticks.tick()) == 1


def test_both_sensors_and_the_schedule_are_off_unless_asked_for() -> None:
    assert landing_zone.default_status is DefaultSensorStatus.STOPPED
    assert stale_release.default_status is DefaultSensorStatus.STOPPED
    assert nightly_studies.default_status is DefaultScheduleStatus.STOPPED


def _stale(instance: DagsterInstance, cursor: str | None) -> tuple[list[str | None], str | None]:
    result = stale_release(build_sensor_context(instance=instance, cursor=cursor))
    if isinstance(result, SkipReason):
        return [], cursor
    assert isinstance(result, SensorResult)
    return [request.run_key for request in result.run_requests or ()], result.cursor


def _materialize(instance: DagsterInstance, asset: str, partition: str | None = None) -> None:
    instance.report_runless_asset_event(AssetMaterialization(asset, partition=partition))


def test_many_studies_make_one_roll_up(instance: DagsterInstance) -> None:
    requests, cursor = _stale(instance, None)
    assert requests == []
    for number in range(20):
        _materialize(instance, "released_files", f"st-{number}")
    requests, cursor = _stale(instance, cursor)
    assert len(requests) == 1
    assert _stale(instance, cursor)[0] == []
    _materialize(instance, "released_files", "st-3")
    assert len(_stale(instance, cursor)[0]) == 1


def test_a_release_that_was_rolled_up_before_the_first_tick_is_left_alone(instance: DagsterInstance) -> None:
    _materialize(instance, "released_files", "st-1")
    _materialize(instance, "warehouse")
    assert _stale(instance, None)[0] == []


def test_a_roll_up_waits_for_studies_at_work_but_a_minute_at_most(
    instance: DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(sensors.time, "time", lambda: now[0])
    _materialize(instance, "released_files", "st-1")
    requests, cursor = _stale(instance, None)
    assert len(requests) == 1
    job = defs.resolve_job_def("deidentify_studies")
    instance.create_run_for_job(job, status=DagsterRunStatus.STARTED)
    _materialize(instance, "released_files", "st-2")
    now[0] += 30
    assert _stale(instance, cursor)[0] == []
    now[0] += 31
    assert len(_stale(instance, cursor)[0]) == 1


def test_a_roll_up_at_work_is_not_doubled(instance: DagsterInstance) -> None:
    _materialize(instance, "released_files", "st-1")
    instance.create_run_for_job(defs.resolve_job_def("roll_up_release"), status=DagsterRunStatus.STARTED)
    assert _stale(instance, None)[0] == []


def test_the_schedule_requests_everything_pending_once_a_day(
    corridor: Corridor, workplace: MemoryWorkplace, tmp_path: Path
) -> None:
    instance = DagsterInstance.local_temp(str(tmp_path))  # a schedule opens its instance anew
    corridor.pending = ["st-1", "st-2"]
    corridor.done = {"st-1"}
    context = build_schedule_context(
        instance=instance,
        scheduled_execution_time=datetime(2026, 11, 21, 2, tzinfo=UTC),
        resources={"workplace": workplace},
    )
    requests = nightly_studies(context)
    assert [(request.run_key, request.partition_key) for request in requests if isinstance(request, RunRequest)] == [
        ("st-2:print:2026-11-21", "st-2")
    ]
    assert instance.get_dynamic_partitions(STUDIES_NAME) == ["st-2"]
