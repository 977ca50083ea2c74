"""The corridor: what happens to a study, stage after stage, told in terms of rooms and records.

What belongs here: the order of work, tables between stages, what becomes of a failing file. What does not: how anything
is done (the rooms), Dagster (``defs``), the command line (``cli``).
"""

from deid_pipeline.stages.detection import detect_text
from deid_pipeline.stages.ingest import ingest_study
from deid_pipeline.stages.metadata import extract_metadata, read_elements
from deid_pipeline.stages.project import Project, open_project
from deid_pipeline.stages.reconstruction import rebuild_study
from deid_pipeline.stages.redaction import read_boxes, redact_file
from deid_pipeline.stages.roll_up import roll_up, status_counts
from deid_pipeline.stages.single import deidentify_file
from deid_pipeline.stages.survey import Survey, survey
from deid_pipeline.stages.timing import Progress
from deid_pipeline.stages.validation import validate_study
from deid_pipeline.stages.workers import close_workers

__all__ = [
    "Progress",
    "Project",
    "Survey",
    "close_workers",
    "deidentify_file",
    "detect_text",
    "extract_metadata",
    "ingest_study",
    "open_project",
    "read_boxes",
    "read_elements",
    "rebuild_study",
    "redact_file",
    "roll_up",
    "status_counts",
    "survey",
    "validate_study",
]
