"""The code location that Dagster loads: ``dagster dev -m deid_pipeline.definitions``. Assembles, nothing else."""

from dagster import Definitions, in_process_executor

from deid_pipeline.defs.assets import ASSETS
from deid_pipeline.defs.jobs import JOBS
from deid_pipeline.defs.resources import Workplace
from deid_pipeline.defs.schedules import nightly_studies
from deid_pipeline.defs.sensors import SENSORS

defs = Definitions(
    assets=ASSETS,
    jobs=JOBS,
    schedules=[nightly_studies],
    sensors=SENSORS,
    resources={"workplace": Workplace()},
    executor=in_process_executor,
)
