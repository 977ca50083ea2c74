"""Where identifiers hide in the structure of a file: depth, private blocks, unknown groups, padding, group 2, UIDs."""

from __future__ import annotations

from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset

from deid_pipeline_tests.data_sets import (
    BIG_ENDIAN,
    DEFLATED,
    EXPLICIT,
    IMPLICIT,
    SEQUENCE_END,
    UNDEFINED,
    explicit,
    implicit,
    item,
)
from deid_pipeline_tests.instances import ROOT, save, small_ct
from deid_pipeline_tests.releasing import Released, release, with_elements

pytestmark = pytest.mark.usefixtures("both_forms")

STRATEGIES = ["basic", "midi_b"]
SECRETS = (b"QUILLFEATHER", b"OTTOLINE", b"SECRETVALUE")
NAME = explicit(0x00100010, "PN", b"Quillfeather^Ottoline ")


def assert_clean(result: Released) -> None:
    assert (result.status, result.reason) == ("released", "")
    content = result.content.upper()
    assert not [secret for secret in SECRETS if secret in content]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_identifiers_three_sequences_deep_in_sequences_that_no_table_lists(tmp_path: Path, strategy: str) -> None:
    inner = explicit(0x00540016, "SQ", item(NAME + explicit(0x00100020, "LO", b"QF-0042917")))
    middle = explicit(0x00081140, "SQ", item(inner))
    result = release(tmp_path, with_elements(tmp_path, explicit(0x00189346, "SQ", item(middle))), strategy)
    assert_clean(result)
    assert b"QF-0042917" not in result.content
    assert "CTDIPhantomTypeCodeSequence" in result.dataset


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("form", ["undefined length", "defined length", "implicit VR"])
def test_a_private_sequence_that_came_as_unknown_goes(tmp_path: Path, strategy: str, form: str) -> None:
    content = item(implicit(0x00100010, b"Quillfeather^Ottoline "))
    creator = explicit(0x00090010, "LO", b"SIEMENS CSA HEADER")
    if form == "undefined length":
        hidden = explicit(0x00091010, "UN", content, length=UNDEFINED) + implicit(SEQUENCE_END)
    else:
        hidden = explicit(0x00091010, "UN", content)
    source = with_elements(tmp_path, creator, hidden)
    if form == "implicit VR":
        dataset = small_ct()
        block = dataset.private_block(0x0009, "SIEMENS CSA HEADER", create=True)
        inner = Dataset()
        inner.PatientName = "Quillfeather^Ottoline"
        block.add_new(0x10, "SQ", [inner])
        source = save(dataset, tmp_path / "implicit.dcm", syntax=IMPLICIT).read_bytes()
    result = release(tmp_path, source, strategy)
    assert_clean(result)
    assert not [element for element in result.dataset if element.tag.is_private]


def test_a_public_sequence_that_came_as_unknown_is_looked_into(tmp_path: Path) -> None:
    content = item(implicit(0x00100010, b"Quillfeather^Ottoline ") + implicit(0x00081155, b"1.2.3.4\0"))
    for length in (UNDEFINED, None):
        hidden = explicit(0x00081140, "UN", content, length=length)
        hidden += implicit(SEQUENCE_END) if length else b""
        result = release(tmp_path, with_elements(tmp_path, hidden))
        assert_clean(result)
        assert result.dataset.ReferencedImageSequence[0].ReferencedSOPInstanceUID.startswith("2.25.")


SAFE, UNSAFE = "SIEMENS MR HEADER", "SECRETVALUE INC"


def private(*elements: tuple[int, str, object]) -> Dataset:
    made = Dataset()
    for number, vr, value in elements:
        made.add_new(0x00190000 | number, vr, value)
    return made


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize(
    ("elements", "kept"),
    [
        ([(0x10, "LO", SAFE), (0x100C, "IS", "1000")], {0x10: SAFE, 0x100C: 1000}),
        ([(0x20, "LO", SAFE), (0x200C, "IS", "1000"), (0x2099, "LO", "SECRETVALUE")], {0x20: SAFE, 0x200C: 1000}),
        ([(0x10, "LO", "siemens mr header "), (0x100C, "IS", "1000")], {0x10: "siemens mr header", 0x100C: 1000}),
        (
            [(0x10, "LO", SAFE), (0x11, "LO", SAFE), (0x100C, "IS", "1"), (0x110C, "IS", "2")],
            {0x10: SAFE, 0x100C: 1, 0x11: SAFE, 0x110C: 2},
        ),
        ([(0x10, "LO", SAFE), (0x1099, "LO", "SECRETVALUE")], {}),
        ([(0x10, "LO", UNSAFE), (0x100C, "IS", "1000")], {}),
        ([(0x100C, "IS", "1000")], {}),  # nobody says whose it is
        ([(0x20, "LO", SAFE), (0x100C, "IS", "1000")], {}),  # a block without creator beside one with
    ],
)
def test_private_elements_stay_only_where_their_creator_and_number_are_listed(
    tmp_path: Path, elements: list[tuple[int, str, object]], kept: dict[int, object], nested: bool
) -> None:
    dataset, made = small_ct(), private(*elements)
    if nested:
        made.ReferencedSOPInstanceUID = "1.2.3.4.5"
        dataset.ReferencedImageSequence = [made]
    else:
        dataset.update(made)
    result = release(tmp_path, dataset)
    assert_clean(result)
    place = result.dataset.ReferencedImageSequence[0] if nested else result.dataset
    found = {int(element.tag) & 0xFFFF: element.value for element in place if element.tag.is_private}
    assert found == kept


def test_two_creators_for_one_block_are_trusted_in_neither(tmp_path: Path) -> None:
    blocks = explicit(0x00190010, "LO", b"SIEMENS MR HEADER ") + explicit(0x00190010, "LO", b"SECRETVALUE ")
    source = with_elements(tmp_path, blocks + explicit(0x0019100C, "LO", b"SECRETVALUE "))
    result = release(tmp_path, source)
    assert result.status in {"held", "released"}
    assert b"SECRETVALUE" not in result.content


@pytest.mark.parametrize("strategy", ["basic", "midi_b", "minimal", "tcia"])
@pytest.mark.parametrize(
    "elements",
    [
        [explicit(0x00089999, "LO", b"SECRETVALUE ")],
        [explicit(0x00089999, "UN", b"SECRETVALUE ")],
        [explicit(0x60000022, "LO", b"SECRETVALUE "), explicit(0x60001500, "LO", b"SECRETVALUE ")],
        [explicit(0x60020022, "LO", b"SECRETVALUE "), explicit(0x601E4000, "LT", b"SECRETVALUE ")],
        [explicit(0x50000022, "LO", b"SECRETVALUE "), explicit(0x50042500, "LO", b"SECRETVALUE ")],
        [explicit(0x50000022, "LO", b"SECRETVALUE "), explicit(0x60000022, "LO", b"SECRETVALUE ")],
        [explicit(0x7F100020, "LO", b"SECRETVALUE ")],
        [explicit(0x7FE10010, "LO", b"SECRETVALUE "), explicit(0x7FE11010, "UN", b"SECRETVALUE ")],
        [explicit(0xFFFCFFFC, "OB", b"SECRETVALUE ")],
        [
            explicit(
                0xFFFAFFFA,
                "SQ",
                item(explicit(0x04000100, "UI", b"1.2.3\0") + explicit(0x00100010, "PN", b"SECRETVALUE ")),
            )
        ],
        [
            explicit(
                0x04000561,
                "SQ",
                item(explicit(0x04000550, "SQ", item(NAME)) + explicit(0x04000563, "LO", b"SECRETVALUE ")),
            )
        ],
        [explicit(0x00080000, "UL", b"\x10\0\0\0")],
    ],
)
def test_elements_that_nobody_lists_and_groups_that_are_ruled_whole_go(
    tmp_path: Path, elements: list[bytes], strategy: str
) -> None:
    result = release(tmp_path, with_elements(tmp_path, *elements), strategy)
    assert_clean(result)
    for element in elements:
        tag = int.from_bytes(element[0:2], "little") << 16 | int.from_bytes(element[2:4], "little")
        assert tag not in result.dataset


def test_preamble_and_group_2_are_new_and_agree_with_the_data_set(tmp_path: Path) -> None:
    path = save(small_ct(), tmp_path / "source.dcm")
    source = pydicom.dcmread(path)
    source.preamble = b"SECRETVALUE".ljust(128, b"S")
    meta = source.file_meta
    meta.MediaStorageSOPInstanceUID = "1.2.3.999"
    meta.ImplementationVersionName, meta.SourceApplicationEntityTitle = "SECRETVALUE", "SECRETVALUE"
    meta.PrivateInformationCreatorUID, meta.PrivateInformation = "1.2.3.99", b"SECRETVALUE "
    source.save_as(path)
    result = release(tmp_path, path.read_bytes())
    assert_clean(result)
    assert result.content[:128] == bytes(128)
    assert result.dataset.file_meta.MediaStorageSOPInstanceUID == result.dataset.SOPInstanceUID


def in_order(syntax: str) -> Dataset:
    """A small instance whose samples are in the byte order of a syntax."""
    dataset = small_ct()
    if syntax == BIG_ENDIAN:
        raw = dataset.PixelData
        dataset.PixelData = bytes(raw[at ^ 1] for at in range(len(raw)))
    return dataset


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT, BIG_ENDIAN])
def test_zeros_behind_the_data_set_are_no_part_of_it_and_other_bytes_are_damage(tmp_path: Path, syntax: str) -> None:
    order = ">" if syntax == BIG_ENDIAN else "<"
    whole = save(small_ct(order=order), tmp_path / "whole.dcm", syntax=syntax).read_bytes()
    pixels = whole[-2048:]
    for number in (8, 510, 2048):
        result = release(tmp_path / str(number), whole + bytes(number))
        assert result.status == "released"
        assert result.content.endswith(pixels)
    assert release(tmp_path / "junk", whole + bytes(8) + b"SECRETVALUE").status == "quarantined"


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT, BIG_ENDIAN, DEFLATED])
def test_every_uncompressed_syntax_is_released_in_itself(tmp_path: Path, syntax: str) -> None:
    order = ">" if syntax == BIG_ENDIAN else "<"
    result = release(tmp_path, save(small_ct(order=order), tmp_path / "source.dcm", syntax=syntax).read_bytes())
    assert_clean(result)
    assert result.dataset.file_meta.TransferSyntaxUID == syntax
    assert result.dataset.pixel_array.shape == (32, 32)


def test_a_file_without_preamble_and_one_without_group_2_are_read(tmp_path: Path) -> None:
    whole = save(small_ct(), tmp_path / "whole.dcm").read_bytes()
    assert_clean(release(tmp_path / "a", whole[132:]))
    assert_clean(release(tmp_path / "b", whole[whole.index(b"\x08\0\x05\0CS") :]))


def test_uids_are_mapped_alike_wherever_they_stand_and_registered_ones_stay(tmp_path: Path) -> None:
    dataset = small_ct()
    dataset.FrameOfReferenceUID = f"{ROOT}.1.99"
    dataset.FailedSOPInstanceUIDList = [dataset.SOPInstanceUID, f"{ROOT}.5"]
    dataset.ImageComments = f"series {dataset.SeriesInstanceUID}, class 1.2.840.10008.5.1.4.1.1.2"
    reference = Dataset()
    reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID = dataset.SOPClassUID, dataset.SOPInstanceUID
    reference.ReferencedFrameOfReferenceUID = dataset.FrameOfReferenceUID
    dataset.SourceImageSequence = [reference]
    made = release(tmp_path, dataset).dataset
    assert made.SourceImageSequence[0].ReferencedSOPInstanceUID == made.SOPInstanceUID
    assert made.SourceImageSequence[0].ReferencedFrameOfReferenceUID == made.FrameOfReferenceUID
    assert made.SourceImageSequence[0].ReferencedSOPClassUID == dataset.SOPClassUID
    assert made.FailedSOPInstanceUIDList[0] == made.SOPInstanceUID
    assert made.ImageComments == f"series {made.SeriesInstanceUID}, class 1.2.840.10008.5.1.4.1.1.2"
    assert all(len(uid) <= 64 for uid in made.FailedSOPInstanceUIDList)


@pytest.mark.parametrize("uid", [b"1.2." + b"9" * 66, b"1.02.3.004", b"SECRETVALUE no uid", b"1.2.3.4 "])
def test_a_uid_that_is_none_becomes_one(tmp_path: Path, uid: bytes) -> None:
    result = release(tmp_path, with_elements(tmp_path, explicit(0x00200052, "UI", uid)))
    assert_clean(result)
    assert pydicom.uid.UID(result.dataset.FrameOfReferenceUID).is_valid


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize(
    "element",
    [
        NAME,
        explicit(0x00100020, "LO", b"SECRETVALUE "),
        explicit(0x00080005, "CS", b"ISO_IR 192"),
        explicit(0x00080018, "UI", b"1.2.3\0"),
    ],
)
def test_an_element_that_is_there_twice_gives_nothing_away(tmp_path: Path, element: bytes, strategy: str) -> None:
    result = release(tmp_path, with_elements(tmp_path, element, element), strategy)
    assert result.status in {"held", "released"}
    assert not [secret for secret in SECRETS if secret in result.content.upper()]


@pytest.mark.parametrize(
    "syntax", ["1.2.840.10008.1.2.1.SECRETVALUE", "1.2.840.10008.1.2.19560203", "1.2.840.10008.1.2."]
)
def test_a_transfer_syntax_that_nobody_registered_carries_nothing_out(tmp_path: Path, syntax: str) -> None:
    path = save(small_ct(), tmp_path / "source.dcm")
    content = path.read_bytes()
    at = content.index(b"\x02\x00\x10\x00UI")
    value = syntax.encode() + b"\0" * (len(syntax) % 2)
    result = release(tmp_path, content[: at + 6] + len(value).to_bytes(2, "little") + value + content[at + 28 :])
    assert (result.status, result.reason) == ("quarantined", "the transfer syntax is not supported")
