"""Cells of the crosswalk open with the right key and purpose, and with nothing else."""

from __future__ import annotations

import base64

import pytest

from deid_pipeline.errors import SettingsError
from deid_pipeline.pseudonyms import ProjectSecret, decrypt_original, encrypt_original, original_hmac

SECRET = ProjectSecret(bytes(range(32)))
OTHER = ProjectSecret(bytes(32))
ORIGINALS = ["1.2.840.113619.2.55.3", "Müller^Jörg", "", "山田^太郎", "x" * 5000, "lone \udcff surrogate \ud800"]


@pytest.mark.parametrize("original", ORIGINALS)
def test_what_was_encrypted_comes_back(original: str) -> None:
    assert decrypt_original(SECRET, "uid", encrypt_original(SECRET, "uid", original)) == original


def test_a_cell_shows_nothing_of_its_original_and_is_the_same_every_time() -> None:
    cell = encrypt_original(SECRET, "uid", "1.2.840.113619.2.55.3")
    assert b"113619" not in base64.b64decode(cell)
    assert cell.isascii()
    assert cell == encrypt_original(SECRET, "uid", "1.2.840.113619.2.55.3")


def test_a_nonce_belongs_to_one_original_and_purpose() -> None:
    cells = [encrypt_original(SECRET, purpose, text) for purpose in ("uid", "patient") for text in ("a", "b", "c")]
    assert len({base64.b64decode(cell)[:12] for cell in cells}) == len(cells)


@pytest.mark.parametrize("position", [0, 11, 12, 20, -1])
def test_an_altered_cell_is_refused(position: int) -> None:
    sealed = bytearray(base64.b64decode(encrypt_original(SECRET, "uid", "1.2.840.113619")))
    sealed[position] ^= 1
    with pytest.raises(SettingsError, match="another key, or was altered"):
        decrypt_original(SECRET, "uid", base64.b64encode(sealed).decode())


@pytest.mark.parametrize("length", range(0, 44))
def test_a_shortened_cell_is_refused(length: int) -> None:
    cell = encrypt_original(SECRET, "uid", "1.2.840")
    with pytest.raises(SettingsError, match="another key, or was altered"):
        decrypt_original(SECRET, "uid", cell[:length])


@pytest.mark.parametrize("cell", ["no base64!", "é", "A", "===="])
def test_a_cell_that_is_none_is_refused(cell: str) -> None:
    with pytest.raises(SettingsError, match="another key, or was altered"):
        decrypt_original(SECRET, "uid", cell)


def test_another_key_or_purpose_does_not_open_it() -> None:
    cell = encrypt_original(SECRET, "uid", "1.2.3")
    for secret, purpose in ((OTHER, "uid"), (SECRET, "patient")):
        with pytest.raises(SettingsError):
            decrypt_original(secret, purpose, cell)


def test_rows_are_found_by_a_keyed_hash_of_purpose_and_original() -> None:
    hashes = {
        original_hmac(secret, purpose, text)
        for secret in (SECRET, OTHER)
        for purpose in ("uid", "patient")
        for text in ("1.2.3", "1.2.4")
    }
    assert len(hashes) == 8
    assert all(len(bytes.fromhex(value)) == 32 for value in hashes)
    assert original_hmac(SECRET, "uid", "1.2.3") in hashes
