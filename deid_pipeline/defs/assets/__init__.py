"""Assets: one file for each stage, in the order in which data pass them."""

from collections.abc import Sequence

from dagster import AssetsDefinition

from deid_pipeline.defs.assets.detection import text_regions
from deid_pipeline.defs.assets.ingest import source_files
from deid_pipeline.defs.assets.metadata import elements
from deid_pipeline.defs.assets.reconstruction import rebuilt_files
from deid_pipeline.defs.assets.validation import released_files
from deid_pipeline.defs.assets.warehouse import warehouse

STUDY_ASSETS: Sequence[AssetsDefinition] = (source_files, elements, text_regions, rebuilt_files, released_files)
ASSETS: Sequence[AssetsDefinition] = (*STUDY_ASSETS, warehouse)

__all__ = ["ASSETS", "STUDY_ASSETS"]
