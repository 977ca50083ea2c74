"""``deidp`` as a person starts it: in a process of its own, and ``deidp ui`` until the test is over."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_START_SECONDS = 120.0


def deidp(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(_command(*arguments), capture_output=True, text=True, env=environment(), check=False)


def environment() -> dict[str, str]:
    """The environment of the tests without settings of anybody's project."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DEID_", "DAGSTER_"))}
    return kept | {"PYTHONPATH": str(_ROOT)}


@contextmanager
def served(config: Path) -> Iterator[str]:
    """``deidp ui`` at work on a project; gives its address. Leaves no process behind, or fails."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = _command("ui", "--config", config, "--port", str(port))
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment()) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_until_answered(process, url)
            yield url
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            finally:
                process.kill()
    assert not _processes_naming(config.parent), "deidp ui left processes behind"


def chromium() -> str:
    """The browser's program, an empty string when there is none."""
    return shutil.which("chromium") or ""


def _command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "deid_pipeline.cli", *map(str, arguments)]


def _wait_until_answered(process: subprocess.Popen[str], url: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise AssertionError(f"deidp ui ended: {process.stderr.read() if process.stderr else ''}")
        try:
            with urllib.request.urlopen(f"{url}/server_info", timeout=2):
                return
        except OSError:
            time.sleep(0.5)
    raise AssertionError("deidp ui did not answer")


def _processes_naming(folder: Path) -> list[str]:
    """Processes whose environment has a path inside ``folder``: everything that ``deidp ui`` started."""
    found = []
    for place in Path("/proc").glob("[0-9]*/environ"):
        try:
            variables = place.read_bytes()
        except OSError:
            continue
        if os.fsencode(folder) in variables and place.parent.name != str(os.getpid()):
            found.append(place.parent.name)
    return found
