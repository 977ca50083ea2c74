"""Every error this package raises on purpose, one root, one branch per person who can act on it.

::

    DeidError
    ├── SettingsError            the operator: a zone, a key file, a setting
    ├── StrategyError            the author of the strategy: file, line, rule
    ├── SourceDataError          the sender: an unreadable or unsupported file
    ├── EngineUnavailableError   the operator: which extra to install
    └── ResidualRiskError        nobody yet: de-identification is not assured, the file is held

Messages carry a tag, VR, action or pseudonym, never an element value, a source path or text read from pixels:
they end up in logs, in Dagster's event storage and in reports.

What belongs here: exception classes. What does not: turning them into records or exit codes (``stages``, ``cli``).
"""

from __future__ import annotations

from pathlib import Path

_SHOWN_STEPS = 3  # of a place in a file, at either end


class DeidError(Exception):
    """Root of all errors of this package; its message is safe to show to anybody."""


class SettingsError(DeidError):
    """A zone, key file or setting is missing, unsafe or cannot be used; nothing has been read or written."""


class StrategyError(DeidError):
    """A strategy cannot be used as written.

    Parameters
    ----------
    message
        What is wrong, in one line.
    file
        The strategy file; only its name is shown.
    line
        1-based line in that file.
    """

    def __init__(self, message: str, *, file: Path | None = None, line: int | None = None) -> None:
        place = "" if file is None else f"{file.name}:{line}: " if line is not None else f"{file.name}: "
        super().__init__(f"{place}{message}")
        self.file = file
        self.line = line


class SourceDataError(DeidError):
    """A source file is damaged or of a kind that is not supported: it is quarantined.

    Parameters
    ----------
    message
        What is wrong, without any value of the file.
    tag_path
        Where in the file, in the form ``(gggg,eeee)[i].(gggg,eeee)``.
    offset
        Byte offset in the file (0-based), inside the inflated data set for deflated syntaxes.
    """

    def __init__(self, message: str, *, tag_path: str = "", offset: int | None = None) -> None:
        where = " at ".join(part for part in (_shortened(tag_path), "" if offset is None else f"byte {offset}") if part)
        super().__init__(f"{message} ({where})" if where else message)
        self.tag_path = tag_path
        self.offset = offset


def _shortened(tag_path: str) -> str:
    """The path without the middle of what is nested deeply."""
    steps = tag_path.split("].")
    if len(steps) <= 2 * _SHOWN_STEPS:
        return tag_path
    first, last = "].".join(steps[:_SHOWN_STEPS]), "].".join(steps[-_SHOWN_STEPS:])
    return f"{first}]...{len(steps) - 2 * _SHOWN_STEPS} more...{last}"


class EngineUnavailableError(DeidError):
    """An engine (OCR, codec, model) cannot be loaded; the message names the extra that brings it."""


class ResidualRiskError(DeidError):
    """De-identification of an instance is not assured: it is held back."""
