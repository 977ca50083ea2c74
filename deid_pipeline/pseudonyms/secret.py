"""The project's secret: 32 bytes from which every pseudonym derives.

What belongs here: reading, checking and making the key. What does not: any particular pseudonym.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deid_pipeline.errors import SettingsError

KEY_BYTES = 32
_HEX_KEY = re.compile(f"[0-9a-fA-F]{{{2 * KEY_BYTES}}}")


@dataclass(frozen=True, slots=True)
class ProjectSecret:
    """32 secret bytes; never shown by ``repr``."""

    _key: bytes = field(repr=False)

    def derive(self, purpose: str, value: str) -> bytes:
        """HMAC-SHA256 of (purpose, value), 32 bytes.

        ``purpose`` holds no NUL, so that (purpose, value) pairs cannot run into each other. Lone surrogates are encoded
        like other characters: no two values share their bytes.
        """
        return hmac.digest(self._key, f"{purpose}\0{value}".encode("utf-8", "surrogatepass"), "sha256")

    def fingerprint(self) -> str:
        """16 hex digits that tell one secret from another without revealing it."""
        return self.derive("fingerprint", "").hex()[:16]


def load_secret(key_file: Path | None, *, environment: Mapping[str, str] = os.environ) -> ProjectSecret:
    """Read the secret from ``key_file`` (32 raw bytes or 64 hex digits), else from ``DEID_KEY`` (hex).

    Raises
    ------
    SettingsError
        There is no key, it has a wrong form, or the file can be read by others than its owner.
    """
    if key_file is None:
        text = environment.get("DEID_KEY", "")
        if not text:
            raise SettingsError("no key: give --key-file or set DEID_KEY (deidp init makes a key)")
        key = _from_hex(text)
        if key is None:
            raise SettingsError(f"DEID_KEY must hold {2 * KEY_BYTES} hex digits")
        return ProjectSecret(key)
    try:
        mode = key_file.stat().st_mode
        content = key_file.read_bytes()
    except OSError as error:
        raise SettingsError(f"the key file cannot be read: {error.strerror}") from None
    if stat.S_IMODE(mode) & 0o077:
        raise SettingsError(f"the key file can be read by others (mode {stat.S_IMODE(mode):04o}): chmod 600 it")
    if len(content) == KEY_BYTES:
        return ProjectSecret(content)
    key = _from_hex(content.decode("latin-1"))
    if key is None:
        raise SettingsError(f"the key file must hold {KEY_BYTES} raw bytes or {2 * KEY_BYTES} hex digits")
    return ProjectSecret(key)


def create_key_file(path: Path) -> None:
    """Write a new random key as hex with mode 0600; an existing file is never overwritten.

    Raises
    ------
    SettingsError
        The file exists or cannot be written.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise SettingsError("a key file is already there and is never overwritten") from None
    except OSError as error:
        raise SettingsError(f"the key file cannot be written: {error.strerror}") from None
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(secrets.token_hex(KEY_BYTES) + "\n")


def _from_hex(text: str) -> bytes | None:
    """The key of exactly 64 hex digits, white space around them aside; None for anything else."""
    digits = text.strip()
    return bytes.fromhex(digits) if _HEX_KEY.fullmatch(digits) else None
