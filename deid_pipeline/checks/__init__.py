"""Checks: questions about an output file, one file each; every one must be answered yes before it is released.

What belongs here: one file for each check, one line in ``CHECKS``. What does not: acting on the answers (``stages``).
"""

from deid_pipeline.checks.case import CheckCase
from deid_pipeline.checks.date_shifted import DateShifted
from deid_pipeline.checks.file_structure import FileStructure
from deid_pipeline.checks.markers import Markers
from deid_pipeline.checks.overlay_planes import OverlayPlanes
from deid_pipeline.checks.patid_consistent import PatidConsistent
from deid_pipeline.checks.pixels_hidden import PixelsHidden
from deid_pipeline.checks.pixels_retained import PixelsRetained
from deid_pipeline.checks.protocol import Check, Outcome
from deid_pipeline.checks.running import run_checks
from deid_pipeline.checks.side_data_removed import SideDataRemoved
from deid_pipeline.checks.tag_retained import TagRetained
from deid_pipeline.checks.text_removed import TextRemoved
from deid_pipeline.checks.uid_changed import UidChanged
from deid_pipeline.checks.uid_consistent import UidConsistent
from deid_pipeline.checks.unused_bits import UnusedBits

CHECKS: tuple[Check, ...] = (
    FileStructure(),
    Markers(),
    TagRetained(),
    UidChanged(),
    UidConsistent(),
    PatidConsistent(),
    DateShifted(),
    TextRemoved(),
    PixelsRetained(),
    PixelsHidden(),
    UnusedBits(),
    OverlayPlanes(),
    SideDataRemoved(),
)

__all__ = ["CHECKS", "Check", "CheckCase", "Outcome", "run_checks"]
