"""Asset of the fourth stage: the new files, not yet trusted."""

from dagster import AssetExecutionContext, MaterializeResult, ResourceParam, asset

from deid_pipeline import __version__
from deid_pipeline.defs.assets.detection import text_regions
from deid_pipeline.defs.partition_loop import over_partitions
from deid_pipeline.defs.partitions import BACKFILL_POLICY, STUDIES
from deid_pipeline.defs.resources import Workplace


@asset(
    deps=[text_regions],
    partitions_def=STUDIES,
    backfill_policy=BACKFILL_POLICY,
    group_name="reconstruction",
    kinds={"dicom"},
    code_version=__version__,
)
def rebuilt_files(context: AssetExecutionContext, workplace: ResourceParam[Workplace]) -> MaterializeResult:  # type: ignore[type-arg]
    """De-identified copies, staged in the vault until they are proven (vault table `element_changes`)."""
    from deid_pipeline import stages

    over_partitions(context, workplace, name="reconstruction", stage=stages.rebuild_study)
    return MaterializeResult()
