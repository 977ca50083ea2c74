"""What the pipeline keeps: the vault's tables, the warehouse over them, release files and their evidence.

What belongs here: writing whole or not at all, reading back. What does not: deciding what is kept (``stages``).
"""

from deid_pipeline.store.evidence import file_sha256, verify_chain, verify_release, write_evidence, write_manifest
from deid_pipeline.store.files import make_folder, replacing, write_private
from deid_pipeline.store.release import publish, withdraw
from deid_pipeline.store.resources import resource_folder
from deid_pipeline.store.tables import (
    TABLES,
    read_shard,
    read_stamp,
    remove_shard,
    shard_keys,
    shard_path,
    write_shard,
)
from deid_pipeline.store.warehouse import build_warehouse

__all__ = [
    "TABLES",
    "build_warehouse",
    "file_sha256",
    "make_folder",
    "publish",
    "read_shard",
    "read_stamp",
    "remove_shard",
    "replacing",
    "resource_folder",
    "shard_keys",
    "shard_path",
    "verify_chain",
    "verify_release",
    "withdraw",
    "write_evidence",
    "write_manifest",
    "write_private",
    "write_shard",
]
