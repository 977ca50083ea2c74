"""The key: where it may come from, who may read it, that it is never shown."""

from __future__ import annotations

import hashlib
import hmac
import os
import pickle
import stat
from pathlib import Path

import pytest

from deid_pipeline.errors import SettingsError
from deid_pipeline.pseudonyms import ProjectSecret, create_key_file, load_secret

KEY = bytes(range(100, 132))


def key_file(folder: Path, content: bytes, mode: int = 0o600) -> Path:
    path = folder / "deid.key"
    path.write_bytes(content)
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    "content", [KEY, KEY.hex().encode(), KEY.hex().upper().encode() + b"\n", b" " + KEY.hex().encode() + b"\r\n"]
)
def test_raw_bytes_and_hex_digits_give_the_same_secret(tmp_path: Path, content: bytes) -> None:
    assert load_secret(key_file(tmp_path, content)) == ProjectSecret(KEY)


def test_32_raw_bytes_that_end_in_a_newline_are_taken_as_they_are(tmp_path: Path) -> None:
    raw = KEY[:31] + b"\n"
    assert load_secret(key_file(tmp_path, raw)) == ProjectSecret(raw)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        KEY[:31],
        KEY + b"x",
        KEY.hex()[:-1].encode(),
        KEY.hex().encode() + b"00",
        b"z" * 64,
        b"\xff" * 64,
        b"ab " * 21 + b"a",
    ],
)
def test_a_key_of_another_form_is_refused_without_showing_it(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(SettingsError, match="32 raw bytes or 64 hex digits") as caught:
        load_secret(key_file(tmp_path, content))
    assert content.decode("latin-1") not in str(caught.value) or not content


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o666, 0o444])
def test_a_key_file_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(SettingsError, match="read by others"):
        load_secret(key_file(tmp_path, KEY, mode))


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_key_file_of_its_owner_alone_is_read(tmp_path: Path, mode: int) -> None:
    assert load_secret(key_file(tmp_path, KEY, mode)) == ProjectSecret(KEY)


def test_a_missing_key_file_or_a_folder_is_a_settings_error_without_its_path(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.key", tmp_path):
        with pytest.raises(SettingsError, match="cannot be read") as caught:
            load_secret(path)
        assert str(tmp_path) not in str(caught.value)


def test_the_environment_gives_the_key_in_hex_when_no_file_is_named() -> None:
    assert load_secret(None, environment={"DEID_KEY": KEY.hex()}) == ProjectSecret(KEY)


def test_the_file_wins_over_the_environment(tmp_path: Path) -> None:
    assert load_secret(key_file(tmp_path, KEY), environment={"DEID_KEY": "00" * 32}) == ProjectSecret(KEY)


def test_without_any_key_nothing_is_loaded() -> None:
    with pytest.raises(SettingsError, match="no key"):
        load_secret(None, environment={})


@pytest.mark.parametrize("text", ["a" * 32, "k" * 32, "00" * 31, "é" * 64, "00" * 33])
def test_the_environment_takes_64_hex_digits_and_nothing_else(text: str) -> None:
    with pytest.raises(SettingsError, match="DEID_KEY") as caught:
        load_secret(None, environment={"DEID_KEY": text})
    assert text not in str(caught.value)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_a_new_key_is_for_its_owner_alone_under_any_umask(tmp_path: Path, umask: int) -> None:
    path = tmp_path / "new.key"
    before = os.umask(umask)
    try:
        create_key_file(path)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(bytes.fromhex(path.read_text())) == 32
    load_secret(path)


def test_new_keys_differ(tmp_path: Path) -> None:
    create_key_file(tmp_path / "a.key")
    create_key_file(tmp_path / "b.key")
    assert (tmp_path / "a.key").read_bytes() != (tmp_path / "b.key").read_bytes()


def test_an_existing_key_is_never_overwritten_nor_a_link_followed(tmp_path: Path) -> None:
    path = key_file(tmp_path, KEY)
    link = tmp_path / "link.key"
    link.symlink_to(tmp_path / "target.key")
    for taken in (path, link):
        with pytest.raises(SettingsError, match="never overwritten"):
            create_key_file(taken)
    assert path.read_bytes() == KEY
    assert not (tmp_path / "target.key").exists()


def test_a_key_that_cannot_be_written_is_a_settings_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be written"):
        create_key_file(tmp_path / "no such folder" / "deid.key")


def test_the_secret_is_not_shown() -> None:
    shown = repr(ProjectSecret(KEY)) + str(ProjectSecret(KEY))
    assert KEY.hex() not in shown
    assert repr(KEY) not in shown


def test_derivations_are_the_hmac_of_purpose_and_value() -> None:
    expected = hmac.new(KEY, "uid\0é".encode(), hashlib.sha256).digest()
    assert ProjectSecret(KEY).derive("uid", "é") == expected


def test_a_secret_that_went_to_another_process_derives_the_same() -> None:
    secret = ProjectSecret(KEY)
    again = pickle.loads(pickle.dumps(secret))
    assert again == secret
    assert again.derive("uid", "1.2") == secret.derive("uid", "1.2")


def test_the_fingerprint_tells_secrets_apart_and_holds_no_key() -> None:
    one, other = ProjectSecret(KEY), ProjectSecret(bytes(32))
    assert one.fingerprint() == ProjectSecret(KEY).fingerprint() != other.fingerprint()
    assert len(one.fingerprint()) == 16
    assert one.fingerprint() not in KEY.hex()


def test_the_end_of_a_purpose_is_not_the_start_of_a_value() -> None:
    secret = ProjectSecret(KEY)
    assert len({secret.derive("ab", "c"), secret.derive("a", "bc"), secret.derive("abc", "")}) == 3
