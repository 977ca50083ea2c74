"""Roll-up asset: manifest, reports and the DuckDB file, made anew from what all studies left behind."""

from dagster import MaterializeResult, ResourceParam, asset

from deid_pipeline import __version__
from deid_pipeline.defs.assets.validation import released_files
from deid_pipeline.defs.failures import contained
from deid_pipeline.defs.resources import Workplace


@asset(
    deps=[released_files],
    group_name="warehouse",
    kinds={"duckdb"},
    code_version=__version__,
    pool="duckdb",  # DuckDB takes one writer
)
def warehouse(workplace: ResourceParam[Workplace]) -> MaterializeResult:  # type: ignore[type-arg]
    """Release manifest, reports and `warehouse.duckdb`."""
    from deid_pipeline import stages

    project = workplace.project()
    counts = contained("roll-up", lambda: stages.roll_up(project), vault=project.settings.vault)
    return MaterializeResult(metadata={str(status): number for status, number in counts.items()})
