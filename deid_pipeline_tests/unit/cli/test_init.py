"""``deidp init``: a new project."""

from __future__ import annotations

from pathlib import Path

import pytest

from deid_pipeline.cli import main
from deid_pipeline.defs.configuration import read_config


def _init(folder: Path) -> object:
    with pytest.raises(SystemExit) as ended:
        main(["init", str(folder)])
    return ended.value.code


def test_a_project_has_zones_a_private_key_and_settings_that_can_be_read(tmp_path: Path) -> None:
    project = tmp_path / "new" / "project"
    assert _init(project) == 0
    settings = read_config(project / "deid.yaml").settled()
    assert settings.key_file is not None
    assert settings.key_file.stat().st_mode & 0o777 == 0o600
    assert settings.vault.stat().st_mode & 0o777 == 0o700
    assert all(zone.is_dir() for zone in (settings.landing, settings.release))


def test_a_key_is_never_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _init(tmp_path) == 0
    key = (tmp_path / "deid.key").read_bytes()
    (tmp_path / "deid.yaml").unlink()
    (tmp_path / "landing").rmdir()
    assert _init(tmp_path) == 2
    assert (tmp_path / "deid.key").read_bytes() == key
    assert sorted(path.name for path in tmp_path.iterdir()) == ["deid.key", "release", "vault"]
    assert "never overwritten" in capsys.readouterr().err


def test_settings_are_not_overwritten_and_no_key_is_made_beside_them(tmp_path: Path) -> None:
    (tmp_path / "deid.yaml").write_text("vault: mine\n", encoding="utf-8")
    assert _init(tmp_path) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["deid.yaml"]


def test_a_file_in_the_way_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "project").write_text("", encoding="utf-8")
    assert _init(tmp_path / "project") == 2
