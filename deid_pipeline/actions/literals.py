"""Values that the author of a strategy or a table writes down.

What belongs here: such a value as the bytes of its VR. What does not: who may write one (the actions).
"""

from __future__ import annotations

from collections.abc import Sequence

from deid_pipeline.actions.legality import legal_value, length_limit
from deid_pipeline.actions.numeric import NUMERIC_VRS, packed, parsed
from deid_pipeline.actions.protocol import CODED_VRS, TEXT_VRS, encode_text

LITERAL_VRS = TEXT_VRS | NUMERIC_VRS


def literal_value(text: str, vr: str, *, encodings: Sequence[str] = ("ascii",), big_endian: bool = False) -> bytes:
    r"""The value field that ``text`` stands for; values of a list apart by a backslash, numbers in decimal.

    Raises
    ------
    ValueError
        The text is no legal value of the VR, or its character set cannot carry it.
    """
    if vr in NUMERIC_VRS:
        return packed(parsed(text, vr), vr, big_endian=big_endian)
    plain = text if text.isascii() else "".join(character if character.isascii() else "x" for character in text)
    raw = encode_text(text, encodings) if vr in CODED_VRS or text.isascii() else None
    if raw is None or not legal_value(vr, plain):
        raise ValueError(f"no legal value of VR {vr}")
    return raw


def fitted(text: str, vr: str) -> str:
    """Text made legal for its VR where cutting it, and blanks for control characters, are enough, else empty."""
    if vr == "CS":
        text = "".join(character if character.isalnum() and character.isascii() else " " for character in text.upper())
        text = " ".join(text.split())
    kept = "\t\n\f\r" if vr in {"LT", "ST", "UT"} else ""
    text = "".join(character if character >= " " or character in kept else " " for character in text)
    text = text[: length_limit(vr)].rstrip()
    plain = "".join(character if character.isascii() else "x" for character in text)
    return text if legal_value(vr, plain) else ""
