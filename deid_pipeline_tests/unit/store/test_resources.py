"""Shipped folders, in a checkout and installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from deid_pipeline.errors import SettingsError
from deid_pipeline.store import resource_folder


def test_shipped_folders_are_found() -> None:
    assert list(resource_folder("sql").glob("*.sql"))


def test_the_installed_folder_wins_over_a_neighbour_of_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in (tmp_path / "sql", tmp_path / "package" / "sql"):
        folder.mkdir(parents=True)
    monkeypatch.setattr("deid_pipeline.store.resources.resources.files", lambda _: tmp_path / "package")
    assert resource_folder("sql") == tmp_path / "package" / "sql"


def test_a_folder_that_does_not_ship_is_a_settings_error() -> None:
    with pytest.raises(SettingsError, match="lacks its folder nothing"):
        resource_folder("nothing")
