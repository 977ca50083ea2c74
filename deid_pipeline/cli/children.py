"""Processes that a command starts and that must not outlive it.

What belongs here: starting, watching and ending children with everything they started. What does not: what they are
(``ui``).
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

_GRACE_SECONDS = 10.0
_POLL_SECONDS = 0.2
# Waits for the end of its input, which comes when this process ends, however it ends; then ends its process group.
_WATCHDOG = "trap '' TERM; read _; kill -TERM 0; sleep 10; kill -KILL 0"


class Children:
    """Child processes in one process group, with their output in one file.

    The group is led by a watchdog, so that also ``kill -9`` of this process ends all of it, grandchildren included.
    """

    def __init__(self, log: Path, environment: Mapping[str, str]) -> None:
        self._log = log
        self._environment = dict(environment)
        self._processes: list[subprocess.Popen[bytes]] = []
        self._watchdog = subprocess.Popen(["/bin/sh", "-c", _WATCHDOG], stdin=subprocess.PIPE, process_group=0)

    def start(self, command: Sequence[str]) -> None:
        """Start a child."""
        descriptor = os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "ab") as stream:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                env=self._environment,
                process_group=self._watchdog.pid,
            )
        self._processes.append(process)

    def all_alive(self) -> bool:
        """Tell whether every child is still at work."""
        return all(process.poll() is None for process in self._processes)

    def end(self) -> None:
        """End all children and what they started: politely first, after ten seconds by force."""
        os.killpg(self._watchdog.pid, signal.SIGTERM)
        deadline = time.monotonic() + _GRACE_SECONDS
        for process in self._processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))
        os.killpg(self._watchdog.pid, signal.SIGKILL)
        for process in (*self._processes, self._watchdog):
            process.wait()
        if self._watchdog.stdin is not None:
            self._watchdog.stdin.close()

    def wait(self, stop: Callable[[], bool]) -> bool:
        """Wait until ``stop`` says so (True) or a child ends by itself (False)."""
        while not stop():
            if not self.all_alive():
                return False
            time.sleep(_POLL_SECONDS)
        return True


@contextmanager
def stop_on_signals() -> Iterator[Callable[[], bool]]:
    """Catch SIGINT, SIGTERM and SIGHUP; the function given tells whether one came."""
    came: list[int] = []

    def note(signum: int, frame: FrameType | None) -> None:  # noqa: ARG001  # the signature is Python's
        came.append(signum)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield lambda: bool(came)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
