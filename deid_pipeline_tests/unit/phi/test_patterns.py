"""Shapes that look like PHI."""

from __future__ import annotations

import pytest

from deid_pipeline.phi.patterns import Patterns


@pytest.mark.parametrize(
    ("text", "part", "entity"),
    [
        ("Study 20130713 10:15", "20130713", "DATE"),
        ("2013-07-13", "2013-07-13", "DATE"),
        ("07/13/2013", "07/13/2013", "DATE"),
        ("13.07.13", "13.07.13", "DATE"),
        ("2013 Jul 13", "2013 Jul 13", "DATE"),
        ("July 13th, 2013", "July 13th, 2013", "DATE"),
        ("13-JUL-2013", "13-JUL-2013", "DATE"),
        ("no 292821506", "292821506", "ID"),
        ("123-45-6789", "123-45-6789", "ID"),
        ("call (301) 555-1234", "(301) 555-1234", "CONTACT"),
        ("jane.roe@example.org", "jane.roe@example.org", "CONTACT"),
        ("037Y", "037Y", "AGE"),
        ("37 years", "37 years", "AGE"),
    ],
)
def test_shapes_are_found(text: str, part: str, entity: str) -> None:
    assert (part, entity) in {(text[span.start : span.end], span.entity) for span in Patterns().find(text, ())}


@pytest.mark.parametrize(
    "text", ["", "120 kV", "512x512", "1.25 mm", "10:15:30", "W 400 L 40", "1234567", "SE 2 IM 13"]
)
def test_technical_text_is_not(text: str) -> None:
    assert Patterns().find(text, ()) == []
