"""Laws of pseudonyms: one for each original, the same on every machine, always legal."""

from __future__ import annotations

import re
import uuid

from hypothesis import given, settings
from hypothesis import strategies as st

from deid_pipeline.pseudonyms import (
    ProjectSecret,
    Pseudonyms,
    days_offset,
    decrypt_original,
    encrypt_original,
    name_pseudonym,
    number_pseudonym,
    uid_pseudonym,
)

SECRET = ProjectSecret(bytes(range(32)))
KEYS = st.binary(min_size=32, max_size=32)
ANY_TEXT = st.text(st.characters())  # lone surrogates too
UIDS = st.from_regex(r"\A[0-2](\.(0|[1-9][0-9]{0,10})){1,6}\Z") | ANY_TEXT
QUICK = settings(max_examples=150, deadline=None)


@QUICK
@given(key=KEYS, uid=UIDS)
def test_a_uid_pseudonym_is_a_legal_uid_of_a_version_8_uuid(key: bytes, uid: str) -> None:
    pseudonym = uid_pseudonym(ProjectSecret(key), uid)
    assert len(pseudonym) <= 64
    assert re.fullmatch(r"2\.25\.[1-9][0-9]*", pseudonym)
    held = uuid.UUID(int=int(pseudonym.removeprefix("2.25.")))
    assert (held.version, held.variant) == (8, uuid.RFC_4122)


@QUICK
@given(key=KEYS, uid=UIDS)
def test_a_uid_pseudonym_is_the_same_wherever_it_is_derived(key: bytes, uid: str) -> None:
    here, there = (Pseudonyms(ProjectSecret(bytes(key)), patient) for patient in ("id:1", "id:2"))
    assert here.uid(uid) == there.uid(uid) == uid_pseudonym(ProjectSecret(key), uid)


@QUICK
@given(values=st.sets(UIDS, min_size=2, max_size=30))
def test_different_originals_get_different_pseudonyms(values: set[str]) -> None:
    for derive in (
        lambda value: uid_pseudonym(SECRET, value),
        lambda value: number_pseudonym(SECRET, "a", value),
        lambda value: name_pseudonym(SECRET, value),
        lambda value: encrypt_original(SECRET, "uid", value),
    ):
        assert len({derive(value) for value in values}) == len(values)


def test_a_hundred_thousand_originals_stay_apart() -> None:
    originals = [f"{number:06d}" for number in range(100_000)]
    assert len({uid_pseudonym(SECRET, f"1.2.{text}") for text in originals}) == len(originals)
    assert len({number_pseudonym(SECRET, "patient", f"id:{text}") for text in originals}) == len(originals)
    assert len({name_pseudonym(SECRET, f"id:{text}") for text in originals}) == len(originals)


@QUICK
@given(first=st.tuples(ANY_TEXT, ANY_TEXT), second=st.tuples(ANY_TEXT, ANY_TEXT))
def test_purpose_and_value_never_run_into_each_other(first: tuple[str, str], second: tuple[str, str]) -> None:
    pairs = {(purpose.replace("\0", ""), value) for purpose, value in (first, second)}
    assert len({SECRET.derive(purpose, value) for purpose, value in pairs}) == len(pairs)


@QUICK
@given(key=KEYS, patient=ANY_TEXT)
def test_an_offset_is_into_the_past_and_at_most_ten_years(key: bytes, patient: str) -> None:
    assert -3650 <= days_offset(ProjectSecret(key), patient) <= -1


@QUICK
@given(key=KEYS, purpose=ANY_TEXT.filter(lambda text: "\0" not in text), original=ANY_TEXT)
def test_the_crosswalk_gives_every_original_back(key: bytes, purpose: str, original: str) -> None:
    secret = ProjectSecret(key)
    assert decrypt_original(secret, purpose, encrypt_original(secret, purpose, original)) == original
