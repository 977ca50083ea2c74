"""Fixtures shared by all tests: real data beside the checkout, both forms of header work, no way to the network."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from hypothesis import settings

from deid_pipeline.dicom import compiled

# The same examples on every run, so that a change is judged and not luck; HYPOTHESIS_PROFILE=explore draws new ones.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))

_SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real test files beside the checkout; tests skip where it is absent."""
    if not _SHARED_DATA.is_dir():
        pytest.skip("real test files (../shared/data) are not beside this checkout")
    return _SHARED_DATA


@pytest.fixture(params=("python",) if compiled.finding is None else ("core", "python"))
def both_forms(request: pytest.FixtureRequest) -> Iterator[None]:
    """Run a test with the compiled core and again in pure Python; once where there is no core."""
    with compiled.switched_off() if request.param == "python" else nullcontext():
        yield


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that leaves this machine, so that no test can download or leak anything."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and str(address[0]) not in {"127.0.0.1", "::1", "localhost"}:
            raise ConnectionRefusedError("tests may only talk to this machine")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)
