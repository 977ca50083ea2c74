"""Running all checks on one output file.

What belongs here: turning answers and crashes into records. What does not: the checks, what becomes of the file
(``stages``).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

from deid_pipeline.checks.case import CheckCase
from deid_pipeline.checks.protocol import Check
from deid_pipeline.errors import DeidError
from deid_pipeline.model import CheckResult

CRASHES = (
    DeidError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    BufferError,
    EOFError,
    ImportError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What damaged files make readers raise; pydicom's own exceptions are all among their subclasses but one."""


def run_checks(case: CheckCase, *, checks: Sequence[Check] = ()) -> list[CheckResult]:
    """Ask every check about one output file.

    Parameters
    ----------
    case
        The file and what was meant to happen to it.
    checks
        Which ones; all ``CHECKS`` when none is given.

    Returns
    -------
    list of CheckResult
        One for each check, in their order. One that crashed has ``passed`` None and the exception's class as its
        detail: that holds the file back just as a failed one does.
    """
    return [_result(case, check) for check in checks or _all()]


def _result(case: CheckCase, check: Check) -> CheckResult:
    from pydicom.errors import BytesLengthException, InvalidDicomError

    try:
        answer = check.run(case)
        passed: bool | None = answer.passed
        detail = answer.detail
    except (*CRASHES, BytesLengthException, InvalidDicomError) as error:
        passed, detail = None, f"crashed: {type(error).__name__}"
    return CheckResult(case.partition_key, case.output_path.name, check.name, passed, detail)


def _all() -> Sequence[Check]:
    from deid_pipeline.checks import CHECKS

    return CHECKS
