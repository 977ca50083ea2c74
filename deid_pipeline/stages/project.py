"""An opened project: settings that were checked, the secret, the compiled strategy.

What belongs here: everything a stage needs, and refusing what cannot work before anything is written. What does not:
the stages.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from deid_pipeline import __version__
from deid_pipeline.errors import SettingsError
from deid_pipeline.model import Settings
from deid_pipeline.pseudonyms import ProjectSecret, load_secret
from deid_pipeline.stages.claims import Claims
from deid_pipeline.store import write_private
from deid_pipeline.strategy import CompiledStrategy, load

_NOTE = "project.json"


@dataclass(frozen=True)
class Project:
    """Settings, secret and strategy of one project."""

    settings: Settings
    secret: ProjectSecret
    strategy: CompiledStrategy

    @cached_property
    def stamp(self) -> str:
        """Hash of all that a result depends on beside the source: strategy, code version, key; 64 hex digits."""
        parts = (self.strategy.hash, __version__, self.secret.fingerprint())
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    @cached_property
    def claims(self) -> Claims:
        """What copies under the strategy say about their de-identification."""
        return Claims(self.strategy)

    @cached_property
    def staging(self) -> str:
        """The folder whose folders hold the copies of studies that wait for their checks."""
        return str(self.settings.vault / "staging")

    @property
    def workers(self) -> int:
        """Number of worker processes, at least 1."""
        return self.settings.workers or os.cpu_count() or 1


def open_project(settings: Settings) -> Project:
    """Check settings, read the key, compile the strategy; nothing is written.

    Raises
    ------
    SettingsError
        A zone is missing, cannot be written, lies inside another one, or is no local folder; the key is not usable, or
        is not the vault's.
    StrategyError
        The strategy cannot be used as written.
    """
    if not settings.landing.is_dir():
        raise SettingsError("the landing zone is not there, or is no folder")
    _refuse_nested(settings)
    strategy = load(settings.strategy)
    secret = load_secret(settings.key_file)
    _refuse_strangers(settings, secret)
    _refuse_unwritable(settings.release, "release zone")
    _refuse_unwritable(settings.vault, "vault")
    return Project(settings, secret, strategy)


def _refuse_nested(settings: Settings) -> None:
    zones = {"landing zone": settings.landing, "release zone": settings.release, "vault": settings.vault}
    resolved = {name: path.resolve() for name, path in zones.items()}
    for inner, path in resolved.items():
        for outer, other in resolved.items():
            if inner != outer and (path == other or other in path.parents):
                raise SettingsError(f"the {inner} must not lie inside the {outer}")
    key = settings.key_file.resolve() if settings.key_file else None
    if key and resolved["release zone"] in key.parents:
        raise SettingsError("the key file must not lie inside the release zone")


def claim_vault(project: Project) -> None:
    """Note in a new vault which key and which release zone it belongs to; an existing note stays."""
    note = project.settings.vault / _NOTE
    if not note.is_file():
        content = {"key": project.secret.fingerprint(), "release": str(project.settings.release.resolve())}
        write_private(note, json.dumps(content, indent=1).encode() + b"\n")


def _refuse_strangers(settings: Settings, secret: ProjectSecret) -> None:
    """Refuse a key or a release zone that the vault's records were not made with."""
    note = settings.vault / _NOTE
    if not note.is_file():
        return
    try:
        known = json.loads(note.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise SettingsError(f"the vault's {_NOTE} cannot be read") from None
    if known.get("key") != secret.fingerprint():
        raise SettingsError("the vault was made with another key: one vault, one key")
    if known.get("release") != str(settings.release.resolve()):
        raise SettingsError(f"the vault belongs to another release zone, which its {_NOTE} names")


def _refuse_unwritable(zone: Path, name: str) -> None:
    """Try to write below the nearest folder that exists, with a file that never gets a name where that can be had."""
    folder = zone
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise SettingsError(f"the {name} cannot be written: {error.strerror}") from None
