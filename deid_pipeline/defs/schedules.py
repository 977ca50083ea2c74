"""A daily look at the landing zone, for places where no sensor runs; off until somebody switches it on."""

from collections.abc import Iterator

from dagster import DefaultScheduleStatus, ResourceParam, RunRequest, ScheduleEvaluationContext, schedule

from deid_pipeline.defs.failures import contained
from deid_pipeline.defs.jobs import deidentify_studies
from deid_pipeline.defs.partitions import add_studies
from deid_pipeline.defs.resources import Workplace

REQUESTS_PER_TICK = 500


@schedule(cron_schedule="0 2 * * *", job=deidentify_studies, default_status=DefaultScheduleStatus.STOPPED)
def nightly_studies(context: ScheduleEvaluationContext, workplace: ResourceParam[Workplace]) -> Iterator[RunRequest]:
    """Request every study that is new or has changed, 500 a night at most."""
    from deid_pipeline import stages

    project = workplace.project()
    survey = contained("survey", lambda: stages.survey(project), vault=project.settings.vault)
    keys = survey.pending[:REQUESTS_PER_TICK]
    add_studies(context.instance, keys)
    day = context.scheduled_execution_time.date().isoformat()
    for key in keys:
        yield RunRequest(run_key=f"{key}:{survey.partitions[key]}:{day}", partition_key=key)
