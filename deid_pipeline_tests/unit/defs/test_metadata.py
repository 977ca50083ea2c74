"""What Dagster shows of a stage's summary."""

from __future__ import annotations

import base64

from dagster import AssetMaterialization, MarkdownMetadataValue, deserialize_value, serialize_value

from deid_pipeline.defs.metadata import LARGEST_THUMBNAIL_BYTES, as_metadata
from deid_pipeline.model import StageSummary, Status

PICTURE = b"\x89PNG picture"


def _summary(**changes: object) -> StageSummary:
    fields: dict[str, object] = {
        "partition_key": "st-1",
        "stage": "validation",
        "seconds": 2.0,
        "files": 3,
        "size_bytes": 5_000_000,
        "counts": {Status.RELEASED: 2, "held": 1},
    }
    return StageSummary(**(fields | changes))  # type: ignore[arg-type]


def test_figures_and_counts_are_shown() -> None:
    assert as_metadata(_summary()) == {
        "files": 3,
        "megabytes": 5.0,
        "seconds": 2.0,
        "megabytes_per_second": 2.5,
        "released": 2,
        "held": 1,
    }


def test_dagster_can_store_what_is_shown() -> None:
    event = AssetMaterialization("a", metadata=as_metadata(_summary(thumbnail_png=PICTURE)))
    assert deserialize_value(serialize_value(event), AssetMaterialization) == event


def test_no_speed_is_shown_for_no_time() -> None:
    assert "megabytes_per_second" not in as_metadata(_summary(seconds=0.0))


def test_the_thumbnail_is_a_picture_inside_markdown() -> None:
    shown = as_metadata(_summary(thumbnail_png=PICTURE))["thumbnail"]
    assert isinstance(shown, MarkdownMetadataValue)
    assert f"(data:image/png;base64,{base64.b64encode(PICTURE).decode()})" in str(shown.value)


def test_a_huge_thumbnail_stays_out_of_the_event_log() -> None:
    assert "thumbnail" not in as_metadata(_summary(thumbnail_png=bytes(LARGEST_THUMBNAIL_BYTES + 1)))
