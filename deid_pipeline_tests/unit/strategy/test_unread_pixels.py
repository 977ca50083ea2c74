"""No rule keeps a bitmap that nobody reads, wherever it lies."""

from __future__ import annotations

import pytest
from pydicom._dicom_dict import DicomDictionary, RepeatersDictionary
from pydicom.tag import Tag

from deid_pipeline.actions import Effect
from deid_pipeline.strategy import load, names

NO_PICTURES = frozenset(
    """
    RecordKey PriorRecordKey InteroperabilityVersion Signature EncryptedContent
    ObjectBinaryIdentifierTrial ObjectDirectoryBinaryIdentifierTrial
    CoordinateSystemAxisValues DarkCurrentCounts AirCounts DetectorCalibrationData
    GrayLookupTableData RedPaletteColorLookupTableData GreenPaletteColorLookupTableData
    BluePaletteColorLookupTableData AlphaPaletteColorLookupTableData LargeRedPaletteColorLookupTableData
    LargeGreenPaletteColorLookupTableData LargeBluePaletteColorLookupTableData SegmentedRedPaletteColorLookupTableData
    SegmentedGreenPaletteColorLookupTableData SegmentedBluePaletteColorLookupTableData
    SegmentedAlphaPaletteColorLookupTableData BlendingLookupTableData WeightingLookupTableData LUTData ICCProfile
    TrianglePointIndexList EdgePointIndexList VertexPointIndexList PrimitivePointIndexList
    RecommendedDisplayCIELabValueList FillPattern SelectorOWValue
    ChannelMinimumValue ChannelMaximumValue WaveformPaddingValue WaveformData
    """.split()
)
"""Bytes and words that are keys, tables, coordinates or measurements, and pixel data of a sample each: no bitmaps."""

READ = frozenset({0x7FE00010})  # 7FE00008 and 7FE00009 are numbers of their own VR
BULK = ("OB", "OW", "UN")


@pytest.mark.parametrize("name", names())
def test_of_bytes_and_words_only_known_ones_stay(name: str) -> None:
    strategy = load(name)
    for tag, (vrs, _, _, _, keyword) in DicomDictionary.items():
        if tag >> 16 <= 0x0006 or tag in READ or keyword in NO_PICTURES:
            continue
        for vr in set(vrs.split(" or ")) & set(BULK):
            assert strategy.rule(tag, vr).effect is not Effect.KEEP, f"{Tag(tag)} {keyword}"


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("group", [0x7F00, 0x7F02, 0x7FDE, 0x6000, 0x601E, 0x5000])
def test_repeating_groups_go(name: str, group: int) -> None:
    strategy = load(name)
    for pattern in RepeatersDictionary:
        if pattern[:2].lower() == f"{group >> 8:02x}":
            tag = group << 16 | int(pattern[4:].replace("x", "0"), 16)
            assert strategy.rule(tag, "OW").effect is Effect.DELETE, Tag(tag)


@pytest.mark.parametrize("tag", [0x7FE00008, 0x7FE00009, 0x7FE00010, 0x60003000, 0x60000010])
def test_inside_sequences_no_rule_keeps_pixels(tag: int) -> None:
    strategy = load("basic")
    for parents in ((0x00880200,), (0x00880200, 0x00081140), (0x00480120,)):
        assert strategy.rule(tag, "OW", "", parents).effect is Effect.DELETE


def test_icons_and_copies_in_private_groups_go() -> None:
    strategy = load("basic")
    assert strategy.rule(0x00880200, "SQ").effect is Effect.DELETE
    for tag in (0x00091010, 0x00291010, 0x7FE11010):
        assert strategy.rule(tag, "OB", "SOME MAKER").effect is Effect.DELETE
