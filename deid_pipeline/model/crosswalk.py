"""The way from originals to pseudonyms, kept for honest brokers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CrosswalkEntry:
    """A row of the vault's tables ``uid_map`` and ``patient_map``: one original and its pseudonym.

    ``original`` is encrypted (base64 text); ``original_hmac`` (64 hex digits) finds the row of a known original.
    ``purpose`` says what was mapped ("uid", "patient").
    """

    partition_key: str
    purpose: str
    original: str
    original_hmac: str
    pseudonym: str
