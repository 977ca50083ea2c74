"""The crosswalk's cells: originals encrypted one by one, findable by their HMAC.

What belongs here: encryption and look-up hashes. What does not: the tables (``store``).
"""

from __future__ import annotations

import base64

from deid_pipeline.errors import SettingsError
from deid_pipeline.pseudonyms.secret import ProjectSecret

_NONCE_BYTES = 12


def original_hmac(secret: ProjectSecret, purpose: str, original: str) -> str:
    """64 hex digits by which the row of an original is found without decrypting any."""
    return secret.derive(f"crosswalk/{purpose}", original).hex()


def encrypt_original(secret: ProjectSecret, purpose: str, original: str) -> str:
    """AES-256-GCM of an original, base64 of nonce, ciphertext and tag; the purpose is authenticated with it.

    The nonce derives from the plaintext, so a re-run writes the same bytes and a nonce never meets a second plaintext.
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secret.derive(f"nonce/{purpose}", original)[:_NONCE_BYTES]
    sealed = AESGCM(secret.derive("encryption", "")).encrypt(
        nonce, original.encode("utf-8", "surrogatepass"), purpose.encode("utf-8", "surrogatepass")
    )
    return base64.b64encode(nonce + sealed).decode("ascii")


def decrypt_original(secret: ProjectSecret, purpose: str, encrypted: str) -> str:
    """The original that :func:`encrypt_original` sealed.

    Raises
    ------
    SettingsError
        The cell was made with another key or purpose, or was altered.
    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        sealed = base64.b64decode(encrypted, validate=True)
        plain = AESGCM(secret.derive("encryption", "")).decrypt(
            sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], purpose.encode("utf-8", "surrogatepass")
        )
    except (InvalidTag, ValueError):  # ValueError: no base64, or too short to hold a nonce
        raise SettingsError("the crosswalk was made with another key, or was altered") from None
    return plain.decode("utf-8", "surrogatepass")
