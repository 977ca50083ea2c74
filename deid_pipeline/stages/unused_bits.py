"""What hides in the cells of pixel data beside their samples, and what can be done about it.

What belongs here: which instances are held for it. What does not: finding and clearing such bits (room ``codecs``),
planes of their own (60xx,3000).
"""

from __future__ import annotations

from deid_pipeline.codecs import IRREVERSIBLE
from deid_pipeline.dicom import DicomFile, overlay_bit_positions
from deid_pipeline.errors import ResidualRiskError
from deid_pipeline.model import PixelLayout
from deid_pipeline.strategy import PixelRules


def refuse_hidden_samples(file: DicomFile, layout: PixelLayout) -> None:
    """Hold an instance of whose cells something would be hidden that can be neither read nor cleared.

    Raises
    ------
    ResidualRiskError
        An overlay lies in bits that samples take, or in a codestream that keeps no single bits; or compressed samples
        lie above the lowest bit, where they would not be decoded.
    """
    if layout.keyword != "PixelData":
        return
    if layout.is_encapsulated and layout.high_bit + 1 != layout.bits_stored:
        raise ResidualRiskError("compressed samples above bit 0 of their cells cannot be read by this version")
    positions = overlay_bit_positions(file)
    if positions and layout.transfer_syntax_uid in IRREVERSIBLE:
        raise ResidualRiskError("an overlay in the bits of lossy pixel data cannot be cleaned")
    if any(layout.high_bit - layout.bits_stored < position <= layout.high_bit for position in positions):
        raise ResidualRiskError("an overlay lies in bits of the pixel data that samples take, too")


def refuse_found_bits(file: DicomFile, frames: int, *, rules: PixelRules) -> None:
    """Hold an instance with something in unused bits where the strategy says so.

    Parameters
    ----------
    file
        The instance.
    frames
        How many of its frames have unused bits set.
    rules
        What the strategy says about pixels.

    Raises
    ------
    ResidualRiskError
        The strategy holds such instances, and this is one.
    """
    if rules.unused_bits == "hold" and (frames or overlay_bit_positions(file)):
        raise ResidualRiskError("bits of the pixel data outside Bits Stored hold something or are said to")
