"""What Dagster shows of a stage's summary.

What belongs here: turning PHI-free figures and a de-identified picture into Dagster metadata. What does not: choosing
what may be shown; a `StageSummary` is PHI-free by contract.
"""

from __future__ import annotations

from dagster import MarkdownMetadataValue, MetadataValue

from deid_pipeline.defs.pictures import inline_markdown
from deid_pipeline.model import StageSummary


def as_metadata(summary: StageSummary) -> dict[str, int | float | MarkdownMetadataValue]:
    """Return files, megabytes, seconds, MB/s, every count, and the thumbnail as a picture inside Markdown."""
    megabytes = summary.size_bytes / 1e6
    shown: dict[str, int | float | MarkdownMetadataValue] = {
        "files": summary.files,
        "megabytes": round(megabytes, 3),
        "seconds": round(summary.seconds, 3),
    }
    if summary.seconds > 0:
        shown["megabytes_per_second"] = round(megabytes / summary.seconds, 2)
    # str(), for Dagster cannot store a name that is a member of an enumeration
    shown.update({str(name): count for name, count in summary.counts.items()})
    if summary.thumbnail_png:
        markdown = inline_markdown(summary.thumbnail_png, text="a de-identified frame")
        if markdown:
            shown["thumbnail"] = MetadataValue.md(markdown)
    return shown
