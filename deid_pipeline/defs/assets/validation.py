"""Asset of the fifth stage, the gate: what may leave.

Gating is done by the stage, for each instance. The asset check only shows its outcome: in runs of several partitions
Dagster evaluates a blocking check once for all of them, so a release must never rest on one.
"""

from dagster import (
    AssetCheckEvaluation,
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetExecutionContext,
    AssetKey,
    MaterializeResult,
    ResourceParam,
    asset,
)

from deid_pipeline import __version__
from deid_pipeline.defs.assets.reconstruction import rebuilt_files
from deid_pipeline.defs.partition_loop import over_partitions
from deid_pipeline.defs.partitions import BACKFILL_POLICY, STUDIES
from deid_pipeline.defs.resources import Workplace
from deid_pipeline.model import StageSummary

GATE_CHECK = "nothing_held"


@asset(
    deps=[rebuilt_files],
    partitions_def=STUDIES,
    backfill_policy=BACKFILL_POLICY,
    group_name="validation",
    kinds={"dicom"},
    code_version=__version__,
    check_specs=[
        AssetCheckSpec(
            GATE_CHECK,
            asset="released_files",
            partitions_def=STUDIES,
            description="No file of the study was held back by the gate.",
        )
    ],
)
def released_files(context: AssetExecutionContext, workplace: ResourceParam[Workplace]) -> MaterializeResult:  # type: ignore[type-arg]
    """Files that passed every check, renamed into the release zone (vault tables `output_files`, `check_results`)."""
    from deid_pipeline import stages

    summaries = over_partitions(context, workplace, name="validation", stage=stages.validate_study)
    if len(summaries) > 1:
        for summary in summaries:
            _log_check(context, summary)
    return MaterializeResult(
        check_results=[
            AssetCheckResult(
                check_name=GATE_CHECK,
                passed=all(_held(summary) == 0 for summary in summaries),
                severity=AssetCheckSeverity.WARN,
                metadata={"held": sum(map(_held, summaries))},
            )
        ]
    )


def _log_check(context: AssetExecutionContext, summary: StageSummary) -> None:
    context.log_event(
        AssetCheckEvaluation(
            check_name=GATE_CHECK,
            asset_key=AssetKey("released_files"),
            passed=_held(summary) == 0,
            severity=AssetCheckSeverity.WARN,
            metadata={"held": _held(summary)},
            partition=summary.partition_key,
        )
    )


def _held(summary: StageSummary) -> int:
    return summary.counts.get("held", 0)
