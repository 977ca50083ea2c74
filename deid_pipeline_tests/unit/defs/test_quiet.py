"""What libraries may say: nothing."""

from __future__ import annotations

import os
import subprocess
import sys

_TALK = """
import logging, subprocess, sys, warnings
from deid_pipeline.defs.quiet import silence_libraries
silence_libraries()
warnings.warn("value DOE^JANE is not valid")
logging.getLogger("pydicom").warning("value DOE^JANE is not valid")
subprocess.run([sys.executable, "-c", "import warnings; warnings.warn('value DOE^JANE')"])
"""


def test_warnings_and_log_lines_of_libraries_are_dropped_here_and_in_started_processes() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONWARNINGS"}
    done = subprocess.run([sys.executable, "-c", _TALK], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout + done.stderr == ""
