"""Values that a field label introduces."""

from __future__ import annotations

import pytest

from deid_pipeline.phi.labelled_value import LabelledValue


def found(text: str) -> list[tuple[str, str]]:
    return [(text[span.start : span.end], span.entity) for span in LabelledValue().find(text, ())]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Name: Roe Jane", [("Roe Jane", "NAME")]),
        ("Patient ID 0042", [("0042", "ID")]),
        ("DOB: 1/2/80 Sex: F", [("1/2/80", "DATE")]),
        ("MRN: 7 Acc: 9", [("7", "ID"), ("9", "ID")]),
        ("Institution Name Scott Hospital", [("Scott Hospital", "PLACE")]),
    ],
)
def test_the_value_runs_to_the_next_label(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize("text", ["", "Name", "Name:", "Sex: F", "kV: 120", "R hospital", "Rename: x"])
def test_labels_alone_and_other_fields_give_nothing(text: str) -> None:
    assert found(text) == []
