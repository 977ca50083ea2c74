"""Outcomes of checks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CheckResult:
    """A row of the vault's table ``check_results``: one check on one output file.

    ``check`` is MIDI-B's name where there is one. ``passed`` is None when the check itself crashed, which holds the
    file back just as a failed check does. ``detail`` holds no PHI: tags, counts and frame numbers only.
    """

    partition_key: str
    output_path: str
    check: str
    passed: bool | None
    detail: str
