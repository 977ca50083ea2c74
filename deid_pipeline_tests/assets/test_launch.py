"""Runs in this process against a persistent instance, as ``deidp run`` makes them."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Sequence
from pathlib import Path

import pytest
from dagster import AssetKey, DagsterRun, DagsterRunStatus

from deid_pipeline.definitions import defs
from deid_pipeline.defs import partitions
from deid_pipeline.defs.configuration import read_config
from deid_pipeline.defs.instance import LAUNCHER_TAG, STUDIES_NAME, opened_instance
from deid_pipeline.defs.launch import Outcome, run_pending
from deid_pipeline.model import StageSummary
from deid_pipeline_tests.assets.conftest import Corridor


class Hearing:
    """Remembers what was told."""

    def __init__(self) -> None:
        self.pending: Sequence[str] = ()
        self.finished_stages: list[tuple[str, str]] = []
        self.bytes = 0

    def surveyed(self, survey: object) -> Hearing:
        self.pending = survey.pending  # type: ignore[attr-defined]
        return self

    def started(self, stage: str, partition_key: str) -> None:
        pass

    def advanced(self, stage: str, files: int, size_bytes: int) -> None:  # noqa: ARG002
        self.bytes += size_bytes

    def finished(self, summary: StageSummary) -> None:
        self.finished_stages.append((summary.stage, summary.partition_key))


def _keys(number: int) -> list[str]:
    return [f"st-{position:03}" for position in range(number)]


def _run(corridor: Corridor) -> Outcome:
    return run_pending(corridor.settings, progress=Hearing(), job=defs.resolve_job_def)


def _runs(corridor: Corridor) -> list[DagsterRun]:
    with opened_instance(corridor.settings.vault) as instance:
        return list(reversed(instance.get_runs()))


def test_everything_pending_goes_through_and_the_roll_up_follows(corridor: Corridor) -> None:
    corridor.pending = _keys(3)
    hearing = Hearing()
    outcome = run_pending(corridor.settings, progress=hearing, job=defs.resolve_job_def)
    assert outcome == Outcome(counts={"released": 6}, studies=3, in_other_hands=0, failures=())
    assert corridor.roll_ups == 1
    assert hearing.pending == tuple(corridor.pending)
    assert ("validation", "st-002") in hearing.finished_stages
    assert hearing.bytes == 3 * 5 * 1000


def test_runs_and_partitions_stay_in_the_vaults_instance(corridor: Corridor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partitions, "STUDIES_PER_RUN", 2)
    corridor.pending = _keys(3)
    _run(corridor)
    runs = _runs(corridor)
    assert [run.job_name for run in runs] == ["deidentify_studies", "deidentify_studies", "roll_up_release"]
    assert all(run.status is DagsterRunStatus.SUCCESS and run.tags[LAUNCHER_TAG] == "run" for run in runs)
    assert runs[0].tags["dagster/asset_partition_range_start"] == "st-000"
    assert runs[0].tags["dagster/asset_partition_range_end"] == "st-001"
    assert runs[1].tags["dagster/partition"] == "st-002"
    with opened_instance(corridor.settings.vault) as instance:
        assert instance.get_dynamic_partitions(STUDIES_NAME) == corridor.pending
        assert instance.get_materialized_partitions(AssetKey("released_files")) == set(corridor.pending)


def test_settings_are_left_in_the_vault_for_the_ui(corridor: Corridor) -> None:
    _run(corridor)
    assert read_config(corridor.settings.vault / "deid.yaml").settled() == corridor.settings


def test_nothing_pending_costs_no_run_but_the_roll_up(corridor: Corridor) -> None:
    corridor.pending = _keys(2)
    _run(corridor)
    before = len(_runs(corridor))
    assert _run(corridor).studies == 0
    assert [run.job_name for run in _runs(corridor)[before:]] == ["roll_up_release"]


def test_one_broken_study_does_not_keep_the_others_back(corridor: Corridor) -> None:
    corridor.pending = _keys(4)
    corridor.raises["detection", "st-001"] = ValueError("DOE^JANE")
    outcome = _run(corridor)
    assert corridor.done == {"st-000", "st-002", "st-003"}
    (message,) = outcome.failures
    assert message.startswith("detection failed on st-001: ValueError (details in the vault: errors/")
    assert outcome.counts == {"released": 6}


def test_a_broken_machine_is_not_tried_for_ever(corridor: Corridor) -> None:
    corridor.pending = _keys(6)
    for key in corridor.pending:
        corridor.raises["ingest", key] = OSError("no space left")
    outcome = _run(corridor)
    assert len(outcome.failures) == 4
    assert outcome.failures[-1] == "gave up after 3 failed studies in a row, 3 were not tried"


def test_a_failed_roll_up_is_told(corridor: Corridor, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_project: object) -> None:
        raise OSError("DOE^JANE")

    monkeypatch.setattr("deid_pipeline.stages.roll_up", fail)
    (message,) = _run(corridor).failures
    assert message.startswith("roll-up failed: OSError")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_run_and_marks_it(corridor: Corridor, number: signal.Signals) -> None:
    corridor.pending = _keys(2)
    corridor.before = lambda stage, _key: os.kill(os.getpid(), number) if stage == "detection" else None
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt):
        _run(corridor)
    (run,) = _runs(corridor)
    assert run.status in {DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED}
    assert corridor.roll_ups == 0
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_run_that_was_killed_is_marked_at_the_next_start(corridor: Corridor) -> None:
    corridor.pending = _keys(2)
    if (child := os.fork()) == 0:
        corridor.before = lambda stage, _key: os._exit(9) if stage == "detection" else None
        _run(corridor)
        os._exit(0)
    os.waitpid(child, 0)
    assert [run.status for run in _runs(corridor)] == [DagsterRunStatus.STARTED]
    _run(corridor)
    statuses = [run.status for run in _runs(corridor)]
    assert statuses == [DagsterRunStatus.FAILURE, DagsterRunStatus.SUCCESS, DagsterRunStatus.SUCCESS]
    assert corridor.done == set(corridor.pending)


def test_dagster_prints_nothing(corridor: Corridor, capfd: pytest.CaptureFixture[str]) -> None:
    corridor.pending = _keys(2)
    corridor.raises["detection", "st-001"] = ValueError("DOE^JANE")
    _run(corridor)
    captured = capfd.readouterr()
    assert captured.out + captured.err == ""


def test_what_went_wrong_is_nowhere_in_dagsters_storage(corridor: Corridor) -> None:
    corridor.pending = _keys(1)
    corridor.raises["metadata", "st-000"] = ValueError("cannot read DOE^JANE")
    _run(corridor)
    files = [path for path in (corridor.settings.vault / "dagster").rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if b"DOE^JANE" in path.read_bytes()]
    (details,) = (corridor.settings.vault / "errors").iterdir()
    assert "DOE^JANE" in details.read_text(encoding="utf-8")


def test_nothing_is_written_when_the_project_cannot_be_opened(
    corridor: Corridor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from deid_pipeline.errors import SettingsError

    def refuse(_settings: object) -> None:
        raise SettingsError("the landing zone is not there")

    monkeypatch.setattr("deid_pipeline.stages.open_project", refuse)
    with pytest.raises(SettingsError):
        _run(corridor)
    assert list(tmp_path.iterdir()) == []


def test_a_signal_that_a_library_swallows_ends_the_run_before_the_next_one(
    corridor: Corridor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def survey(project: object) -> object:
        with contextlib.suppress(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGTERM)
        return corridor.survey(project)

    monkeypatch.setattr("deid_pipeline.stages.survey", survey)
    corridor.pending = _keys(1)
    with pytest.raises(KeyboardInterrupt):
        _run(corridor)
    assert corridor.calls == []


def test_studies_that_the_ui_has_are_left_to_it(corridor: Corridor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deid_pipeline.defs.launch.studies_in_other_hands", lambda _instance, _vault: {"st-001"})
    corridor.pending = _keys(3)
    outcome = _run(corridor)
    assert corridor.done == {"st-000", "st-002"}
    assert (outcome.studies, outcome.in_other_hands) == (2, 1)
