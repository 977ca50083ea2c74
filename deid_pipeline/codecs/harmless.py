"""What in the side data of a codestream is known to say nothing about anyone.

What belongs here: names of encoders, padding. What does not: finding side data (``side_data`` and its parts).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

Range: TypeAlias = tuple[int, int]
"""Half-open, bytes into the content of a frame."""

_NUMBER = rb"\d{1,3}"
_VERSION = _NUMBER + rb"(?:\." + _NUMBER + rb"){0,3}"
_ENCODERS = re.compile(
    rb"|".join(
        (
            rb"LEAD Technologies,? Inc\.? V" + _VERSION,
            rb"(?:Created by |Creator: )?(?:GDCM/)?OpenJPEG(?: version)? " + _VERSION,
            rb"OpenJPH Ver " + _VERSION + rb"\.?",
            rb"Creator: JasPer Version " + _VERSION,
            rb"Kakadu-v?" + _VERSION,
            rb"Lavc" + _VERSION,
            rb"Intel\(R\) (?:JPEG|IPP JPEG) (?:Library|encoder)(?:,? ?\[?[Vv]ersion ?\[?" + _VERSION + rb"\]?)?",
            rb"CREATOR: gd-jpeg v1\.0 \(using IJG JPEG v\d\d\), (?:quality = " + _NUMBER + rb"|default quality)",
        )
    )
)  # fmt: skip
_PADDING_BYTES = 1  # that may be of any value: it makes a length even


def is_encoder_name(text: bytes) -> bool:
    """Whether a comment is the name of a known encoder with its version, and nothing else."""
    return _ENCODERS.fullmatch(text.rstrip(b"\0\r\n ")) is not None


def behind_end(at: int, stop: int) -> Iterator[Range]:
    """The bytes behind the end of a codestream, where they are more than a padding byte."""
    if stop - at > _PADDING_BYTES:
        yield at, stop
