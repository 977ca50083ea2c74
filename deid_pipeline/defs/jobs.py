"""Jobs: the chain of a study, and the roll-up that follows.

What belongs here: which assets go together. What does not: when they run (``schedules``, ``sensors``, ``launch``).
"""

from __future__ import annotations

from dagster import AssetSelection, define_asset_job

from deid_pipeline.defs.assets import STUDY_ASSETS
from deid_pipeline.defs.assets.warehouse import warehouse

deidentify_studies = define_asset_job(
    "deidentify_studies",
    selection=AssetSelection.assets(*STUDY_ASSETS),
    description="From the landing zone to the release zone.",
)

roll_up_release = define_asset_job(
    "roll_up_release",
    selection=AssetSelection.assets(warehouse),
    description="Manifest, reports and warehouse from what all studies left behind.",
)

JOBS = (deidentify_studies, roll_up_release)
