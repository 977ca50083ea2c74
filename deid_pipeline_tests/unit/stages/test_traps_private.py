"""Private elements that a list keeps: whatever VR they are written in, their values stay, and what identifies goes."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydicom.dataset import Dataset
from pydicom.tag import Tag
from pydicom.uid import ImplicitVRLittleEndian

from deid_pipeline_tests.instances import save, small_ct
from deid_pipeline_tests.releasing import Released, release

pytestmark = pytest.mark.usefixtures("both_forms")

PHILIPS, PETD = "Philips Imaging DD 001", "GEMS_PETD_01"
UID = "1.2.840.113619.1.2.3.1356940801"


def released(folder: Path, group: int, creator: str, number: int, vr: str, value: object) -> Released:
    dataset = small_ct(name="Brandstetter^Olga")
    dataset.add_new(Tag(group, 0x10), "LO", creator)
    dataset.add_new(Tag(group, 0x1000 + number), vr, value)
    result = release(folder, dataset)
    assert (result.status, result.reason) == ("released", "")
    return result


def value_of(dataset: Dataset, group: int, number: int) -> bytes | None:
    element = dataset.get_item(Tag(group, 0x1000 + number))
    return None if element is None else bytes(element.value).rstrip(b" \0")


@pytest.mark.parametrize(
    ("group", "creator", "number", "vr", "value"),
    [
        (0x0019, "GEMS_ACQU_01", 0x18, "OB", b"L "),
        (0x0019, "GEMS_ACQU_01", 0x18, "UN", b"L "),
        (0x0019, "LORAD Selenia", 0x30, "OB", b"\x08\0"),
        (0x0019, "LORAD Selenia", 0x30, "UN", b"\x08\0"),
        (0x0019, "LORAD Selenia", 0x40, "UN", b"\x08\0"),
        (0x0019, "SIEMENS MR HEADER", 0x0F, "UN", b"Fast"),
        (0x0019, "SIEMENS MR HEADER", 0x0F, "LO", "Fast"),
        (0x0019, "SIEMENS MR HEADER", 0x0C, "UN", b"1000"),
        (0x0025, "GEMS_SERS_01", 0x07, "OB", b"\x28\0\0\0"),
        (0x0043, "GEMS_PARM_01", 0x97, "UN", b"3\\0\\1.5a"),
        (0x0043, "GEMS_PARM_01", 0x82, "UN", b"abc "),
        (0x0021, "FDMS 1.0", 0x80, "OB", b"AB"),
        (0x2001, PHILIPS, 0x0B, "CS", "SAGITTAL"),
        (0x2001, PHILIPS.upper(), 0x04, "CS", "I "),
        (0x0009, PETD, 0xB2, "SL", 3),
        (0x7FD1, "GEIIS", 0x10, "UL", 1),
    ],
)
def test_a_listed_value_stays_as_it_is(
    tmp_path: Path, group: int, creator: str, number: int, vr: str, value: object
) -> None:
    kept = value_of(released(tmp_path, group, creator, number, vr, value).dataset, group, number)
    if isinstance(value, int):
        assert kept == bytes([value])
    else:
        assert kept == (value if isinstance(value, bytes) else str(value).encode()).rstrip(b" \0")


@pytest.mark.parametrize(
    ("group", "creator", "number", "vr", "value"),
    [
        (0x2001, PHILIPS, 0x0B, "UN", b"SAGITTAL"),
        (0x0009, PETD, 0xB2, "UN", b"\3\0\0\0"),
        (0x0021, "SIEMENS MR SDS 01", 0x0C, "SH", "+LPH"),
    ],
)
def test_where_the_list_contradicts_itself_only_a_written_vr_settles_it(
    tmp_path: Path, group: int, creator: str, number: int, vr: str, value: object
) -> None:
    assert value_of(released(tmp_path, group, creator, number, vr, value).dataset, group, number) is None


@pytest.mark.parametrize("vr", ["UN", "OB", "LO"])
def test_a_text_in_a_number_loses_what_the_header_names(tmp_path: Path, vr: str) -> None:
    text = "Fast Brandstetter"
    result = released(tmp_path, 0x0019, "SIEMENS MR HEADER", 0x0F, vr, text if vr == "LO" else text.encode() + b" ")
    assert b"Brandstetter" not in result.content
    assert value_of(result.dataset, 0x0019, 0x0F) == b"Fast"


@pytest.mark.parametrize("vr", ["UN", "UI", "LO", "implicit"])
@pytest.mark.parametrize(("group", "creator", "number"), [(0x0009, "GEMS_IDEN_01", 0xE3), (0x0009, PETD, 0x0A)])
def test_a_uid_becomes_the_same_pseudonym_in_whatever_vr(
    tmp_path: Path, vr: str, group: int, creator: str, number: int
) -> None:
    dataset = small_ct()
    dataset.FrameOfReferenceUID = UID
    dataset.add_new(Tag(group, 0x10), "LO", creator)
    made = UID.encode() + b"\0" if vr == "UN" else UID
    dataset.add_new(Tag(group, 0x1000 + number), "UI" if vr == "implicit" else vr, made)
    syntax = ImplicitVRLittleEndian if vr == "implicit" else "1.2.840.10008.1.2.1"
    result = release(tmp_path / "x", save(dataset, tmp_path / "source.dcm", syntax=syntax).read_bytes())
    assert (result.status, result.reason) == ("released", "")
    assert value_of(result.dataset, group, number) == str(result.dataset.FrameOfReferenceUID).encode()
