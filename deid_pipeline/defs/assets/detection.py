"""Asset of the third stage: where text is burned into pixels."""

from dagster import AssetExecutionContext, MaterializeResult, ResourceParam, asset

from deid_pipeline import __version__
from deid_pipeline.defs.assets.metadata import elements
from deid_pipeline.defs.partition_loop import over_partitions
from deid_pipeline.defs.partitions import BACKFILL_POLICY, STUDIES
from deid_pipeline.defs.resources import Workplace


@asset(
    deps=[elements],
    partitions_def=STUDIES,
    backfill_policy=BACKFILL_POLICY,
    group_name="detection",
    kinds={"ocr", "parquet"},
    code_version=__version__,
)
def text_regions(context: AssetExecutionContext, workplace: ResourceParam[Workplace]) -> MaterializeResult:  # type: ignore[type-arg]
    """Text read from every frame, with its box (vault table `text_regions`)."""
    from deid_pipeline import stages

    over_partitions(context, workplace, name="detection", stage=stages.detect_text)
    return MaterializeResult()
