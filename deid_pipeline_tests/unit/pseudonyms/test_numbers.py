"""Numbers, and which patient a file belongs to."""

from __future__ import annotations

import pytest

from deid_pipeline.pseudonyms import ProjectSecret, Pseudonyms, number_pseudonym, patient_scope
from deid_pipeline.pseudonyms.numbers import is_placeholder

SECRET = ProjectSecret(bytes(range(32)))
SAYS_NOTHING = [
    "", " ", "\0", "0", "000000", "-", "--", "N/A", "n.a.", "unknown", "UNKNOWN ", "Anonymous", "anonymized", "none",
    "999999", "XXX", "xx-xx", "?", "...", "TEST", "no id", "Not Available", "ID", "^^",
]  # fmt: skip
SAYS_WHO = ["1", "10", "12345", "99", "9", "A0", "0001", "TESTER", "UNKNOWN1", "9991", "山田", "MRN-77", "X1"]


@pytest.mark.parametrize("patient_id", SAYS_NOTHING)
def test_an_id_that_says_nothing_is_a_placeholder(patient_id: str) -> None:
    assert is_placeholder(patient_id)


@pytest.mark.parametrize("patient_id", SAYS_WHO)
def test_an_id_that_says_something_is_none(patient_id: str) -> None:
    assert not is_placeholder(patient_id)


@pytest.mark.parametrize("patient_id", SAYS_NOTHING)
def test_placeholders_are_scoped_by_study(patient_id: str) -> None:
    one, other = (Pseudonyms.for_patient(SECRET, patient_id=patient_id, study_uid=uid) for uid in ("1.2", "1.3"))
    again = Pseudonyms.for_patient(SECRET, patient_id="", study_uid="1.2")
    assert one.patient_id() != other.patient_id()
    assert one.patient_name() != other.patient_name()
    assert one.days_offset() == again.days_offset()


@pytest.mark.parametrize("patient_id", SAYS_WHO)
def test_a_real_id_is_one_patient_in_all_studies(patient_id: str) -> None:
    one, other = (Pseudonyms.for_patient(SECRET, patient_id=patient_id, study_uid=uid) for uid in ("1.2", "1.3"))
    assert (one.patient_id(), one.patient_name(), one.days_offset()) == (
        other.patient_id(), other.patient_name(), other.days_offset(),
    )  # fmt: skip


def test_an_id_that_looks_like_a_study_scope_is_not_that_study() -> None:
    assert patient_scope("study:1.2", "1.9") != patient_scope("", "1.2")


def test_padding_makes_no_other_patient() -> None:
    assert patient_scope("12345 ", "1.2") == patient_scope(" 12345", "1.3")


def test_spelling_makes_another_patient() -> None:
    assert len({patient_scope(text, "1.2") for text in ("abc", "ABC", "0abc", "a bc")}) == 4


@pytest.mark.parametrize("digits", [1, 8, 16])
def test_numbers_have_exactly_the_digits_asked_for(digits: int) -> None:
    numbers = [number_pseudonym(SECRET, "a", str(value), digits=digits) for value in range(300)]
    assert all(len(text) == digits and text.isdecimal() and text[0] != "0" for text in numbers)


def test_the_purpose_is_part_of_a_number() -> None:
    assert number_pseudonym(SECRET, "00080050", "1") != number_pseudonym(SECRET, "00200010", "1")
