"""Ordinary failures of work on one file, turned into a status and a reason without PHI.

What belongs here: the words for a failure. What does not: raising one.
"""

from __future__ import annotations

import errno
import struct
import zlib

from deid_pipeline.errors import ResidualRiskError, SourceDataError
from deid_pipeline.model import Status

FILE_FAILURES = (
    SourceDataError,
    ResidualRiskError,
    OSError,
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What damaged data make decoders and parsers raise: it condemns the one file, not the run."""


def status_and_reason(error: BaseException, doing: str) -> tuple[Status, str]:
    """What becomes of a file that ``error`` stopped while ``doing``; the reason holds no value and no path."""
    if isinstance(error, ResidualRiskError):
        return Status.HELD, str(error)
    if isinstance(error, SourceDataError):
        return Status.QUARANTINED, str(error)
    if isinstance(error, OSError) and error.errno is not None:
        return Status.QUARANTINED, f"{doing} failed: {errno.errorcode.get(error.errno, 'OSError')}"
    return Status.QUARANTINED, f"{doing} failed: {type(error).__name__}"
