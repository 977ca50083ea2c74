"""Invented names: the same for the same person, never the person's."""

from __future__ import annotations

from deid_pipeline.actions import ElementValue, action_named
from deid_pipeline_tests.data_sets import pseudonyms

PATIENT, PHYSICIAN = 0x00100010, 0x00080090


def renamed(raw: bytes, tag: int, *, encodings: tuple[str, ...] = ("iso8859",), patient_id: str = "P1") -> bytes:
    action = action_named("replaceWithRandomName")
    assert action is not None
    new = action.bind("", vr="PN")(ElementValue(tag, "PN", raw, encodings, pseudonyms(patient_id=patient_id)))
    assert new is not None
    return new


def test_the_patients_name_belongs_to_the_pseudonym_not_to_the_spelling() -> None:
    assert renamed(b"Doe^Jane", PATIENT) == renamed(b"DOE^JANE^^Dr ", PATIENT) == renamed(b"Smith^Jane", PATIENT)
    assert renamed(b"Doe^Jane", PATIENT) != renamed(b"Doe^Jane", PATIENT, patient_id="P2")


def test_another_person_has_one_name_in_all_files_of_all_patients() -> None:
    assert renamed(b"Who^Doctor", PHYSICIAN) == renamed(b"Who^Doctor ", 0x00081050, patient_id="P2")
    assert renamed(b"Who^Doctor", PHYSICIAN) != renamed(b"No^Doctor", PHYSICIAN)


def test_lists_of_persons_keep_their_number() -> None:
    new = renamed(b"Who^Doctor\\\\No^Doctor", PHYSICIAN).split(b"\\")
    assert new == [renamed(b"Who^Doctor", PHYSICIAN), b"", renamed(b"No^Doctor", PHYSICIAN)]


def test_three_component_groups_become_one_name() -> None:
    raw = b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B"
    new = renamed(raw, PHYSICIAN, encodings=("iso8859", "iso2022_jp"))
    assert b"=" not in new
    assert new.count(b"^") == 1


def test_empty_stays_empty() -> None:
    for raw in (b"", b" ", b"\0"):
        assert renamed(raw, PATIENT) == renamed(raw, PHYSICIAN) == b""
