"""Lines split into PHI and the rest."""

from __future__ import annotations

from deid_pipeline.model import Box, ElementRow, ReadLine
from deid_pipeline.phi import Span, harvest, label_spans

HEADER = harvest([ElementRow("", "", "(0010,0010)", "00100010", "PN", "PatientName", "", "DAVIDSON^DOUGLAS")])


class Fixed:
    """A recognizer that always finds the same."""

    name = "fixed"

    def __init__(self, *spans: Span) -> None:
        self.spans = list(spans)

    def find(self, text: str, identifiers: object) -> list[Span]:  # noqa: ARG002 - the protocol's
        return self.spans


def split(text: str) -> list[tuple[str, bool, str]]:
    return [
        (part.text, part.is_phi, part.entity) for part in label_spans(ReadLine(Box(0, 0, 100, 10), text, 1.0), HEADER)
    ]


def test_a_line_with_a_label_and_a_name_gives_two_parts() -> None:
    assert split("Name: DAVIDSON DOUGLAS") == [("Name:", False, ""), ("DAVIDSON DOUGLAS", True, "NAME")]


def test_a_line_of_one_kind_gives_one_part_as_it_was_read() -> None:
    assert split("AP  PORTABLE") == [("AP  PORTABLE", False, "")]
    assert split("Davidson") == [("Davidson", True, "NAME")]


def test_text_behind_the_phi_is_a_part_of_its_own() -> None:
    assert split("DAVIDSON axial") == [("DAVIDSON", True, "NAME"), ("axial", False, "")]


def test_a_line_without_text_is_not_lost() -> None:
    assert split("") == [("", False, "")]
    assert len(split("  ")) == 1


def test_the_box_is_split_by_characters_and_rounded_outward() -> None:
    line = ReadLine(Box(10, 5, 21, 9), "abcdefgh", 1.0)
    parts = label_spans(line, (), recognizers=[Fixed(Span(3, 8, "ID", "x", 1.0))])
    assert [part.box for part in parts] == [Box(10, 5, 15, 9), Box(14, 5, 21, 9)]


def test_overlapping_spans_join_under_the_surest_reason() -> None:
    line = ReadLine(Box(0, 0, 8, 1), "abcdefgh", 1.0)
    spans = Fixed(Span(0, 4, "ID", "one", 0.5), Span(2, 6, "NAME", "two", 0.9), Span(6, 8, "AGE", "three", 0.1))
    parts = label_spans(line, (), recognizers=[spans])
    assert [(part.text, part.entity, part.reason) for part in parts] == [
        ("abcdef", "NAME", "two"),
        ("gh", "AGE", "three"),
    ]


def test_a_field_label_is_no_phi_even_for_a_patient_of_that_name() -> None:
    header = harvest([ElementRow("", "", "(0010,0010)", "00100010", "PN", "PatientName", "", "Birth^Date")])
    parts = label_spans(ReadLine(Box(0, 0, 100, 10), "Birth Date: 1/2/1980", 1.0), header)
    assert [(part.text, part.is_phi) for part in parts] == [("Birth Date:", False), ("1/2/1980", True)]


def test_the_parts_together_cover_every_column_of_the_line() -> None:
    line = ReadLine(Box(10, 0, 110, 10), "  Name:   DAVIDSON   axial ", 1.0)
    parts = label_spans(line, HEADER)
    covered = {column for part in parts for column in range(part.box.left, part.box.right)}
    assert len(parts) > 1
    assert covered == set(range(10, 110))
