"""Settings as text: deid.yaml and the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from deid_pipeline.defs.configuration import Draft, read_config, read_environment, to_environment, write_config
from deid_pipeline.errors import SettingsError
from deid_pipeline.model import Settings


def _config(folder: Path, text: str) -> Path:
    file = folder / "deid.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_paths_are_taken_from_the_folder_of_the_file(tmp_path: Path) -> None:
    file = _config(tmp_path, "landing: in\nrelease: /srv/out\nvault: safe\nkey_file: deid.key\nworkers: 3\n")
    settings = read_config(file).settled()
    assert settings == Settings(
        landing=tmp_path / "in",
        release=Path("/srv/out"),
        vault=tmp_path / "safe",
        key_file=tmp_path / "deid.key",
        strategy="basic",
        workers=3,
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("landing: a\nlandign: b\n", "deid.yaml:2: unknown setting 'landign'"),
        ("vault: a\n\nvault: b\n", "deid.yaml:3: 'vault' is given twice"),
        ("workers: many\n", "deid.yaml:1: 'workers' needs a whole number"),
        ("workers: -1\n", "deid.yaml:1: 'workers' needs a whole number"),
        ("landing: [a, b]\n", "deid.yaml:1: 'landing' needs one value"),
        ("strategy: basic\nrelease:\n", "deid.yaml:2: 'release' needs one value"),
        ("- landing\n", "deid.yaml:1: expected lines of the form"),
        ("landing: 'a\n", "deid.yaml:2: not valid YAML"),
    ],
)
def test_a_mistake_is_refused_with_file_and_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_config(_config(tmp_path, text))
    assert str(caught.value).startswith(said)


def test_a_missing_file_is_a_settings_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"deid\.yaml cannot be read"):
        read_config(tmp_path / "deid.yaml")


def test_an_empty_file_says_nothing(tmp_path: Path) -> None:
    assert read_config(_config(tmp_path, "# nothing yet\n")) == Draft()


def test_missing_zones_are_all_named() -> None:
    with pytest.raises(SettingsError, match="not given: release, vault"):
        Draft(landing=Path("in")).settled()


def test_the_environment_overrules_its_file(tmp_path: Path) -> None:
    file = _config(tmp_path, "landing: in\nrelease: out\nvault: safe\nstrategy: midi_b\n")
    draft = read_environment({"DEID_CONFIG": str(file), "DEID_RELEASE": "/srv/other", "DEID_WORKERS": "2"})
    assert draft.settled() == Settings(
        tmp_path / "in", Path("/srv/other"), tmp_path / "safe", None, strategy="midi_b", workers=2
    )


def test_settings_survive_the_environment_and_the_file(tmp_path: Path) -> None:
    settings = Settings(
        tmp_path / "l ä", tmp_path / "r", tmp_path / "v", tmp_path / "k", str(tmp_path / "rules.csv"), workers=4
    )
    assert read_environment(to_environment(settings)).settled() == settings
    write_config(settings, tmp_path / "deid.yaml")
    assert read_config(tmp_path / "deid.yaml").settled() == settings
    assert (tmp_path / "deid.yaml").stat().st_mode & 0o777 == 0o600


def test_settings_without_a_key_file_keep_none(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "l", tmp_path / "r", tmp_path / "v", None)
    assert "DEID_KEY_FILE" not in to_environment(settings)
    assert read_environment(to_environment(settings)).settled() == settings


def test_a_strategy_that_looks_like_a_path_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    zones = {name: tmp_path / name for name in ("landing", "release", "vault")}
    assert Draft(**zones, strategy="rules.csv").settled().strategy == str(tmp_path / "rules.csv")
    assert Draft(**zones, strategy="midi_b").settled().strategy == "midi_b"
