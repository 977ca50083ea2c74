"""The layout that an instance has once its frames are decoded and stored as they are.

What belongs here: which decoded samples have an uncompressed form. What does not: decoding (one file for each codec),
writing files (room ``dicom``).
"""

from __future__ import annotations

from dataclasses import replace

from deid_pipeline.errors import ResidualRiskError
from deid_pipeline.model import PixelLayout

EXPLICIT_VR_LITTLE_ENDIAN = "1.2.840.10008.1.2.1"
_LONGEST_VALUE = 0xFFFFFFFE
# What decoding leaves of a photometric interpretation; PS3.3 C.7.6.3.1.2 gives some of them to codestreams only.
_DECODED = {
    **{name: name for name in ("MONOCHROME1", "MONOCHROME2", "PALETTE COLOR", "RGB", "YBR_FULL")},
    **dict.fromkeys(("YBR_RCT", "YBR_ICT", "XYB"), "RGB"),
    "YBR_FULL_422": "YBR_FULL",
}


def decompressed_layout(layout: PixelLayout) -> PixelLayout:
    """The layout of the same instance with uncompressed frames in Explicit VR Little Endian.

    ``value_length`` is that of all frames, without padding; ``value_offset`` means nothing.

    Raises
    ------
    ResidualRiskError
        Decoded samples have no such form, or are too many for one element.
    """
    name = _DECODED.get(layout.photometric_interpretation)
    shifted = layout.high_bit + 1 != layout.bits_stored
    if not layout.is_encapsulated or name is None or shifted or layout.bits_allocated % 8:
        raise ResidualRiskError("decoded samples of this kind have no uncompressed form")
    native = replace(
        layout,
        transfer_syntax_uid=EXPLICIT_VR_LITTLE_ENDIAN,
        photometric_interpretation=name,
        planar_configuration=0,
        value_length=0,
    )
    length = native.frame_bits // 8 * native.number_of_frames
    if length > _LONGEST_VALUE:
        raise ResidualRiskError("the uncompressed frames are too large for one element")
    return replace(native, value_length=length)
