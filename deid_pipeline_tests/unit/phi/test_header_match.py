"""Header values found again in text that was read from pixels."""

from __future__ import annotations

import pytest

from deid_pipeline.model import ElementRow
from deid_pipeline.phi import harvest
from deid_pipeline.phi.header_match import CONFUSION_CLASSES, HeaderMatch, collapse, squeeze

HEADER = harvest(
    [
        ElementRow("", "", "(0010,0010)", "00100010", "PN", "PatientName", "", "DAVIDSON^DOUGLAS"),
        ElementRow("", "", "(0010,0020)", "00100020", "LO", "PatientID", "", "292821506"),
        ElementRow("", "", "(0008,0020)", "00080020", "DA", "StudyDate", "", "20130713"),
        ElementRow("", "", "(0008,0080)", "00080080", "LO", "InstitutionName", "", "Scott Community Hospital"),
        ElementRow("", "", "(0008,0090)", "00080090", "PN", "ReferringPhysicianName", "", "Lee^Al=李^小龙"),
        ElementRow("", "", "(0008,0018)", "00080018", "UI", "SOPInstanceUID", "", "1.2.3.20130713.1"),
    ]
)


def found(text: str) -> set[tuple[str, str]]:
    return {(text[span.start : span.end], span.entity) for span in HeaderMatch().find(text, HEADER)}


@pytest.mark.parametrize(
    ("text", "part", "entity"),
    [
        ("DAVIDSON DOUGLAS", "DAVIDSON DOUGLAS", "NAME"),
        ("Pat: DOUGLAS, DAVIDSON M", "DOUGLAS, DAVIDSON", "NAME"),
        ("DAVIDSONDOUGLAS", "DAVIDSONDOUGLAS", "NAME"),
        ("seen by Lee today", "Lee", "NAME"),
        ("医生李小龙", "李小龙", "NAME"),
        ("292 821 506", "292 821 506", "ID"),
        ("on 2013 Jul 13", "2013 Jul 13", "DATE"),
        ("07/13/2013", "07/13/2013", "DATE"),
        ("SCOTT COMMUNITY  HOSPITAL", "SCOTT COMMUNITY  HOSPITAL", "PLACE"),
    ],
)
def test_exact_values_are_found_in_any_spelling(text: str, part: str, entity: str) -> None:
    assert (part, entity) in found(text)


@pytest.mark.parametrize(
    ("text", "part", "entity"),
    [
        ("DAVlDS0N D0UGLA5", "DAVlDS0N D0UGLA5", "NAME"),
        ("29282l5O6", "29282l5O6", "ID"),
        ("Z013-O7-l3", "Z013-O7-l3", "DATE"),
        ("Sc0tt Comunity Hospitol", "Sc0tt Comunity Hospitol", "PLACE"),
        ("DAVIDSQM", "DAVIDSQM", "NAME"),
    ],
)
def test_misread_values_are_found_too(text: str, part: str, entity: str) -> None:
    assert (part, entity) in found(text)


@pytest.mark.parametrize(
    "text", ["", "...", "AP PORTABLE", "Sleeping", "GE Healthcare", "120 kV", "20:13", "Community"]
)
def test_other_text_is_not(text: str) -> None:
    assert found(text) == set()


def test_exact_matches_score_higher_than_misread_ones() -> None:
    exact, misread = (HeaderMatch().find(text, HEADER)[0].score for text in ("DAVIDSON", "DAVlDS0N"))
    assert exact == 1.0 > misread > 0.5


def test_squeezed_text_knows_where_its_characters_stood() -> None:
    assert squeeze("Dö e-1") == ("doe1", [0, 1, 3, 5])


def test_look_alikes_fall_together_in_one_class_each() -> None:
    assert collapse("o0dcq") == "00000"
    assert collapse("1il|") == "1111"
    assert sum(map(len, CONFUSION_CLASSES)) == len(set("".join(CONFUSION_CLASSES)))
