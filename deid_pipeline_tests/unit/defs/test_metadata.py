"""What Dagster shows of a stage's summary."""

from __future__ import annotations

import io

from dagster import AssetMaterialization, MarkdownMetadataValue, deserialize_value, serialize_value
from PIL import Image

from deid_pipeline.defs.metadata import as_metadata
from deid_pipeline.model import StageSummary, Status

_STREAM = io.BytesIO()
Image.new("L", (40, 30), 128).save(_STREAM, "PNG")
PICTURE = _STREAM.getvalue()


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
    assert str(shown.value).startswith("![a de-identified frame](data:image/webp;base64,")
