"""What is drawn is what the header of the output says, and nothing where it says nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
import pytest

from deid_pipeline.model import Box, ElementRow, Identifier, ReadLine, TextRegion
from deid_pipeline.phi import harvest
from deid_pipeline.stages import detection
from deid_pipeline.stages.surrogates import letterings
from deid_pipeline_tests.instances import save, small_ct
from deid_pipeline_tests.projects import outputs, project_in, run_stages
from deid_pipeline_tests.unit.stages.test_set_regions import Reader

NAME, ID, STUDY, BIRTH, PHYSICIAN = "(0010,0010)", "(0010,0020)", "(0008,0020)", "(0010,0030)", "(0008,0090)"


def known() -> tuple[Identifier, ...]:
    rows = [
        (NAME, "00100010", "PN", "PatientName", "Quillfeather^Ottoline"),
        (PHYSICIAN, "00080090", "PN", "ReferringPhysicianName", "Broadhurst^Amos"),
        (ID, "00100020", "LO", "PatientID", "QF-0042917"),
        (STUDY, "00080020", "DA", "StudyDate", "20190412"),
        (BIRTH, "00100030", "DA", "PatientBirthDate", "19560203"),
    ]
    return harvest(ElementRow("", "", path, tag, vr, word, "", value) for path, tag, vr, word, value in rows)


MOVED = {NAME: "Baleroga^Didi", ID: "6594528", STUDY: "20190402", BIRTH: "19560124", PHYSICIAN: "Menazoko^Teza"}


def drawn(text: str, entity: str, *, phi: bool = True, new: dict[str, str] | None = None) -> str:
    region = TextRegion("k", "p", 2, None, 1, 2, 30, 12, text, "rapidocr", 0.9, phi, entity, "in the header")
    found = letterings([region], known(), MOVED if new is None else new)
    assert set(found) <= {2}
    (one,) = found.get(2, [None])
    assert one is None or one.box == Box(1, 2, 30, 12)
    return one.text if one else ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Quillfeather^Ottoline", "Baleroga^Didi"),
        ("QUILLFEATHER OTTOLINE", "BALEROGA DIDI"),
        ("Quillfeather, Ottoline", "Baleroga, Didi"),
        ("QU1LLFEATHER OTT0LINE", "BALEROGA DIDI"),
        ("Broadhurst Amos", "Menazoko Teza"),
        ("Somebody Else", ""),
    ],
)
def test_a_name_becomes_that_of_the_element_it_repeats(text: str, expected: str) -> None:
    assert drawn(text, "NAME") == expected


def test_an_id_becomes_the_new_one_and_a_number_of_nobody_nothing() -> None:
    assert drawn("QF-0042917", "ID") == "6594528"
    assert drawn("81234567", "ID") == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2019-04-12", "2019-04-02"), ("12 Apr 2019", "2 Apr 2019"), ("03.02.1956", "24.01.1956"), ("99.99.9999", "")],
)
def test_a_date_moves_as_the_headers_dates_did(text: str, expected: str) -> None:
    assert drawn(text, "DATE") == expected


@pytest.mark.parametrize(
    "new",
    [{}, {STUDY: "20190402", BIRTH: "19560123"}, {STUDY: "20190412", BIRTH: "19560203"}, {STUDY: "x"}],
    ids=["removed", "by different days", "kept", "no date"],
)
def test_a_date_is_not_drawn_where_the_header_does_not_tell_by_how_much(new: dict[str, str]) -> None:
    assert drawn("2019-04-12", "DATE", new=new) == ""


def test_what_the_strategy_removed_or_kept_is_not_drawn() -> None:
    assert drawn("QUILLFEATHER OTTOLINE", "NAME", new={}) == ""
    assert drawn("Quillfeather^Ottoline", "NAME", new={NAME: "QUILLFEATHER^OTTOLINE"}) == ""


@pytest.mark.parametrize(("text", "entity"), [("63Y", "AGE"), ("Saint Orsolya", "PLACE"), ("LEFT", ""), ("", "NAME")])
def test_other_kinds_are_not_drawn(text: str, entity: str) -> None:
    assert drawn(text, entity) == ""


def test_text_of_an_overlay_plane_is_not_drawn_into_the_pixels() -> None:
    box = (1, 2, 30, 12)
    region = TextRegion("k", "p", 2, None, *box, "QF-0042917", "rapidocr", 0.9, True, "ID", "in the header", "6000")
    assert not letterings([region], known(), MOVED)


def test_harmless_text_is_not_drawn_again() -> None:
    assert drawn("Quillfeather^Ottoline", "NAME", phi=False) == ""


def test_the_pipeline_draws_what_its_own_header_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = ReadLine(Box(10, 20, 190, 40), "QUILLFEATHER OTTOLINE", 0.9)
    monkeypatch.setattr(detection, "engine", lambda **_: Reader((line,)))
    (tmp_path / "mine.yaml").write_text("extends: pseudonym\npixels:\n  fill: surrogate\n")
    project = project_in(tmp_path, strategy=str(tmp_path / "mine.yaml"))
    source = save(small_ct(size=200), project.settings.landing / "1")
    row = outputs(project, run_stages(project))["1"]
    assert row.status == "released", row.reason
    before, after = pydicom.dcmread(source), pydicom.dcmread(row.output_path)
    box = after.pixel_array[13:47, 3:197]
    assert len(np.unique(box)) > 2, "letters"
    assert not np.array_equal(box, before.pixel_array[13:47, 3:197])
    outside = before.pixel_array != after.pixel_array
    outside[13:47, 3:197] = False
    assert not outside.any()
    assert str(after.PatientName) != str(before.PatientName)
