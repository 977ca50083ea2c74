"""The project's own Dagster instance: locks and what killed processes leave behind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from dagster import DagsterInstance, DagsterRunStatus, job

from deid_pipeline.defs.instance import (
    LAUNCHER_TAG,
    PARTITION_TAG,
    RANGE_END_TAG,
    RANGE_START_TAG,
    STUDIES_NAME,
    dagster_home,
    exclusive,
    fail_orphans,
    is_at_work,
    opened_instance,
    studies_in_other_hands,
)
from deid_pipeline.errors import SettingsError

_HOLD = """
import sys
from pathlib import Path
from deid_pipeline.defs.instance import dagster_home, exclusive
dagster_home(Path(sys.argv[1]))
with exclusive(Path(sys.argv[1]), "run"):
    print("held", flush=True)
    sys.stdin.read()
"""


@job
def some_job() -> None:
    pass


def _create(instance: DagsterInstance, name: str, tags: dict[str, str], status: DagsterRunStatus) -> None:
    instance.create_run_for_job(some_job, tags={**tags, "name": name}, status=status)


def test_the_instance_is_private_and_says_nothing_to_anybody(tmp_path: Path) -> None:
    home = dagster_home(tmp_path / "vault")
    assert home.stat().st_mode & 0o777 == 0o700
    assert home.parent.stat().st_mode & 0o777 == 0o700
    config = yaml.safe_load((home / "dagster.yaml").read_text(encoding="utf-8"))
    assert config["telemetry"] == {"enabled": False}
    assert config["nux"] == {"enabled": False}
    assert config["compute_logs"]["class"] == "NoOpComputeLogManager"


def test_dagster_takes_the_settings_as_written(tmp_path: Path) -> None:
    with opened_instance(tmp_path / "vault") as instance:
        assert not instance.telemetry_enabled
        assert instance.run_monitoring_enabled
        assert type(instance.compute_log_manager).__name__ == "NoOpComputeLogManager"


def test_settings_that_somebody_changed_stay(tmp_path: Path) -> None:
    config = dagster_home(tmp_path) / "dagster.yaml"
    config.write_text("telemetry: {enabled: false}\n", encoding="utf-8")
    dagster_home(tmp_path)
    assert config.read_text(encoding="utf-8") == "telemetry: {enabled: false}\n"


def test_a_second_process_is_refused_until_the_first_is_gone_even_by_kill(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        assert is_at_work(tmp_path, "run")
        with pytest.raises(SettingsError, match="another 'deidp run' is at work"), exclusive(tmp_path, "run"):
            pass
        with exclusive(tmp_path, "ui"):  # a place of its own
            pass
        holder.kill()
        holder.wait()
    assert not is_at_work(tmp_path, "run")
    with exclusive(tmp_path, "run"):
        pass


def test_nobody_is_at_work_in_a_new_vault(tmp_path: Path) -> None:
    assert not is_at_work(tmp_path, "run")


@pytest.mark.parametrize(("launcher", "failed"), [("run", ["mine"]), ("ui", ["theirs"])])
def test_only_unfinished_runs_of_the_same_launcher_are_marked_as_failed(launcher: str, failed: list[str]) -> None:
    with DagsterInstance.ephemeral() as instance:
        _create(instance, "mine", {LAUNCHER_TAG: "run"}, DagsterRunStatus.STARTED)
        _create(instance, "theirs", {}, DagsterRunStatus.STARTED)
        _create(instance, "done", {LAUNCHER_TAG: "run"}, DagsterRunStatus.SUCCESS)
        assert fail_orphans(instance, launcher) == 1
        runs = {run.tags["name"]: run.status for run in instance.get_runs()}
    assert [run_id for run_id, status in runs.items() if status is DagsterRunStatus.FAILURE] == failed
    assert runs["done"] is DagsterRunStatus.SUCCESS


def test_studies_of_a_ui_at_work_are_known_and_those_of_a_dead_one_are_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions(STUDIES_NAME, list("abcdef"))
        _create(instance, "one", {PARTITION_TAG: "a"}, DagsterRunStatus.STARTED)
        _create(instance, "some", {RANGE_START_TAG: "c", RANGE_END_TAG: "e"}, DagsterRunStatus.STARTING)
        _create(instance, "old", {PARTITION_TAG: "f"}, DagsterRunStatus.SUCCESS)
        assert studies_in_other_hands(instance, tmp_path) == set()
        monkeypatch.setattr("deid_pipeline.defs.instance.is_at_work", lambda _vault, launcher: launcher == "ui")
        assert studies_in_other_hands(instance, tmp_path) == set("acde")
