"""Text seen in pixels: as an OCR engine returns it and as it is stored."""

from __future__ import annotations

from dataclasses import dataclass

from deid_pipeline.model.pixels import Box


@dataclass(frozen=True, slots=True)
class ReadLine:
    """One line of text as an engine read it: the box in pixels of the image given, the score from 0 to 1."""

    box: Box
    text: str
    read_score: float


@dataclass(frozen=True, slots=True)
class TextRegion:
    """A row of the vault's table ``text_regions``: one span of text on one frame (or slide level).

    ``box`` is in pixels of the frame; ``frame_index`` is 0-based; ``level`` is None for DICOM instances.
    ``is_phi`` marks the part that is PHI; what is redacted is the strategy's choice (by default every region).
    ``plane`` names the overlay plane that the text was read in by its group ("6000"); frame and box are the plane's
    then. It is empty for text in pixel data.
    """

    partition_key: str
    source_path: str
    frame_index: int | None
    level: int | None
    left_px: int
    top_px: int
    right_px: int
    bottom_px: int
    text: str
    engine: str
    read_score: float
    is_phi: bool
    entity: str
    reason: str
    plane: str = ""

    @property
    def box(self) -> Box:
        """The region as a half-open rectangle."""
        return Box(self.left_px, self.top_px, self.right_px, self.bottom_px)
