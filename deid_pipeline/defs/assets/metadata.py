"""Asset of the second stage: what the headers say."""

from dagster import AssetExecutionContext, MaterializeResult, ResourceParam, asset

from deid_pipeline import __version__
from deid_pipeline.defs.assets.ingest import source_files
from deid_pipeline.defs.partition_loop import over_partitions
from deid_pipeline.defs.partitions import BACKFILL_POLICY, STUDIES
from deid_pipeline.defs.resources import Workplace


@asset(
    deps=[source_files],
    partitions_def=STUDIES,
    backfill_policy=BACKFILL_POLICY,
    group_name="metadata",
    kinds={"dicom", "parquet"},
    code_version=__version__,
)
def elements(context: AssetExecutionContext, workplace: ResourceParam[Workplace]) -> MaterializeResult:  # type: ignore[type-arg]
    """Every header element at every depth (vault table `elements`)."""
    from deid_pipeline import stages

    over_partitions(context, workplace, name="metadata", stage=stages.extract_metadata)
    return MaterializeResult()
