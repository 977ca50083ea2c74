"""Data files that ship with the package.

What belongs here: where ``sql/`` and ``strategies/`` are, installed or in a checkout. What does not: reading them.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from deid_pipeline.errors import SettingsError


def resource_folder(name: str) -> Path:
    """The folder of shipped files called ``name``: inside the installed package, else at the checkout's root.

    Raises
    ------
    SettingsError
        The installation lacks the folder.
    """
    package = Path(str(resources.files("deid_pipeline")))
    for folder in (package / name, package.parent / name):
        if folder.is_dir():
            return folder
    raise SettingsError(f"this installation lacks its folder {name}")
