"""Numbers of n digits change places with one another."""

from __future__ import annotations

import itertools

import pytest

from deid_pipeline.pseudonyms import ProjectSecret, Pseudonyms, permuted_digits

SECRET = ProjectSecret(bytes(range(32)))


@pytest.mark.parametrize("digits", [1, 2, 3, 4])
def test_every_number_of_a_length_is_taken_exactly_once(digits: int) -> None:
    numbers = [str(number) for number in range(10 ** (digits - 1), 10**digits)]
    assert sorted(permuted_digits(SECRET, "a", number) for number in numbers) == numbers


@pytest.mark.parametrize("number", ["12345", "1234567890123456789", "9" * 64, "1" + "0" * 63])
def test_the_length_stays_and_nothing_begins_with_0(number: str) -> None:
    new = permuted_digits(SECRET, "a", number)
    assert len(new) == len(number)
    assert new.isdecimal()
    assert new[0] != "0"
    assert new != number


def test_key_and_purpose_decide_the_places() -> None:
    numbers = [str(number) for number in range(100_000, 100_100)]
    mine = [permuted_digits(SECRET, "a", number) for number in numbers]
    assert mine != [permuted_digits(SECRET, "b", number) for number in numbers]
    assert mine != [permuted_digits(ProjectSecret(bytes(32)), "a", number) for number in numbers]


def test_neighbours_are_scattered() -> None:
    new = [int(permuted_digits(SECRET, "a", str(number))) for number in range(100_000, 100_400)]
    halves = sum(number < 550_000 for number in new)
    assert 150 < halves < 250
    assert len({second - first for first, second in itertools.pairwise(new)}) > 390


def patient(patient_id: str) -> str:
    return Pseudonyms.for_patient(SECRET, patient_id=patient_id, study_uid="1.2").patient_id()


def test_no_two_patients_share_an_id_also_across_lengths_and_leading_zeros() -> None:
    ids = [str(number) for number in range(1, 20_000)]
    ids += [f"{number:06d}" for number in range(1, 20_000)] + [f"MRN-{number}" for number in range(20_000)]
    ids = [text for text in ids if text.strip("0") and (len(text) < 3 or text.strip("9"))]
    assert len({int(patient(text)) for text in ids}) == len(ids)


def test_a_plain_number_keeps_its_length_and_other_ids_become_longer() -> None:
    assert [len(patient(text)) for text in ("359554021", "12345678", "4" * 16, "4" * 40)] == [9, 8, 16, 40]
    assert [len(patient(text)) for text in ("000123", "A12", "12-34", "")] == [16, 16, 16, 16]


def test_no_number_stays_its_own() -> None:
    assert not [number for number in range(1, 3000) if patient(str(number)) == str(number)]
