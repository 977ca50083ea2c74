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
    with contained("roll-up", vault=project.settings.vault):
        counts = stages.roll_up(project)
    return MaterializeResult(metadata=dict(counts))
