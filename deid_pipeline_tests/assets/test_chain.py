"""The chain of a study as Dagster runs it: order, metadata and checks of each partition."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from dagster import (
    AssetKey,
    BackfillPolicy,
    ConfigurableResource,
    DagsterEventType,
    DagsterInstance,
    ExecuteInProcessResult,
    MarkdownMetadataValue,
)

from deid_pipeline.definitions import defs
from deid_pipeline.defs.assets import ASSETS, STUDY_ASSETS
from deid_pipeline.defs.instance import STUDIES_NAME
from deid_pipeline.defs.partitions import STUDIES
from deid_pipeline_tests.assets.conftest import Corridor, MemoryWorkplace

NAMES = ["source_files", "elements", "text_regions", "rebuilt_files", "released_files"]
STAGES = ["ingest", "metadata", "detection", "reconstruction", "validation"]


def _run(instance: DagsterInstance, workplace: MemoryWorkplace, *keys: str) -> ExecuteInProcessResult:
    instance.add_dynamic_partitions(STUDIES_NAME, list(keys))
    tags = {"dagster/asset_partition_range_start": keys[0], "dagster/asset_partition_range_end": keys[-1]}
    return defs.resolve_job_def("deidentify_studies").execute_in_process(
        instance=instance,
        tags=tags if len(keys) > 1 else {"dagster/partition": keys[0]},
        resources={"workplace": workplace},
        raise_on_error=False,
    )


def _shown(result: ExecuteInProcessResult, asset: str) -> dict[str, dict[str, Any]]:
    events = [
        event.step_materialization_data.materialization
        for event in result.all_events
        if event.event_type is DagsterEventType.ASSET_MATERIALIZATION and event.asset_key == AssetKey(asset)
    ]
    return {str(event.partition): {name: value.value for name, value in event.metadata.items()} for event in events}


def test_assets_are_named_as_the_tables_and_follow_each_other() -> None:
    assert [asset.key.to_user_string() for asset in ASSETS] == [*NAMES, "warehouse"]
    for before, after in itertools.pairwise(ASSETS):
        assert after.asset_deps[after.key] == {before.key}


def test_each_study_asset_has_the_group_of_its_stage_and_the_same_policy() -> None:
    for asset, stage in zip(STUDY_ASSETS, STAGES, strict=True):
        assert asset.group_names_by_key[asset.key] == stage
        assert asset.backfill_policy == BackfillPolicy.multi_run(25)
        assert asset.partitions_def == STUDIES


def test_the_roll_up_takes_the_one_place_at_duckdb() -> None:
    assert ASSETS[-1].op.pool == "duckdb"
    assert ASSETS[-1].partitions_def is None


def test_several_studies_go_through_each_stage_in_one_run(
    corridor: Corridor, workplace: MemoryWorkplace, instance: DagsterInstance
) -> None:
    result = _run(instance, workplace, "st-1", "st-2", "st-3")
    assert result.success
    assert corridor.calls == [(stage, key) for stage in STAGES for key in ("st-1", "st-2", "st-3")]
    for name in NAMES:
        assert instance.get_materialized_partitions(AssetKey(name)) == {"st-1", "st-2", "st-3"}


@pytest.mark.parametrize("keys", [("st-1",), ("st-1", "st-2")])
def test_figures_belong_to_their_partition(
    corridor: Corridor, workplace: MemoryWorkplace, instance: DagsterInstance, keys: tuple[str, ...]
) -> None:
    corridor.counts = {"st-1": {"released": 2, "held": 0}, "st-2": {"released": 1, "held": 1}}
    shown = _shown(_run(instance, workplace, *keys), "released_files")
    assert set(shown) == set(keys)
    for key in keys:
        assert {name: shown[key][name] for name in corridor.counts[key]} == corridor.counts[key]
        assert shown[key]["megabytes"] == 0.001
        assert "data:image/webp;base64," in shown[key]["thumbnail"]


def test_the_gates_outcome_is_a_check_of_each_partition(
    corridor: Corridor, workplace: MemoryWorkplace, instance: DagsterInstance
) -> None:
    corridor.counts = {"st-2": {"released": 1, "held": 1}}
    result = _run(instance, workplace, "st-1", "st-2")
    checks = {
        evaluation.partition: (evaluation.passed, bool(evaluation.blocking))
        for evaluation in result.get_asset_check_evaluations()
    }
    assert checks["st-1"] == (True, False)
    assert checks["st-2"] == (False, False)
    assert result.success


def test_of_a_single_study_too(corridor: Corridor, workplace: MemoryWorkplace, instance: DagsterInstance) -> None:
    corridor.counts = {"st-1": {"released": 1, "held": 1}}
    (evaluation,) = _run(instance, workplace, "st-1").get_asset_check_evaluations()
    assert (evaluation.partition, evaluation.passed) == ("st-1", False)


def test_a_failed_stage_keeps_the_later_ones_from_running(
    corridor: Corridor, workplace: MemoryWorkplace, instance: DagsterInstance
) -> None:
    corridor.raises["detection", "st-1"] = OSError("no space left")
    assert not _run(instance, workplace, "st-1").success
    assert corridor.calls == [("ingest", "st-1"), ("metadata", "st-1")]


def test_what_an_exception_says_is_nowhere_in_dagsters_events(
    corridor: Corridor, workplace: MemoryWorkplace, instance: DagsterInstance
) -> None:
    cause = KeyError("DOE^JANE")
    error = ValueError("cannot read /landing/DOE_JANE/1.dcm")
    error.__cause__ = cause
    corridor.raises["metadata", "st-1"] = error
    result = _run(instance, workplace, "st-1")
    events = "\n".join(str(record) for record in instance.all_logs(result.run_id))
    assert "metadata failed on st-1: ValueError" in events
    assert "DOE" not in events
    assert "cannot read" not in events


def test_the_roll_up_shows_its_counts(
    corridor: Corridor, workplace: MemoryWorkplace, instance: DagsterInstance
) -> None:
    corridor.done = {"st-1"}
    result = defs.resolve_job_def("roll_up_release").execute_in_process(
        instance=instance, resources={"workplace": workplace}
    )
    assert _shown(result, "warehouse")["None"] == {"released": 2}
    assert corridor.roll_ups == 1


def test_run_config_has_no_place_for_settings() -> None:
    assert not isinstance(defs.resources["workplace"], ConfigurableResource)  # type: ignore[index]
    for asset in ASSETS:
        assert asset.op.config_schema.config_type is None or not asset.op.config_schema.is_required


def test_thumbnails_are_markdown(corridor: Corridor, workplace: MemoryWorkplace, instance: DagsterInstance) -> None:
    result = _run(instance, workplace, "st-1")
    (event,) = result.asset_materializations_for_node("released_files")
    assert isinstance(event.metadata["thumbnail"], MarkdownMetadataValue)
    assert corridor.done == {"st-1"}
