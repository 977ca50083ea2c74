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

_OF_THE_MACHINE = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ESTALE}
)


def status_and_reason(error: BaseException, doing: str) -> tuple[Status, str]:
    """What becomes of a file that ``error`` stopped while ``doing``; the reason holds no value and no path.

    Raises
    ------
    OSError
        The machine failed, a full disk say: no file is condemned for that, the run ends and the next one goes on.
    """
    if isinstance(error, OSError) and error.errno in _OF_THE_MACHINE:
        raise error
    if isinstance(error, ResidualRiskError):
        return Status.HELD, str(error)
    if isinstance(error, SourceDataError):
        return Status.QUARANTINED, str(error)
    if isinstance(error, OSError) and error.errno is not None:
        return Status.QUARANTINED, f"{doing} failed: {errno.errorcode.get(error.errno, 'OSError')}"
    return Status.QUARANTINED, f"{doing} failed: {type(error).__name__}"
