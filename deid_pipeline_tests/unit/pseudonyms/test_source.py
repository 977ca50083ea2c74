"""All pseudonyms of one instance, and the crosswalk rows they leave."""

from __future__ import annotations

import re

from deid_pipeline.pseudonyms import (
    ProjectSecret,
    Pseudonyms,
    days_offset,
    name_pseudonym,
    study_partition_key,
    uid_pseudonym,
)
from deid_pipeline.pseudonyms.dates import MAXIMUM_DAYS

SECRET = ProjectSecret(bytes(range(32)))


def instance(patient_id: str = "P1") -> Pseudonyms:
    return Pseudonyms.for_patient(SECRET, patient_id=patient_id, study_uid="1.2.3")


def test_uids_do_not_depend_on_the_patient_and_are_collected_for_the_crosswalk() -> None:
    one, other = instance("P1"), instance("P2")
    assert one.uid("1.2.3") == other.uid("1.2.3") == one.uid("1.2.3")
    one.uid("1.2.4")
    assert one.uid_map == {uid: uid_pseudonym(SECRET, uid) for uid in ("1.2.3", "1.2.4")}
    assert other.uid_map == {"1.2.3": uid_pseudonym(SECRET, "1.2.3")}


def test_a_person_gets_another_name_than_the_patient_of_the_same_spelling() -> None:
    assert instance().person_name("id:P1") != instance().patient_name()


def test_nothing_of_one_project_recurs_in_another() -> None:
    other = Pseudonyms.for_patient(ProjectSecret(bytes(32)), patient_id="P1", study_uid="1.2.3")
    mine = instance()
    assert mine.uid("1.2") != other.uid("1.2")
    assert mine.patient_id() != other.patient_id()
    assert mine.patient_name() != other.patient_name()
    assert mine.number("a", "1") != other.number("a", "1")
    assert study_partition_key(SECRET, "1.2") != study_partition_key(other.secret, "1.2")


def test_names_are_a_family_and_a_given_name_that_fit_pn() -> None:
    names = {name_pseudonym(SECRET, str(number)) for number in range(500)}
    assert len(names) == 500
    assert all(re.fullmatch("[A-Z][a-z]{9}\\^[A-Z][a-z]{7}", name) for name in names)


def test_offsets_lie_in_the_past_and_spread_over_the_whole_range() -> None:
    offsets = {days_offset(SECRET, f"id:{number}") for number in range(40_000)}
    assert (min(offsets), max(offsets)) == (-MAXIMUM_DAYS, -1)


def test_partition_keys_are_pseudonyms_of_the_study() -> None:
    keys = {study_partition_key(SECRET, f"1.2.{number}") for number in range(500)}
    assert len(keys) == 500
    assert all(re.fullmatch("st-[0-9a-f]{16}", key) for key in keys)
