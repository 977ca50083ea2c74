"""What asset bodies need from outside: the project, and somebody to tell how far they are.

What belongs here: resources. What does not: run config; the settings come from the environment (``configuration``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from deid_pipeline.model import StageSummary

if TYPE_CHECKING:
    from deid_pipeline.stages import Project


class Listener(Protocol):
    """Hears how far the stages are."""

    def started(self, stage: str, partition_key: str) -> None:
        """A stage begins with a partition."""

    def advanced(self, stage: str, files: int, size_bytes: int) -> None:
        """A stage is ``files`` files and ``size_bytes`` bytes further with its partition than when last heard."""

    def finished(self, summary: StageSummary) -> None:
        """A stage is done with a partition."""


class SilentListener:
    """Hears and says nothing: under the daemon, Dagster's own events tell how far a run is."""

    def started(self, stage: str, partition_key: str) -> None:
        """See `Listener`."""

    def advanced(self, stage: str, files: int, size_bytes: int) -> None:
        """See `Listener`."""

    def finished(self, summary: StageSummary) -> None:
        """See `Listener`."""


class Workplace:
    """The project that a run works on, opened from the environment of the process.

    A plain object and not a configurable resource on purpose: it has no fields that Dagster could store or show.
    """

    def __init__(self) -> None:
        self.listener: Listener = SilentListener()

    def project(self) -> Project:
        """Open the project.

        Raises
        ------
        SettingsError
            A setting is missing or cannot be used.
        StrategyError
            The strategy cannot be used as written.
        """
        from deid_pipeline import stages
        from deid_pipeline.defs.configuration import read_environment
        from deid_pipeline.defs.failures import contained
        from deid_pipeline.defs.quiet import silence_libraries

        silence_libraries()
        settings = read_environment().settled()
        return contained("opening the project", lambda: stages.open_project(settings), vault=None)


class OpenWorkplace(Workplace):
    """A project that is open already, for runs inside this process."""

    def __init__(self, project: Project, listener: Listener) -> None:
        super().__init__()
        self.listener = listener
        self._project = project

    def project(self) -> Project:
        """Return the project."""
        return self._project
