"""What third-party libraries may say aloud while images are read: nothing.

What belongs here: filters for warnings and log lines of libraries. What does not: this project's own messages.
Libraries quote what they complain about (pydicom: the value of an element), and what is printed ends up in logs.
"""

from __future__ import annotations

import logging
import os
import warnings

_TALKATIVE = ("pydicom", "PIL", "rapidocr", "RapidOCR", "tifffile", "sqlalchemy", "onnxruntime", "py.warnings")


def silence_libraries() -> None:
    """Drop warnings of libraries in this process and in the processes that it starts."""
    warnings.simplefilter("ignore")
    os.environ["PYTHONWARNINGS"] = "ignore"
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
