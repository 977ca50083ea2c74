"""What gets past the border between a stage and Dagster."""

from __future__ import annotations

import traceback
from functools import partial
from pathlib import Path

import pytest

from deid_pipeline.defs.failures import StageFailedError, contained
from deid_pipeline.errors import DeidError, SettingsError

SECRET = "DOE^JANE"


def _raise_while_handling(error: BaseException) -> None:
    """Raise ``error`` with an exception that quotes a value as its cause and context."""
    try:
        raise OSError(SECRET)
    except OSError as original:
        raise error from original


def _everything_shown(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))


def test_an_unexpected_exception_shows_stage_key_and_class_only(tmp_path: Path) -> None:
    work = partial(_raise_while_handling, ValueError(f"bad value {SECRET}"))
    with pytest.raises(StageFailedError) as caught:
        contained("detection", work, vault=tmp_path, partition_key="st-1")
    assert str(caught.value).startswith("detection failed on st-1: ValueError (details in the vault: errors/")
    assert SECRET not in _everything_shown(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_its_details_are_private_files_of_the_vault(tmp_path: Path) -> None:
    vault = tmp_path / "vault"
    vault.mkdir()
    with pytest.raises(StageFailedError) as caught:
        contained("ingest", partial(_raise_while_handling, ValueError()), vault=vault, partition_key="st-1")
    (file,) = (vault / "errors").iterdir()
    assert file.name in str(caught.value)
    assert SECRET in file.read_text(encoding="utf-8")
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_no_vault_is_made_for_details(tmp_path: Path) -> None:
    with pytest.raises(StageFailedError, match=r"^survey failed: ValueError$"):
        contained("survey", partial(_raise_while_handling, ValueError(SECRET)), vault=tmp_path / "v")
    assert not (tmp_path / "v").exists()


@pytest.mark.parametrize("error", [SettingsError("the zone is gone"), KeyboardInterrupt()])
def test_our_errors_and_interruptions_lose_what_they_came_from(tmp_path: Path, error: BaseException) -> None:
    with pytest.raises(type(error)) as caught:
        contained("survey", partial(_raise_while_handling, error), vault=tmp_path)
    assert caught.value is error
    assert SECRET not in _everything_shown(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_what_the_work_returns_comes_back(tmp_path: Path) -> None:
    assert contained("ingest", lambda: 42, vault=tmp_path) == 42


def test_the_error_belongs_to_the_family() -> None:
    assert issubclass(StageFailedError, DeidError)
