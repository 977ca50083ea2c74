"""Laws of the PHI room that hold for any text."""

from __future__ import annotations

import string
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from deid_pipeline.model import Box, ElementRow, ReadLine
from deid_pipeline.phi import harvest, label_spans

NAMES = st.text(string.ascii_uppercase, min_size=5, max_size=12)
TEXT = st.text(max_size=40)


def header(name: str, day: date = date(2013, 7, 13)) -> list[ElementRow]:
    return [
        ElementRow("", "", "(0010,0010)", "00100010", "PN", "PatientName", "", name),
        ElementRow("", "", "(0008,0020)", "00080020", "DA", "StudyDate", "", f"{day:%Y%m%d}"),
    ]


@settings(max_examples=60, deadline=None)
@given(text=TEXT, name=NAMES)
def test_parts_are_pieces_of_the_line_in_order_and_cover_all_but_blanks(text: str, name: str) -> None:
    parts = label_spans(ReadLine(Box(3, 4, 103, 14), text, 0.9), harvest(header(name)))
    at = 0
    for part in parts:
        at = text.index(part.text, at) + len(part.text)
        assert part.box.top == 4
        assert part.box.bottom == 14
        assert 3 <= part.box.left <= part.box.right <= 103
    assert "".join("".join(part.text for part in parts).split()) == "".join(text.split())


@settings(max_examples=60, deadline=None)
@given(family=NAMES, given_name=NAMES, before=st.sampled_from(["", "Name: ", "AP chest "]))
def test_a_name_of_the_header_is_always_phi_wherever_it_stands(family: str, given_name: str, before: str) -> None:
    text = f"{before}{given_name} {family}"
    parts = label_spans(ReadLine(Box(0, 0, 100, 10), text, 0.9), harvest(header(f"{family}^{given_name}")))
    phi = " ".join(part.text for part in parts if part.is_phi)
    if family.lower() not in {"patient", "unknown"}:
        assert family in phi
        assert given_name in phi


@settings(max_examples=60, deadline=None)
@given(
    day=st.dates(date(1901, 1, 1), date(2099, 12, 31)),
    form=st.sampled_from(["%Y%m%d", "%d.%m.%Y", "%m/%d/%Y", "%b-%d-%Y"]),
)
def test_a_day_of_the_header_is_phi_in_any_form(day: date, form: str) -> None:
    text = day.strftime(form)
    parts = label_spans(ReadLine(Box(0, 0, 100, 10), text, 0.9), harvest(header("DOE^JOHN", day)))
    if day != date(1970, 1, 1):
        assert [(part.text, part.is_phi) for part in parts] == [(text, True)]
