"""Fixed items take the place of the source's, in the syntax of the file."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from pydicom import Dataset, Sequence, config, dcmread

from deid_pipeline.actions import Effect, Rule, action_named
from deid_pipeline.actions.items import Made, encoded_items
from deid_pipeline.dicom import file_head, open_dicom
from deid_pipeline.errors import StrategyError
from deid_pipeline_tests.acting import element
from deid_pipeline_tests.data_sets import BIG_ENDIAN, EXPLICIT, IMPLICIT, edit, rules, save

PERSON = action_named("replaceWithDummyPersonIdentificationCode")
OBSERVER = action_named("replacewithDummyVerifyingObserverIdentificationSequence")
ANNOTATION = action_named("replaceWithDummyGraphicalAnnotation")
TAGS = [(PERSON, 0x00401101), (OBSERVER, 0x0040A073), (OBSERVER, 0x0040A088), (ANNOTATION, 0x00700001)]


def replaced(folder: Path, action, tag: int, syntax: str, *, nested: bool = False) -> Dataset:
    """What pydicom reads after the action replaced a sequence that tells a name."""
    teller = Dataset()
    teller.PatientName = "CANARY^Jane"
    inner = Dataset()
    inner.add_new(tag, "SQ", Sequence([teller, teller]))
    source = Dataset()
    if nested:
        source.add_new(0x00081140, "SQ", Sequence([inner]))
    else:
        source = inner
    rule = Rule(Effect.REWRITE, action.bind("", vr="SQ"), action.name, "test")
    with open_dicom(save(source, folder / "in.dcm", syntax)) as file:
        new, _ = edit(file, rules({tag: rule}))
    assert b"CANARY" not in new
    head = file_head(sop_class_uid="1.2", sop_instance_uid="1.3", transfer_syntax_uid=syntax)
    made = dcmread(BytesIO(head + new))
    return made[0x00081140][0] if nested else made


@pytest.mark.parametrize("syntax", [IMPLICIT, EXPLICIT, BIG_ENDIAN])
@pytest.mark.parametrize(("action", "tag"), TAGS)
@pytest.mark.parametrize("nested", [False, True])
def test_the_items_are_read_back_in_every_syntax_at_every_depth(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, action, tag: int, syntax: str, nested: bool
) -> None:
    monkeypatch.setattr(config.settings, "reading_validation_mode", config.RAISE)
    made = replaced(tmp_path, action, tag, syntax, nested=nested)
    assert len(made[tag].value) == 1
    texts = [str(held.value) for held in made[tag][0].iterall()]
    assert len(texts) >= 3
    assert any("ANONYM" in text for text in texts)


def test_a_person_is_a_code_of_our_own(tmp_path: Path) -> None:
    (code,) = replaced(tmp_path, PERSON, 0x00401101, EXPLICIT)[0x00401101]
    assert (code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning) == ("ANONYMIZED", "99DEID", "Anonymized")


def test_an_observer_has_all_that_is_asked_for(tmp_path: Path) -> None:
    (observer,) = replaced(tmp_path, OBSERVER, 0x0040A073, EXPLICIT)[0x0040A073]
    assert (observer.VerifyingObserverName, observer.VerifyingOrganization) == ("ANONYMOUS", "ANONYMOUS")
    assert observer.VerificationDateTime
    assert observer.VerifyingObserverIdentificationCodeSequence[0].CodeMeaning == "Anonymized"


def test_an_annotation_is_a_circle_and_a_word(tmp_path: Path) -> None:
    (annotation,) = replaced(tmp_path, ANNOTATION, 0x00700001, IMPLICIT)[0x00700001]
    assert annotation.TextObjectSequence[0].UnformattedTextValue == "ANONYMOUS"
    (circle,) = annotation.GraphicObjectSequence
    assert (circle.GraphicType, circle.NumberOfGraphicPoints, len(circle.GraphicData)) == ("CIRCLE", 2, 4)


@pytest.mark.parametrize(("action", "tag"), TAGS)
def test_an_empty_sequence_stays_empty_and_twice_is_once(action, tag: int) -> None:
    rewrite = action.bind("", vr="SQ")
    assert rewrite(element(b"", "SQ", tag=tag)) == b""
    once = rewrite(element(b"\xfe\xff\x00\xe0\0\0\0\0", "SQ", tag=tag))
    assert rewrite(element(once, "SQ", tag=tag)) == once


@pytest.mark.parametrize("action", [PERSON, OBSERVER, ANNOTATION])
@pytest.mark.parametrize(("option", "vr"), [("x", "SQ"), ("", "LO"), ("", "UN")])
def test_options_and_other_vrs_are_refused(action, option: str, vr: str) -> None:
    with pytest.raises(StrategyError):
        action.bind(option, vr=vr)


@pytest.mark.parametrize("explicit", [True, False])
def test_values_of_odd_length_are_padded(explicit: bool) -> None:
    raw = encoded_items(
        [[Made(0x00080018, "UI", "1.2"), Made(0x00080104, "LO", "odd")]], explicit=explicit, big_endian=False
    )
    assert raw.endswith(b"odd ")
    assert b"1.2\0" in raw
    assert len(raw) == 8 + 2 * (8 + 4)
