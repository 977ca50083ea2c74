"""What the pipeline keeps: the vault's tables, the warehouse over them, release files and their evidence.

What belongs here: writing whole or not at all, reading back. What does not: deciding what is kept (``stages``).
"""

from deid_pipeline.store.files import make_folder, replacing, write_private
from deid_pipeline.store.tables import (
    TABLES,
    read_shard,
    read_stamp,
    remove_shard,
    shard_keys,
    shard_path,
    write_shard,
)

__all__ = [
    "TABLES",
    "make_folder",
    "read_shard",
    "read_stamp",
    "remove_shard",
    "replacing",
    "shard_keys",
    "shard_path",
    "write_private",
    "write_shard",
]
