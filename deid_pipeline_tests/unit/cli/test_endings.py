"""Exit codes, and what is said on stderr."""

from __future__ import annotations

import subprocess
import sys

import pytest

from deid_pipeline.cli.endings import ExitCode, code_for_counts, ending_with_codes
from deid_pipeline.errors import (
    DeidError,
    EngineUnavailableError,
    ResidualRiskError,
    SettingsError,
    SourceDataError,
    StrategyError,
)


@pytest.mark.parametrize(
    ("counts", "code"),
    [
        ({"released": 3, "ignored": 1, "duplicate": 1, "dropped": 1}, ExitCode.DONE),
        ({"released": 3, "held": 1}, ExitCode.HELD),
        ({"released": 3, "quarantined": 1}, ExitCode.HELD),
        ({}, ExitCode.DONE),
    ],
)
def test_held_and_quarantined_files_are_told_by_the_code(counts: dict[str, int], code: ExitCode) -> None:
    assert code_for_counts(counts) is code


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SettingsError("s"), 2),
        (StrategyError("s"), 2),
        (EngineUnavailableError("s"), 2),
        (SourceDataError("s"), 3),
        (ResidualRiskError("s"), 3),
        (DeidError("s"), 1),
    ],
)
def test_an_error_is_one_line_and_a_code(error: DeidError, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught, ending_with_codes():
        raise error
    assert caught.value.code == code
    assert len(capsys.readouterr().err.splitlines()) == 1


_CRASH = """
from deid_pipeline.cli.endings import ending_with_codes
with ending_with_codes():
    raise ValueError("value DOE^JANE")
"""


def test_an_unexpected_exception_shows_its_class_only() -> None:
    done = subprocess.run([sys.executable, "-c", _CRASH], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("deidp: unexpected ValueError")
    assert "DOE" not in done.stderr


def test_somebody_who_asks_for_it_sees_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEID_TRACEBACK", "1")
    done = subprocess.run([sys.executable, "-c", _CRASH], capture_output=True, text=True, check=False)
    assert "ValueError: value DOE^JANE" in done.stderr


def test_a_closed_stdout_is_no_crash() -> None:
    command = f"{sys.executable} -m deid_pipeline.cli strategy show basic | head -n 1"
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=True)
    assert done.stderr == ""
