"""Elements as table rows: every depth, named by their private creators."""

from __future__ import annotations

from pathlib import Path

import pytest

from deid_pipeline.dicom import element_rows, open_dicom
from deid_pipeline_tests.data_sets import (
    BIG_ENDIAN,
    JPEG,
    SEQUENCE_END,
    UNDEFINED,
    explicit,
    implicit,
    item,
    open_item,
    open_sequence,
    raw_file,
)


def rows_of(folder: Path, data: bytes, syntax: str = "1.2.840.10008.1.2.1") -> list[tuple[str, str, str]]:
    with open_dicom(raw_file(folder, data, syntax)) as file:
        return [(row.tag_path, row.vr, row.value) for row in element_rows(file)]


def test_paths_values_and_keywords(tmp_path: Path) -> None:
    data = explicit(0x00100010, "PN", b"Doe^Jane") + explicit(0x00280010, "US", b"\2\0")
    with open_dicom(raw_file(tmp_path, data)) as file:
        name, count = element_rows(file, partition_key="st-1", source_path="a/b.dcm")
    assert (name.partition_key, name.source_path, name.tag_path, name.tag, name.keyword, name.value) == (
        "st-1", "a/b.dcm", "(0010,0010)", "00100010", "PatientName", "Doe^Jane",
    )  # fmt: skip
    assert (count.vr, count.value, count.private_creator) == ("US", "2", "")


def test_items_are_numbered_and_follow_their_sequence(tmp_path: Path) -> None:
    leaf = explicit(0x00080100, "SH", b"C1")
    data = open_sequence(0x00081140, item(leaf) + open_item(explicit(0x0040A730, "SQ", item() + item(leaf))))
    assert [path for path, _, _ in rows_of(tmp_path, data)] == [
        "(0008,1140)",
        "(0008,1140)[0].(0008,0100)",
        "(0008,1140)[1].(0040,a730)",
        "(0008,1140)[1].(0040,a730)[1].(0008,0100)",
    ]


def test_private_elements_are_named_by_the_creator_of_their_block(tmp_path: Path) -> None:
    data = explicit(0x00090010, "LO", b"ACME ") + explicit(0x00090011, "LO", b"OTHER 2 ")
    data += explicit(0x00091001, "SH", b"a ") + explicit(0x000911FF, "SH", b"b ") + explicit(0x00091201, "SH", b"c ")
    data += explicit(0x000B1001, "SH", b"d ")
    assert [path for path, _, _ in rows_of(tmp_path, data)] == [
        "(0009,0010)", "(0009,0011)", '(0009,"ACME",01)', '(0009,"OTHER 2",ff)', "(0009,1201)", "(000b,1001)",
    ]  # fmt: skip


def test_a_creator_counts_only_in_its_own_data_set(tmp_path: Path) -> None:
    inner = explicit(0x00090010, "LO", b"IN") + explicit(0x00091001, "SH", b"b ")
    data = explicit(0x00081140, "SQ", item(inner) + item(explicit(0x00091001, "SH", b"c ")))
    data += explicit(0x00090010, "LO", b"OUT ") + explicit(0x00091001, "SH", b"a ")
    paths = [path for path, _, _ in rows_of(tmp_path, data)]
    assert '(0008,1140)[0].(0009,"IN",01)' in paths
    assert "(0008,1140)[1].(0009,1001)" in paths
    assert '(0009,"OUT",01)' in paths


def test_text_is_decoded_by_the_character_set_in_force(tmp_path: Path) -> None:
    data = explicit(0x00080005, "CS", b"ISO_IR 192") + explicit(0x00100010, "PN", "Müller".encode() + b" ")
    inner = explicit(0x00080005, "CS", b"ISO_IR 100") + explicit(0x00100010, "PN", "Müller".encode("latin-1"))
    data += explicit(0x00400275, "SQ", item(inner) + item(explicit(0x00100010, "PN", "Jörg".encode() + b" ")))
    assert [value for path, _, value in rows_of(tmp_path, data) if path.endswith("(0010,0010)")] == [
        "Müller", "Müller", "Jörg",
    ]  # fmt: skip


def test_a_known_element_stored_as_un_is_read_by_ps3_6(tmp_path: Path) -> None:
    assert rows_of(tmp_path, explicit(0x00100010, "UN", b"Doe^Jane")) == [("(0010,0010)", "UN", "Doe^Jane")]


def test_numbers_inside_a_big_endian_file(tmp_path: Path) -> None:
    inner = explicit(0x00280010, "US", b"\1\2", order=">")
    data = open_sequence(0x00081140, open_item(inner, order=">"), order=">") + inner
    assert [value for _, vr, value in rows_of(tmp_path, data, BIG_ENDIAN) if vr == "US"] == ["258", "258"]


@pytest.mark.parametrize("native", [True, False])
def test_pixels_and_bulk_data_are_listed_without_a_value(tmp_path: Path, native: bool) -> None:
    pixels = explicit(0x7FE00010, "OB", item() + item(b"ab"), length=UNDEFINED) + implicit(SEQUENCE_END)
    data = explicit(0x00204000, "LT", b"x" * 100) + explicit(0x00420010, "UT", b"x" * ((1 << 20) + 2))
    data += explicit(0x7FE00010, "OW", b"ab") if native else pixels
    assert [len(value) for _, _, value in rows_of(tmp_path, data, JPEG)] == [100, 0, 0]
