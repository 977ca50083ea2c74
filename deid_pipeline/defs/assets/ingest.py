"""Asset of the first stage: what lies in the landing zone."""

from dagster import AssetExecutionContext, MaterializeResult, ResourceParam, asset

from deid_pipeline import __version__
from deid_pipeline.defs.partition_loop import over_partitions
from deid_pipeline.defs.partitions import BACKFILL_POLICY, STUDIES
from deid_pipeline.defs.resources import Workplace


@asset(
    partitions_def=STUDIES,
    backfill_policy=BACKFILL_POLICY,
    group_name="ingest",
    kinds={"dicom", "parquet"},
    code_version=__version__,
)
def source_files(context: AssetExecutionContext, workplace: ResourceParam[Workplace]) -> MaterializeResult:  # type: ignore[type-arg]
    """Every file of a study in the landing zone: hash, size, kind, status (vault table `source_files`)."""
    from deid_pipeline import stages

    over_partitions(context, workplace, name="ingest", stage=stages.ingest_study)
    return MaterializeResult()
