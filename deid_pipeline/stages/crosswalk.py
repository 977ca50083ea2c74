"""The crosswalk in clear, for honest brokers who hold the key.

What belongs here: decrypting the vault's maps. What does not: making them (``reconstruction``).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from deid_pipeline.pseudonyms import ProjectSecret, decrypt_original
from deid_pipeline.store import read_shard, shard_keys

TABLES = {"uid": "uid_map", "patient": "patient_map"}


def pairs(vault: Path, kind: str, secret: ProjectSecret) -> Iterator[tuple[str, str]]:
    """Originals with their pseudonyms, sorted, each once.

    Parameters
    ----------
    kind
        ``uid`` or ``patient``.

    Raises
    ------
    SettingsError
        The key is another one than the crosswalk was made with.
    """
    table = TABLES[kind]
    found = {
        (decrypt_original(secret, row.purpose, row.original), row.pseudonym)
        for key in shard_keys(vault, table)
        for row in read_shard(vault, table, key)
    }
    yield from sorted(found)
