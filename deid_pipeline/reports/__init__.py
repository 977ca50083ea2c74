"""Reports for people: one without PHI in the release zone, one with before/after pictures in the vault.

What belongs here: reading the vault's tables into figures, pictures for reviewers, HTML pages. What does not: deciding
what became of a file (``stages``), the pages of Dagster.
"""

from deid_pipeline.reports.previews import clear_previews, write_preview
from deid_pipeline.reports.release_report import write_release_report
from deid_pipeline.reports.vault_report import write_vault_report

__all__ = ["clear_previews", "write_preview", "write_release_report", "write_vault_report"]
