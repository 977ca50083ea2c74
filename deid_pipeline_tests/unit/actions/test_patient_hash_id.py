"""The patient's pseudonym, also where the source has no id."""

from __future__ import annotations

from deid_pipeline.actions import ElementValue, action_named
from deid_pipeline.pseudonyms import Pseudonyms
from deid_pipeline_tests.data_sets import SECRET, pseudonyms


def hashed(raw: bytes, source: Pseudonyms) -> bytes | None:
    action = action_named("patientHashId")
    assert action is not None
    return action.bind("", vr="LO")(ElementValue(0x00100020, "LO", raw, ("iso8859",), source))


def test_every_spelling_in_a_file_gives_the_patients_one_id() -> None:
    expected = pseudonyms().patient_id().encode()
    assert {hashed(raw, pseudonyms()) for raw in (b"P1", b"P1\\P2 ", b"", b" ")} == {expected}


def test_nameless_patients_of_different_studies_stay_apart() -> None:
    ids = {
        hashed(b"", Pseudonyms.for_patient(SECRET, patient_id="", study_uid=f"1.2.{number}")) for number in range(100)
    }
    assert len(ids) == 100


def test_a_number_keeps_its_length_and_sh_holds_at_most_16_digits() -> None:
    action = action_named("patientHashId")
    for length in (8, 16, 40):
        source = pseudonyms(patient_id="7" * length)
        value = ElementValue(0x00100020, "LO", b"7" * length, ("iso8859",), source)
        assert len(action.bind("", vr="LO")(value)) == length
        assert len(action.bind("", vr="SH")(value._replace(vr="SH"))) == min(length, 16)
