"""Validation: every staged copy is read again and judged; only what passes every check leaves the vault.

What belongs here: running checks and the gate. What does not: the checks (``checks``), the move (``publication``).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from deid_pipeline.checks import CheckCase, run_checks
from deid_pipeline.dicom import element_rows, open_dicom, pixel_layout
from deid_pipeline.errors import ResidualRiskError
from deid_pipeline.model import (
    CheckResult,
    Detection,
    ElementChange,
    OutputFile,
    RebuiltFile,
    SourceFile,
    StageSummary,
    Status,
    TextRegion,
)
from deid_pipeline.phi import harvest, is_code_word
from deid_pipeline.pseudonyms import uid_pseudonym
from deid_pipeline.redaction import fill_named
from deid_pipeline.reports import clear_previews
from deid_pipeline.stages.decompression import was_decompressed
from deid_pipeline.stages.failures import FILE_FAILURES, status_and_reason
from deid_pipeline.stages.filling import Filling
from deid_pipeline.stages.overlays import boxes_by_plane, planes_read
from deid_pipeline.stages.pixel_edit import changed_boxes
from deid_pipeline.stages.previews import save_previews, thumbnail
from deid_pipeline.stages.project import Project
from deid_pipeline.stages.publication import publish_study
from deid_pipeline.stages.reconstruction import boxes_by_frame, finished_files
from deid_pipeline.stages.surrogates import letterings
from deid_pipeline.stages.survey import done_stamp
from deid_pipeline.stages.timing import Progress, StageClock
from deid_pipeline.stages.workers import each
from deid_pipeline.store import file_sha256, read_shard, read_stamp

_LONGEST_DETAIL = 200  # characters of a check's PHI-free words in a reason


@dataclass(frozen=True, slots=True)
class Candidate:
    """A staged copy with what was meant to happen to its source."""

    rebuilt: RebuiltFile
    changes: tuple[ElementChange, ...]
    regions: tuple[TextRegion, ...]
    detection: Detection


@dataclass(frozen=True, slots=True)
class Judged:
    """A copy after its checks; ``output.output_path`` is still empty, ``release_name`` says where it may go."""

    output: OutputFile
    release_name: str
    results: tuple[CheckResult, ...]


def validate_study(project: Project, partition_key: str, *, progress: Progress | None = None) -> StageSummary:
    """Check a study's staged copies, release those that pass, record what became of every source file."""
    clock = StageClock(project, "validation", partition_key)
    vault = project.settings.vault
    sources = read_shard(vault, "source_files", partition_key)
    candidates = _candidates(project, partition_key)
    sizes = {row.source_path: row.size_bytes for row in sources}
    judged = []
    finished = finished_files(project, partition_key)
    if not finished:
        clear_previews(vault, partition_key)  # of frames that another strategy redacted
    for result in each(project, judge_and_picture, candidates, crashed=_crashed):
        judged.append(result)
        if progress:
            progress(1, sizes.get(result.output.source_path, 0))
    rows = _all_rows(sources, judged, finished)
    stamp = done_stamp(project, read_stamp(vault, "source_files", partition_key) or "")
    outputs = publish_study(project, partition_key, rows, judged, stamp=stamp)
    counts = Counter(row.status for row in outputs)
    counts["frames_redacted"] = sum(row.frames_redacted for row in outputs if row.status == Status.RELEASED)
    return clock.summary(sizes.values(), counts, thumbnail_png=_picture(outputs))


def judge_and_picture(project: Project, candidate: Candidate) -> Judged:
    """Run every check on one staged copy; keep pictures of its redacted frames in the vault when it passes."""
    judged = judge(project, candidate)
    if judged.output.status != Status.RELEASED:
        return judged
    try:
        with open_dicom(Path(candidate.rebuilt.source_path)) as file:
            boxes = boxes_by_frame(candidate.regions, pixel_layout(file))
        save_previews(project, candidate.rebuilt, boxes)
    except FILE_FAILURES as error:
        _, reason = status_and_reason(error, "picturing")
        return Judged(replace(judged.output, status=Status.HELD, reason=reason), "", judged.results)
    return judged


def judge(project: Project, candidate: Candidate) -> Judged:
    """Run every check on one staged copy."""
    rebuilt = candidate.rebuilt
    output = _output(rebuilt)
    if not rebuilt.staged_path:
        return Judged(output, "", ())
    staged = Path(rebuilt.staged_path)
    results: tuple[CheckResult, ...] = ()
    try:
        case = check_case(project, candidate)
        results = tuple(replace(result, output_path=rebuilt.release_name) for result in run_checks(case))
        failed = [f"{result.check}: {result.detail[:_LONGEST_DETAIL]}" for result in results if not result.passed]
        if failed:
            raise ResidualRiskError(f"failed checks: {', '.join(failed)}")
        output = replace(
            output, status=Status.RELEASED, output_sha256=file_sha256(staged), size_bytes=staged.stat().st_size
        )
        return Judged(output, rebuilt.release_name, results)
    except FILE_FAILURES as error:
        status, reason = status_and_reason(error, "validating")
        if status == Status.QUARANTINED:  # the copy is at fault or its check is, not the source
            status = Status.HELD
        return Judged(replace(output, status=status, reason=reason), "", results)


def check_case(project: Project, candidate: Candidate) -> CheckCase:
    """What the checks need to know of one copy.

    Raises
    ------
    SourceDataError
        The source cannot be read any more.
    """
    rebuilt = candidate.rebuilt
    with open_dicom(Path(rebuilt.source_path)) as file:
        identifiers = harvest(element_rows(file))
        layout = pixel_layout(file)
        boxes = boxes_by_frame(candidate.regions, layout)
        unused = candidate.detection.frames_with_unused_bits > 0
        by_plane = boxes_by_plane(candidate.regions, planes_read(file, candidate.detection))
        allowed = project.strategy.pixels.on_unsupported == "decompress"
        decompressed = allowed and was_decompressed(candidate.changes)
        changed = changed_boxes(file, layout, boxes) if layout and not decompressed else {}
    fill = fill_named(project.strategy.pixels.fill)
    new_values = {change.tag_path: change.new_value for change in candidate.changes if change.new_value}
    filling = Filling(fill, partial(letterings, candidate.regions, identifiers, new_values), decompressed)
    return CheckCase(
        source_path=Path(rebuilt.source_path),
        output_path=Path(rebuilt.staged_path),
        partition_key=rebuilt.partition_key,
        identifiers=identifiers,
        boxes_by_frame=boxes,
        expected_uid=partial(uid_pseudonym, project.secret),
        expected_patient_id=rebuilt.patient_pseudonym,
        element_changes=candidate.changes,
        expected_values={
            change.tag_path: change.new_value for change in candidate.changes if change.new_value is not None
        },
        strategy_name=project.strategy.name,
        changed_by_frame=changed,
        written=None
        if fill.is_plain
        else partial(filling.frames, Path(rebuilt.source_path), boxes, clear_unused=unused),
        claims_clean_pixels=fill.hides_all,
        may_be_decompressed=decompressed,
        is_code_word=is_code_word,
        unused_bits_cleared=unused,
        boxes_by_plane=by_plane,
    )


def _output(rebuilt: RebuiltFile) -> OutputFile:
    return OutputFile(
        rebuilt.partition_key,
        rebuilt.source_path,
        rebuilt.source_sha256,
        "",
        "",
        rebuilt.status,
        rebuilt.reason,
        rebuilt.frames,
        rebuilt.frames_redacted,
        0,
        rebuilt.stamp,
    )


def _candidates(project: Project, partition_key: str) -> list[Candidate]:
    vault = project.settings.vault
    changes: dict[str, list[ElementChange]] = defaultdict(list)
    for change in read_shard(vault, "element_changes", partition_key):
        changes[change.source_path].append(change)
    regions: dict[str, list[TextRegion]] = defaultdict(list)
    for region in read_shard(vault, "text_regions", partition_key):
        regions[region.source_path].append(region)
    detections = {row.source_path: row for row in read_shard(vault, "detections", partition_key)}
    return [
        Candidate(row, tuple(changes[row.source_path]), tuple(regions[row.source_path]), detections[row.source_path])
        for row in read_shard(vault, "rebuilt_files", partition_key)
    ]


def _all_rows(
    sources: Sequence[SourceFile], judged: Sequence[Judged], finished: dict[tuple[str, str], OutputFile]
) -> list[OutputFile]:
    """One row for each source file: as just judged, as finished before, or as ingest left it."""
    new = {(result.output.source_path, result.output.source_sha256): result.output for result in judged}
    rows = []
    for source in sources:
        place = source.source_path, source.source_sha256
        row = new.get(place) or finished.get(place)
        if source.status != Status.NEW or row is None:
            reason = source.reason if source.status != Status.NEW else "the file was not rebuilt"
            status = source.status if source.status != Status.NEW else Status.HELD
            row = OutputFile(source.partition_key, *place, "", "", status, reason, 0, 0, 0, "")
        rows.append(row)
    return rows


def _picture(outputs: Sequence[OutputFile]) -> bytes:
    """A small picture of the study's middle released file."""
    released = [row.output_path for row in outputs if row.status == Status.RELEASED and row.frames]
    return thumbnail(Path(released[len(released) // 2])) if released else b""


def _crashed(candidate: Candidate) -> Judged:
    output = replace(_output(candidate.rebuilt), status=Status.HELD, reason="the process that checked the file died")
    return Judged(output, "", ())
