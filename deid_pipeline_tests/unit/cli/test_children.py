"""Processes that must not outlive the command that started them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from deid_pipeline.cli.children import Children, stop_on_signals

_ROOT = Path(__file__).resolve().parents[3]
# a child that starts a grandchild, and writes down both
_FAMILY = ["/bin/sh", "-c", "sleep 60 & echo $! >> pids; echo $$ >> pids; wait"]
_PARENT = f"""
import sys, time
from pathlib import Path
from deid_pipeline.cli.children import Children
children = Children(Path("log"), {{"PATH": "/usr/bin:/bin"}})
children.start({_FAMILY!r})
time.sleep(60)
"""


def _pids(folder: Path) -> list[int]:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        file = folder / "pids"
        lines = file.read_text(encoding="ascii").split() if file.exists() else []
        if len(lines) == 2:
            return [int(line) for line in lines]
        time.sleep(0.05)
    raise AssertionError("the child did not start")


def _is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def _all_gone(pids: list[int]) -> bool:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        if not any(map(_is_alive, pids)):
            return True
        time.sleep(0.05)
    return False


def test_kill_of_the_parent_ends_children_and_grandchildren(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", _PARENT], cwd=tmp_path, env={"PYTHONPATH": str(_ROOT)}) as parent:
        pids = _pids(tmp_path)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    assert _all_gone(pids)


def test_end_ends_children_and_grandchildren(tmp_path: Path) -> None:
    children = Children(tmp_path / "log", {"PATH": os.defpath})
    command = ["/bin/sh", "-c", f"cd '{tmp_path}'; {_FAMILY[2]}"]
    children.start(command)
    pids = _pids(tmp_path)
    assert children.all_alive()
    children.end()
    assert _all_gone(pids)
    assert (tmp_path / "log").stat().st_mode & 0o777 == 0o600


def test_a_child_may_say_goodbye(tmp_path: Path) -> None:
    children = Children(tmp_path / "log", {"PATH": os.defpath})
    children.start(["/bin/sh", "-c", "trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.05; done"])
    assert children.wait(lambda: "ready" in (tmp_path / "log").read_text(encoding="utf-8"))
    children.end()
    assert (tmp_path / "log").read_text(encoding="utf-8").endswith("bye\n")


def test_a_child_that_ends_by_itself_is_noticed(tmp_path: Path) -> None:
    children = Children(tmp_path / "log", {"PATH": os.defpath})
    try:
        children.start(["/bin/sh", "-c", "echo last words"])
        assert not children.wait(lambda: False)
    finally:
        children.end()
    assert (tmp_path / "log").read_text(encoding="utf-8") == "last words\n"


def test_signals_are_caught_and_told() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with stop_on_signals() as stop:
        assert not stop()
        os.kill(os.getpid(), signal.SIGTERM)
        assert stop()
    assert signal.getsignal(signal.SIGTERM) is before
