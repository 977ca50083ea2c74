"""Outlines of top levels, of both forms of the editor."""

from __future__ import annotations

from pathlib import Path

from deid_pipeline.actions import Effect, Rule
from deid_pipeline.dicom import AskedAlways, HeaderEditor, open_dicom
from deid_pipeline.dicom.outline import EMPTY, GOES, outline_of, read_outline
from deid_pipeline_tests.data_sets import KEEP, explicit, item, raw_file

DELETE = Rule(Effect.DELETE, lambda _: None, "delete", "test")


def test_an_outline_says_what_stays_and_what_is_empty() -> None:
    assert read_outline(outline_of([])) == (set(), set())
    some = [(0x00080005, 0), (0x00080018, EMPTY), (0x00100010, GOES), (0xFFFCFFFC, EMPTY | GOES)]
    assert read_outline(outline_of(some)) == ({0x00080005, 0x00080018}, {0x00080018, 0xFFFCFFFC})


def test_of_several_elements_of_a_tag_one_that_goes_counts_and_the_last_value() -> None:
    assert read_outline(outline_of([(1, GOES), (1, 0), (2, EMPTY), (2, 0), (3, 0), (3, EMPTY)])) == ({2, 3}, {3})


def test_an_editor_outlines_what_its_rules_leave(tmp_path: Path) -> None:
    name = explicit(0x00100010, "PN", b"Doe ")
    data = (
        explicit(0x00080000, "UL", b"1234") + explicit(0x00080018, "UI", b"") + explicit(0x00081140, "SQ", item(name))
    )
    with open_dicom(raw_file(tmp_path, data + name + explicit(0x00100020, "LO", b""))) as file:
        rules = AskedAlways(lambda tag, *_: DELETE if tag >> 16 == 0x0010 else KEEP)
        outline = HeaderEditor(file, rules).outline()
    gone = [(0x00100010, GOES), (0x00100020, EMPTY | GOES)]
    assert outline == outline_of([(0x00080000, GOES), (0x00080018, EMPTY), (0x00081140, 0), *gone])
