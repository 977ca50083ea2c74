"""Kept elements of odd length get the padding byte of their VR, at every depth, and nothing else changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from deid_pipeline.dicom import open_dicom
from deid_pipeline_tests.data_sets import (
    BIG_ENDIAN,
    EXPLICIT,
    IMPLICIT,
    KEEP,
    edit,
    explicit,
    implicit,
    item,
    open_item,
    open_sequence,
    raw_file,
)

UIDS = explicit(0x00080018, "UI", b"1.2\0")


def kept(folder: Path, data: bytes, syntax: str = EXPLICIT) -> bytes:
    with open_dicom(raw_file(folder, data, syntax)) as file:
        new, record = edit(file, lambda tag, vr, *_: KEEP)  # noqa: ARG005
    assert record.changes == []
    return new


@pytest.mark.parametrize(
    ("tag", "vr", "padding"),
    [
        (0x00080070, "LO", b" "), (0x00100010, "PN", b" "), (0x00080020, "DA", b" "), (0x00180050, "DS", b" "),
        (0x00204000, "LT", b" "), (0x0040A160, "UT", b" "), (0x0008010E, "UR", b" "), (0x00080060, "CS", b" "),
        (0x0020000D, "UI", b"\0"), (0x00281201, "OW", b"\0"), (0x00091001, "UN", b"\0"), (0x7FE00010, "OB", b"\0"),
        (0x00280010, "US", b"\0"), (0x00189306, "FD", b"\0"), (0x00091001, "OB", b"\0"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("order", ["<", ">"])
def test_the_padding_is_that_of_the_vr(tmp_path: Path, tag: int, vr: str, padding: bytes, order: str) -> None:
    first = explicit(0x00080005, "CS", b"ISO_IR 192", order=order)
    data = first + explicit(tag, vr, b"1.2.3", order=order)
    new = kept(tmp_path, data, EXPLICIT if order == "<" else BIG_ENDIAN)
    assert new == first + explicit(tag, vr, b"1.2.3" + padding, order=order)


def test_lengths_around_a_mended_element_follow(tmp_path: Path) -> None:
    odd, even = explicit(0x00080070, "LO", b"odd"), explicit(0x00080070, "LO", b"odd ")
    for make in (
        lambda inner: explicit(0x00081140, "SQ", item(inner)),
        lambda inner: open_sequence(0x00081140, open_item(inner)),
        lambda inner: explicit(0x00081140, "SQ", item(explicit(0x00081140, "SQ", open_item(inner) + item(UIDS)))),
    ):
        assert kept(tmp_path, make(odd)) == make(even)


def test_implicit_vr_is_mended_by_the_dictionary(tmp_path: Path) -> None:
    data = implicit(0x00080018, b"1.2") + implicit(0x00080070, b"odd") + implicit(0x00091001, b"odd")
    new = implicit(0x00080018, b"1.2\0") + implicit(0x00080070, b"odd ") + implicit(0x00091001, b"odd\0")
    assert kept(tmp_path, data, IMPLICIT) == new


def test_a_large_value_is_copied_and_not_read(tmp_path: Path) -> None:
    data = UIDS + explicit(0x7FE00010, "OB", bytes(1_000_001))
    with open_dicom(raw_file(tmp_path, data)) as file:
        _, record = edit(file, lambda tag, vr, *_: KEEP)  # noqa: ARG005
    assert max(len(part) for part in record.segments if isinstance(part, bytes)) < 20
    assert kept(tmp_path, data) == UIDS + explicit(0x7FE00010, "OB", bytes(1_000_002))


def test_fragments_and_groups_that_are_none_of_dicoms_stay(tmp_path: Path) -> None:
    fragments = explicit(0x7FE00010, "OB", item() + item(b"odd"), length=0xFFFFFFFF) + implicit(0xFFFEE0DD)
    assert kept(tmp_path, UIDS + fragments) == UIDS + fragments
    foreign = explicit(0x00090010, "LO", b"odd ") + explicit(0xFFFF0010, "UN", b"odd")
    assert kept(tmp_path, UIDS + foreign) == UIDS + foreign
