"""The figures of a release, counted from the vault's tables.

What belongs here: counting, by status, reason, check, stage and study. What does not: how it looks (``templates``).
Nothing here keeps a source path, an element value or text read from pixels: what leaves this module may be published.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from deid_pipeline.model import CheckResult, OutputFile, SourceFile, StageTiming, Status
from deid_pipeline.reports.modalities import published_modality
from deid_pipeline.store import read_shard, shard_keys

# What needs a person comes before what does not.
STATUS_ORDER = tuple(
    status.value
    for status in (
        Status.RELEASED,
        Status.HELD,
        Status.QUARANTINED,
        Status.DROPPED,
        Status.DUPLICATE,
        Status.IGNORED,
        Status.NEW,
    )
)
_STAGE_ORDER = ("ingest", "metadata", "detection", "reconstruction", "validation")


@dataclass(frozen=True, slots=True)
class ReasonFigures:
    """How many files ended with one status for one reason, and in which partitions (sorted)."""

    status: str
    reason: str
    files: int
    partition_keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckFigures:
    """How often one check passed, failed and crashed."""

    check: str
    passed: int
    failed: int
    crashed: int


@dataclass(frozen=True, slots=True)
class StageFigures:
    """One stage over all partitions: wall time summed, files and bytes it went through."""

    stage: str
    partitions: int
    seconds: float
    files: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class StudyFigures:
    """One partition: its files by status, frames and bytes of what was released."""

    partition_key: str
    modalities: tuple[str, ...]
    statuses: Counter[str]
    frames: int
    frames_redacted: int
    size_bytes: int

    @property
    def files(self) -> int:
        """Files of any status."""
        return self.statuses.total()


@dataclass(frozen=True, slots=True)
class ReleaseFigures:
    """Everything that the release report shows, except where the evidence is."""

    statuses: Counter[str]
    reasons: tuple[ReasonFigures, ...]
    checks: tuple[CheckFigures, ...]
    stages: tuple[StageFigures, ...]
    studies: tuple[StudyFigures, ...]

    @property
    def files(self) -> int:
        """Source files of any status."""
        return self.statuses.total()

    @property
    def frames(self) -> int:
        """Frames of released files."""
        return sum(study.frames for study in self.studies)

    @property
    def frames_redacted(self) -> int:
        """Frames of released files with at least one redacted box."""
        return sum(study.frames_redacted for study in self.studies)

    @property
    def size_bytes(self) -> int:
        """Bytes of released files."""
        return sum(study.size_bytes for study in self.studies)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of one source file."""

    status: str
    reason: str
    modality: str = ""
    frames: int = 0
    frames_redacted: int = 0
    size_bytes: int = 0


def read_figures(vault: Path) -> ReleaseFigures:
    """Count what the vault's tables say.

    A file's fate is the row of ``output_files`` if there is one, else of ``source_files``, else of ``landing_files``.

    Parameters
    ----------
    vault
        The vault's folder; shards are read one partition at a time.

    Returns
    -------
    ReleaseFigures
        Studies sorted by key, reasons by status and number of files.
    """
    statuses: Counter[str] = Counter()
    reason_files: Counter[tuple[str, str]] = Counter()
    reason_keys: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    studies = []
    for key, outcomes in _outcomes(vault):
        for outcome in outcomes:
            statuses[outcome.status] += 1
            if outcome.status != Status.RELEASED:
                reason_files[outcome.status, outcome.reason] += 1
                reason_keys[outcome.status, outcome.reason].update({key} - {""})
        if key:
            studies.append(_study_figures(key, outcomes))
    reasons = tuple(
        ReasonFigures(status, reason, files, tuple(sorted(reason_keys[status, reason])))
        for (status, reason), files in sorted(
            reason_files.items(), key=lambda item: (STATUS_ORDER.index(item[0][0]), -item[1], item[0][1])
        )
    )
    return ReleaseFigures(statuses, reasons, _check_figures(vault), _stage_figures(vault), tuple(studies))


def _outcomes(vault: Path) -> Iterator[tuple[str, Sequence[_Outcome]]]:
    """Each partition's outcomes, one for each source file; files of no study come last, under the empty key."""
    waiting: defaultdict[str, dict[str, _Outcome]] = defaultdict(dict)
    for shard in shard_keys(vault, "landing_files"):
        for row in read_shard(vault, "landing_files", shard):
            waiting[row.partition_key][row.source_path] = _Outcome(row.status, row.reason)
    worked_on = {*shard_keys(vault, "source_files"), *shard_keys(vault, "output_files")}
    for key in (*sorted(worked_on.union(waiting) - {""}), ""):
        sources: list[SourceFile] = read_shard(vault, "source_files", key) if key else []
        outputs: list[OutputFile] = read_shard(vault, "output_files", key) if key else []
        modalities = {row.source_path: row.modality for row in sources}
        fates = waiting.pop(key, {})
        fates |= {row.source_path: _Outcome(row.status, row.reason, row.modality) for row in sources}
        fates |= {row.source_path: _output_outcome(row, modalities.get(row.source_path, "")) for row in outputs}
        yield key, list(fates.values())


def _output_outcome(row: OutputFile, modality: str) -> _Outcome:
    if row.status != Status.RELEASED:
        return _Outcome(row.status, row.reason, modality)
    return _Outcome(row.status, row.reason, modality, row.frames, row.frames_redacted, row.size_bytes)


def _study_figures(key: str, outcomes: Sequence[_Outcome]) -> StudyFigures:
    return StudyFigures(
        partition_key=key,
        modalities=tuple(sorted({published_modality(outcome.modality) for outcome in outcomes if outcome.modality})),
        statuses=Counter(outcome.status for outcome in outcomes),
        frames=sum(outcome.frames for outcome in outcomes),
        frames_redacted=sum(outcome.frames_redacted for outcome in outcomes),
        size_bytes=sum(outcome.size_bytes for outcome in outcomes),
    )


def _check_figures(vault: Path) -> tuple[CheckFigures, ...]:
    counts: defaultdict[str, Counter[bool | None]] = defaultdict(Counter)
    for key in shard_keys(vault, "check_results"):
        rows: list[CheckResult] = read_shard(vault, "check_results", key)
        for row in rows:
            counts[row.check][row.passed] += 1
    return tuple(
        CheckFigures(check, passed=found[True], failed=found[False], crashed=found[None])
        for check, found in sorted(counts.items())
    )


def _stage_figures(vault: Path) -> tuple[StageFigures, ...]:
    rows: defaultdict[str, list[StageTiming]] = defaultdict(list)
    for key in shard_keys(vault, "run_timings"):
        for row in read_shard(vault, "run_timings", key):
            rows[row.stage].append(row)
    order = sorted(rows, key=lambda stage: (_STAGE_ORDER.index(stage) if stage in _STAGE_ORDER else 99, stage))
    return tuple(
        StageFigures(
            stage=stage,
            partitions=len({row.partition_key for row in rows[stage]}),
            seconds=sum(row.seconds for row in rows[stage]),
            files=sum(row.files for row in rows[stage]),
            size_bytes=sum(row.bytes for row in rows[stage]),
        )
        for stage in order
    )
