"""What Dagster shows of a stage's summary.

What belongs here: turning PHI-free figures and a de-identified picture into Dagster metadata. What does not: choosing
what may be shown; a `StageSummary` is PHI-free by contract.
"""

from __future__ import annotations

import base64

from dagster import MarkdownMetadataValue, MetadataValue

from deid_pipeline.model import StageSummary

# A picture stays in the event log for ever, once for each run of a partition.
LARGEST_THUMBNAIL_BYTES = 48_000


def as_metadata(summary: StageSummary) -> dict[str, int | float | MarkdownMetadataValue]:
    """Return files, megabytes, seconds, MB/s, every count, and the thumbnail as a picture inside Markdown.

    The UI's Markdown accepts ``data:`` addresses for pictures, so no other server is needed.
    """
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
    if 0 < len(summary.thumbnail_png) <= LARGEST_THUMBNAIL_BYTES:
        picture = base64.b64encode(summary.thumbnail_png).decode("ascii")
        shown["thumbnail"] = MetadataValue.md(f"![a de-identified frame](data:image/png;base64,{picture})")
    return shown
