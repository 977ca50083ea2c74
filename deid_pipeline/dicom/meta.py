"""Preamble and group 2, written anew for every output (PS3.10 7.1).

What belongs here: the File Meta Information. What does not: the data set (``editor``).
"""

from __future__ import annotations

from functools import lru_cache

from deid_pipeline import __version__
from deid_pipeline.dicom.encoding import element
from deid_pipeline.dicom.structure import EXPLICIT_LE

IMPLEMENTATION_CLASS_UID = "2.25.219206934498183437092137469312087012839"
_START = b"\0" * 128 + b"DICM\x02\0\0\0UL\x04\0"
"""Preamble, prefix and the header of the group length (0002,0000)."""
_INSTANCE, _LONGEST_UID = b"\x02\0\x03\0UI", 64  # the begin of Media Storage SOP Instance UID; characters
IMPLEMENTATION_VERSION_NAME = f"DEID_PIPE_{__version__}"[:16]


def file_head(*, sop_class_uid: str, sop_instance_uid: str, transfer_syntax_uid: str) -> bytes:
    """128 zero bytes, ``DICM`` and group 2 in explicit VR little endian; nothing of the source but the arguments."""
    before, after = _around(sop_class_uid, transfer_syntax_uid)
    instance = sop_instance_uid.encode("ascii", "replace")
    if len(instance) > _LONGEST_UID:
        instance = element(0x00020003, "UI", instance, EXPLICIT_LE)
    else:  # put together here: it is another one in every file
        padded = len(instance) + len(instance) % 2
        instance = _INSTANCE + padded.to_bytes(2, "little") + instance.ljust(padded, b"\0")
    length = len(before) + len(instance) + len(after)
    return b"".join((_START, length.to_bytes(4, "little"), before, instance, after))


@lru_cache(maxsize=256)
def _around(sop_class_uid: str, transfer_syntax_uid: str) -> tuple[bytes, bytes]:
    """What stands before and behind the Media Storage SOP Instance UID, the same in many instances."""
    version = element(0x00020001, "OB", b"\0\1", EXPLICIT_LE)
    after = (
        (0x00020010, "UI", transfer_syntax_uid),
        (0x00020012, "UI", IMPLEMENTATION_CLASS_UID),
        (0x00020013, "SH", IMPLEMENTATION_VERSION_NAME),
    )
    return version + _text(0x00020002, "UI", sop_class_uid), b"".join(_text(*one) for one in after)


def _text(tag: int, vr: str, value: str) -> bytes:
    return element(tag, vr, value.encode("ascii", "replace"), EXPLICIT_LE)
