"""The floor of the house: frozen records that travel between stages.

What belongs here: dataclasses of plain values with their units. What does not: behaviour beyond trivial properties,
input or output, anything that imports another room.
"""

from deid_pipeline.model.checking import CheckResult
from deid_pipeline.model.crosswalk import CrosswalkEntry
from deid_pipeline.model.display import Display
from deid_pipeline.model.element import ElementChange, ElementRow
from deid_pipeline.model.files import Detection, Kind, LandingFile, OutputFile, RebuiltFile, SourceFile, Status
from deid_pipeline.model.identifiers import Identifier, IdentifierKind
from deid_pipeline.model.overlays import OverlayLayout
from deid_pipeline.model.pixels import Box, Patch, PixelLayout, one_colour
from deid_pipeline.model.settings import Settings
from deid_pipeline.model.summary import StageSummary
from deid_pipeline.model.text import ReadLine, TextRegion
from deid_pipeline.model.timing import StageTiming

__all__ = [
    "Box",
    "CheckResult",
    "CrosswalkEntry",
    "Detection",
    "Display",
    "ElementChange",
    "ElementRow",
    "Identifier",
    "IdentifierKind",
    "Kind",
    "LandingFile",
    "OutputFile",
    "OverlayLayout",
    "Patch",
    "PixelLayout",
    "ReadLine",
    "RebuiltFile",
    "Settings",
    "SourceFile",
    "StageSummary",
    "StageTiming",
    "Status",
    "TextRegion",
    "one_colour",
]
