"""Regions that are set before anything is read: by rules for a device, and by the header of an ultrasound image.

What belongs here: which boxes of an instance are filled whatever is read in them, and where harmless text may stay.
What does not: reading (``detection``), the rows of rules (``strategy``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from deid_pipeline.dicom import DicomFile, ultrasound_regions
from deid_pipeline.errors import ResidualRiskError
from deid_pipeline.model import Box, PixelLayout
from deid_pipeline.redaction import outside
from deid_pipeline.strategy import PixelRules

ENGINE = "rule"
"""What stands in ``text_regions`` as the engine of such regions."""

_DEVICE = (0x00080070, 0x00081090, 0x00080060)  # Manufacturer, Manufacturer's Model Name, Modality
_OUTSIDE = "outside the ultrasound regions (0018,6011)"


@dataclass(frozen=True, slots=True)
class SetRegions:
    """Boxes of every frame of an instance: those to fill, each with its reason, and those in which text may stay."""

    filled: tuple[tuple[Box, str], ...] = ()
    kept: tuple[Box, ...] = ()

    def keeps(self, box: Box) -> bool:
        """Whether a box lies in a region in which text may stay."""
        return any(_is_in(box, around) for around in self.kept)


def set_regions(rules: PixelRules, file: DicomFile, layout: PixelLayout) -> SetRegions:
    """What a strategy's rules set for an open file.

    Raises
    ------
    ResidualRiskError
        A rule for this device lies outside of its frames, or no ultrasound region lies inside.
    SourceDataError
        The header's ultrasound regions are damaged.
    """
    size = {"rows": layout.rows, "columns": layout.columns}
    device = [file.text(tag) for tag in _DEVICE]
    filled: list[tuple[Box, str]] = []
    kept: list[Box] = []
    for rule in rules.regions:
        if rule.holds_for(device, **size):
            box = rule.box(**size)
            if box is not None and rule.what == "keep":
                kept.append(box)
            elif box is not None:
                filled.append((box, rule.origin))
            elif rule.what != "keep":
                raise ResidualRiskError(f"the region of {rule.origin} lies outside of the frame")
    if rules.ultrasound_regions == "redact_outside":
        filled += [(box, _OUTSIDE) for box in _banner(file, layout)]
    return SetRegions(tuple(filled), tuple(kept))


def _banner(file: DicomFile, layout: PixelLayout) -> Sequence[Box]:
    """What lies outside all ultrasound regions; nothing for an instance without such regions."""
    regions = ultrasound_regions(file)
    if regions is None:
        return ()
    found = outside(regions, rows=layout.rows, columns=layout.columns)
    if sum(box.area for box in found) == layout.rows * layout.columns:
        raise ResidualRiskError("no ultrasound region of (0018,6011) lies inside of the frame")
    return found


def _is_in(box: Box, around: Box) -> bool:
    return (
        around.left <= box.left and around.top <= box.top and box.right <= around.right and box.bottom <= around.bottom
    )
