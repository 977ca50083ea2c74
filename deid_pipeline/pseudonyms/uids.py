"""UID pseudonyms.

What belongs here: the pseudonym of one UID. What does not: which UIDs keep their value (``actions``).
"""

from __future__ import annotations

from deid_pipeline.pseudonyms.secret import ProjectSecret

_FREE_BITS = ~(0xF << 76 | 0x3 << 62)
_FIXED_BITS = 0x8 << 76 | 0x2 << 62  # version and variant


def uid_pseudonym(secret: ProjectSecret, uid: str) -> str:
    """The pseudonym of a UID: ``2.25.`` and a UUID as one decimal number (PS3.5 B.2), at most 44 characters.

    The UUID is version 8, variant 10 (RFC 9562) with 122 bits of the keyed hash.
    """
    return f"2.25.{int.from_bytes(secret.derive('uid', uid)[:16], 'big') & _FREE_BITS | _FIXED_BITS}"
