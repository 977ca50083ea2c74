"""Settings of a project as text: ``deid.yaml`` and environment variables, read and written.

What belongs here: names, types and places of settings. What does not: whether a zone, key or strategy can be used
(``stages.open_project``). Settings never travel in Dagster's run config, which is stored and shown: a landing zone's
path may be PHI.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from deid_pipeline.errors import SettingsError
from deid_pipeline.model import Settings
from deid_pipeline.store import write_private

FILE_NAME = "deid.yaml"
DEFAULT_STRATEGY = "basic"
CONFIG_VARIABLE = "DEID_CONFIG"
WATCH_VARIABLE = "DEID_WATCH"  # "1" switches the landing-zone sensor on by default

_PATHS = ("landing", "release", "vault", "key_file")
_VARIABLES: Mapping[str, str] = {
    "landing": "DEID_LANDING",
    "release": "DEID_RELEASE",
    "vault": "DEID_VAULT",
    "key_file": "DEID_KEY_FILE",
    "strategy": "DEID_STRATEGY",
    "workers": "DEID_WORKERS",
}


@dataclass(frozen=True, slots=True)
class Draft:
    """Settings that may still lack some: what one source (file, environment, command line) says; None: nothing."""

    landing: Path | None = None
    release: Path | None = None
    vault: Path | None = None
    key_file: Path | None = None
    strategy: str | None = None
    workers: int | None = None

    def overruled_by(self, other: Draft) -> Draft:
        """Return a draft in which everything that ``other`` says wins."""
        said = {name: getattr(other, name) for name in _VARIABLES if getattr(other, name) is not None}
        return replace(self, **said)

    def settled(self) -> Settings:
        """Return complete settings with absolute paths.

        Raises
        ------
        SettingsError
            A zone is not given.
        """
        if self.landing is None or self.release is None or self.vault is None:
            missing = [name for name in ("landing", "release", "vault") if getattr(self, name) is None]
            raise SettingsError(f"not given: {', '.join(missing)} (as an option, in {FILE_NAME} or in the environment)")
        return Settings(
            landing=self.landing.absolute(),
            release=self.release.absolute(),
            vault=self.vault.absolute(),
            key_file=None if self.key_file is None else self.key_file.absolute(),
            strategy=_strategy(self.strategy),
            workers=0 if self.workers is None else self.workers,
        )


def read_config(file: Path) -> Draft:
    """Read ``deid.yaml``; relative paths are taken from the file's own folder.

    Raises
    ------
    SettingsError
        The file cannot be read, or a key is unknown, doubled or of a wrong type; the message has file and line.
    """
    try:
        root = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except OSError as error:
        raise SettingsError(f"{file.name} cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = "" if mark is None else f":{mark.line + 1}"
        raise SettingsError(f"{file.name}{line}: not valid YAML") from None
    if root is None:
        return Draft()
    if not isinstance(root, yaml.MappingNode):
        raise SettingsError(f"{file.name}:1: expected lines of the form 'name: value'")
    values: dict[str, object] = {}
    for name_node, value_node in root.value:
        place = f"{file.name}:{name_node.start_mark.line + 1}"
        name = str(name_node.value)
        if name not in _VARIABLES:
            raise SettingsError(f"{place}: unknown setting '{name}'; known are {', '.join(_VARIABLES)}")
        if name in values:
            raise SettingsError(f"{place}: '{name}' is given twice")
        if not isinstance(value_node, yaml.ScalarNode) or value_node.tag == "tag:yaml.org,2002:null":
            raise SettingsError(f"{place}: '{name}' needs one value")
        values[name] = _typed(name, value_node.value, place=place, folder=file.absolute().parent)
    return Draft(**values)  # type: ignore[arg-type]  # _typed gives each name its type


def read_environment(environment: Mapping[str, str] = os.environ) -> Draft:
    """Read the file that ``DEID_CONFIG`` names, if any, overruled by ``DEID_LANDING`` and its siblings.

    Raises
    ------
    SettingsError
        As for `read_config`.
    """
    config = environment.get(CONFIG_VARIABLE)
    draft = read_config(Path(config)) if config else Draft()
    said = {
        name: _typed(name, environment[variable], place=variable, folder=Path.cwd())
        for name, variable in _VARIABLES.items()
        if environment.get(variable)
    }
    return draft.overruled_by(Draft(**said))  # type: ignore[arg-type]  # _typed gives each name its type


def to_environment(settings: Settings) -> dict[str, str]:
    """Return the variables from which `read_environment` makes the same settings."""
    said = {variable: getattr(settings, name) for name, variable in _VARIABLES.items()}
    return {variable: str(value) for variable, value in said.items() if value is not None}


def write_config(settings: Settings, file: Path) -> None:
    """Write resolved settings with mode 0600; the key's place, never its content.

    Raises
    ------
    SettingsError
        The file cannot be written.
    """
    lines = {name: getattr(settings, name) for name in _VARIABLES if getattr(settings, name) is not None}
    content = {name: str(value) if name in _PATHS else value for name, value in lines.items()}
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
    try:
        write_private(file, text.encode())
    except OSError as error:
        raise SettingsError(f"{file.name} cannot be written: {error.strerror}") from None


def _typed(name: str, text: str, *, place: str, folder: Path) -> Path | str | int:
    if name in _PATHS:
        return folder / Path(text).expanduser()
    if name == "workers":
        if not text.isascii() or not text.isdigit():
            raise SettingsError(f"{place}: '{name}' needs a whole number, 0 or more")
        return int(text)
    # a strategy is a name, or the path of a file when it looks like one
    return str(folder / Path(text).expanduser()) if _is_path(text) else text


def _is_path(strategy: str) -> bool:
    return "/" in strategy or strategy.endswith((".csv", ".yaml", ".yml"))


def _strategy(strategy: str | None) -> str:
    if strategy is None:
        return DEFAULT_STRATEGY
    return str(Path(strategy).expanduser().absolute()) if _is_path(strategy) else strategy
