"""Reconstruction: a de-identified copy of each instance, staged in the vault.

What belongs here: carrying out what strategy and detection say. What does not: judging the copy (``validation``),
moving it to the release zone (``publication``).
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from deid_pipeline.dicom import (
    DicomFile,
    EditedDataSet,
    element_rows,
    file_head,
    open_dicom,
    pixel_layout,
    tag_text,
    write_dicom,
)
from deid_pipeline.errors import ResidualRiskError, SourceDataError
from deid_pipeline.model import (
    Box,
    CrosswalkEntry,
    Detection,
    ElementChange,
    OutputFile,
    PixelLayout,
    RebuiltFile,
    SourceFile,
    StageSummary,
    Status,
    TextRegion,
)
from deid_pipeline.phi import harvest
from deid_pipeline.pseudonyms import Pseudonyms, encrypt_original, original_hmac
from deid_pipeline.redaction import prepare_boxes
from deid_pipeline.stages.claims import Claims
from deid_pipeline.stages.decompression import decompress_pixels
from deid_pipeline.stages.failures import FILE_FAILURES, status_and_reason
from deid_pipeline.stages.filling import Filling
from deid_pipeline.stages.header import edit_header
from deid_pipeline.stages.overlays import NO_PLANES, PlaneRedactor, boxes_by_plane, planes_read
from deid_pipeline.stages.pixel_edit import PIXEL_RULE, UNTOUCHED, PixelEdit, edit_pixels
from deid_pipeline.stages.project import Project
from deid_pipeline.stages.side_data import PIXEL_DATA, without_side_data
from deid_pipeline.stages.surrogates import letterings
from deid_pipeline.stages.timing import Progress, StageClock
from deid_pipeline.stages.workers import each
from deid_pipeline.store import make_folder, read_shard, write_shard

_SIDE_DATA_RULE = ("zeroSideData", "comments and application segments of frames")
_IDENTITY = {tag_text(tag): tag for tag in (0x00080018, 0x0020000D, 0x0020000E, 0x00100020)}
_UNSAFE_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]")


@dataclass(frozen=True, slots=True)
class Plan:
    """What reconstruction is to do with one instance."""

    source: SourceFile
    detection: Detection
    regions: tuple[TextRegion, ...]


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """One instance after reconstruction: its copy, what was changed, and the pseudonyms it used (UID to UID)."""

    file: RebuiltFile
    changes: tuple[ElementChange, ...] = ()
    uid_map: Mapping[str, str] = field(default_factory=dict)
    patient: str = ""


def rebuild_study(project: Project, partition_key: str, *, progress: Progress | None = None) -> StageSummary:
    """Stage a de-identified copy of every instance that has none yet under this stamp."""
    clock = StageClock(project, "reconstruction", partition_key)
    plans = _plans(project, partition_key)
    finished = finished_files(project, partition_key)
    todo = [plan for plan in plans if (plan.source.source_path, plan.source.source_sha256) not in finished]
    make_folder(staging_folder(project, partition_key))
    results = []
    for plan, result in zip(todo, each(project, rebuild_instance, todo, crashed=_crashed), strict=True):
        results.append(result)
        if progress:
            progress(1, plan.source.size_bytes)
    _write(project, partition_key, results)
    return clock.summary((plan.source.size_bytes for plan in todo), (result.file.status for result in results))


def rebuild_instance(project: Project, plan: Plan) -> Rebuilt:
    """Write the de-identified copy of one instance; whatever stops that becomes its status."""
    source, detection = plan.source, plan.detection
    if detection.status != Status.NEW:
        return Rebuilt(_without_copy(plan, detection.status, detection.reason, project.stamp))
    try:
        with open_dicom(source.source_path) as file:  # a path object would take as long as the call
            rebuilt = _rebuild(project, plan, file)
            _refuse_changed(source, file)
        return rebuilt
    except FILE_FAILURES as error:
        return Rebuilt(_without_copy(plan, *status_and_reason(error, "rebuilding"), project.stamp))


def _without_copy(plan: Plan, status: str, reason: str, stamp: str) -> RebuiltFile:
    """The row of an instance that has no copy."""
    source = plan.source
    identity = source.partition_key, source.source_path, source.source_sha256
    return RebuiltFile(*identity, "", "", "", plan.detection.frames, 0, status, reason, stamp)


def _refuse_changed(source: SourceFile, file: DicomFile) -> None:
    """Raise for a file that was written to since it was indexed: what was read in it is not what was copied.

    The open file is looked at: one that took its place meanwhile was not copied.

    Raises
    ------
    SourceDataError
        Its size or time of change is another one.
    """
    stat = os.fstat(file.descriptor)
    if (stat.st_size, stat.st_mtime_ns) != (source.size_bytes, source.mtime_ns):
        raise SourceDataError("the file changed while it was worked on")


def boxes_by_frame(regions: Iterable[TextRegion], layout: PixelLayout | None) -> dict[int, tuple[Box, ...]]:
    """The boxes to fill on each frame: just what detection recorded, joined; frame_index is 0-based."""
    if layout is None or not regions:
        return {}
    found: dict[int, list[Box]] = defaultdict(list)
    for region in regions:
        if not region.plane:
            found[region.frame_index or 0].append(region.box)
    return {
        index: prepare_boxes(boxes, rows=layout.rows, columns=layout.columns, grow_px=0)
        for index, boxes in sorted(found.items())
    }


def finished_files(project: Project, partition_key: str) -> dict[tuple[str, str], OutputFile]:
    """Output rows, by source path and hash, that hold under this stamp and need no new copy."""
    return {
        (row.source_path, row.source_sha256): row
        for row in read_shard(project.settings.vault, "output_files", partition_key)
        if row.stamp == project.stamp and (row.status != Status.RELEASED or _still_there(row))
    }


def staging_folder(project: Project, partition_key: str) -> Path:
    """Where copies of a study wait for their checks."""
    return Path(project.staging, partition_key)


@lru_cache(maxsize=1024)
def _file_name(name: str) -> str:
    return _UNSAFE_IN_NAMES.sub("_", name)


def _still_there(row: OutputFile) -> bool:
    path = Path(row.output_path)
    return path.is_file() and path.stat().st_size == row.size_bytes


def _rebuild(project: Project, plan: Plan, file: DicomFile) -> Rebuilt:
    """Redact under the own transfer syntax; where that cannot be done, decompress if the strategy says so."""
    try:
        return _written(project, plan, file, edit_pixels)
    except ResidualRiskError as first:
        if project.strategy.pixels.on_unsupported != "decompress" or not plan.regions:
            raise
        try:
            return _written(project, plan, file, decompress_pixels)
        except ResidualRiskError as second:
            reason = str(first) if str(first) == str(second) else f"{first}; decompressed: {second}"
            raise ResidualRiskError(reason) from None


def _written(project: Project, plan: Plan, file: DicomFile, edit: Callable[..., PixelEdit]) -> Rebuilt:
    source, claims = plan.source, project.claims
    layout = pixel_layout(file)
    boxes = boxes_by_frame(plan.regions, layout)
    pseudonyms = Pseudonyms.for_patient(
        project.secret, patient_id=file.text(0x00100020), study_uid=source.study_instance_uid
    )
    markers = claims.of(file, has_pixels=layout is not None, has_boxes=bool(boxes))
    planes = planes_read(file, plan.detection)
    unused = plan.detection.frames_with_unused_bits > 0
    pixels = UNTOUCHED
    if layout:
        if plan.regions or unused:
            filling = Filling(
                claims.fill, lambda: letterings(plan.regions, harvest(element_rows(file)), _new_values(edited))
            )
            pixels = edit(file, layout, boxes, filling=filling, clear_unused=unused)
        if not pixels.transfer_syntax_uid:
            pixels = without_side_data(file, layout, pixels)
    edited = edit_header(
        file,
        project.strategy,
        pseudonyms,
        markers={**markers, **pixels.elements} if pixels.elements else markers,
        source=source,
        overlays=PlaneRedactor(planes, boxes_by_plane(plan.regions, planes)) if planes else NO_PLANES,
        without_text=layout is not None and _is_without_text(plan, claims, frames=layout.number_of_frames),
    )
    sop_instance, study, series, patient_id = _identity(file, edited)
    head = file_head(
        sop_class_uid=file.text(0x00080016) or file.meta.get(0x00020002, ""),
        sop_instance_uid=sop_instance,
        transfer_syntax_uid=pixels.transfer_syntax_uid or file.transfer_syntax_uid,
    )
    patient = patient_id or pseudonyms.patient_id()
    names = f"{_file_name(patient)}/{_file_name(study)}/{_file_name(series)}/{_file_name(sop_instance)}"
    target = f"{project.staging}/{source.partition_key}/{source.source_sha256[:16]}.dcm"
    if pixels.replacements:
        deleted = {change.tag_path for change in edited.changes if change.new_value is None}
        pixels = pixels.without(file, deleted=deleted, rewritten=_new_values(edited))
    _write_anew(target, file, head, edited, pixels)
    rebuilt = RebuiltFile(
        source.partition_key,
        source.source_path,
        source.source_sha256,
        target,
        f"dicom/{names}.dcm",
        patient,
        layout.number_of_frames if layout else 0,
        len(boxes),
        plan.detection.status,
        plan.detection.reason,
        project.stamp,
    )
    changes = (*edited.changes, *(() if pixels is UNTOUCHED else _with_pixels(source, pixels)))
    return Rebuilt(rebuilt, changes, pseudonyms.uid_map, pseudonyms.patient)


def _identity(file: DicomFile, edited: EditedDataSet) -> list[str]:
    """What the copy has as SOP, study and series instance UID and patient id."""
    # by tag path; of several the first one counts
    changed = {change[2]: change[5] or "" for change in reversed(edited.changes) if change[2] in _IDENTITY}
    return [changed[path] if path in changed else file.text(tag) for path, tag in _IDENTITY.items()]


def _write_anew(target: str, file: DicomFile, head: bytes, edited: EditedDataSet, pixels: PixelEdit) -> None:
    """Write the copy, in the place of what an earlier run may have left there."""
    try:
        write_dicom(target, file, head=head, segments=edited.segments, replacements=pixels.replacements)
    except FileExistsError:
        os.unlink(target)  # noqa: PTH108
        write_dicom(target, file, head=head, segments=edited.segments, replacements=pixels.replacements)


def _is_without_text(plan: Plan, claims: Claims, *, frames: int) -> bool:
    """Whether every frame was read and no text found; where text may stay, what was found and left is not known."""
    read = plan.detection.status == Status.NEW and plan.detection.frames_read == frames > 0
    return read and not plan.regions and not claims.keeps_text


def _with_pixels(source: SourceFile, pixels: PixelEdit) -> Iterator[ElementChange]:
    """The elements that change with frames."""
    for values, rule in ((pixels.new_values, pixels.rule), (pixels.values_after(), PIXEL_RULE)):
        for tag, text in values.items():
            by = _SIDE_DATA_RULE if tag == PIXEL_DATA and rule == PIXEL_RULE else rule
            yield ElementChange(source.partition_key, source.source_path, tag_text(tag), *by, text)


def _new_values(edited: EditedDataSet) -> dict[str, str]:
    """What elements have become, by tag path, but for removed and emptied ones."""
    return {change.tag_path: change.new_value for change in edited.changes if change.new_value}


def _plans(project: Project, partition_key: str) -> list[Plan]:
    vault = project.settings.vault
    detections = {row.source_path: row for row in read_shard(vault, "detections", partition_key)}
    regions: dict[str, list[TextRegion]] = defaultdict(list)
    for region in read_shard(vault, "text_regions", partition_key):
        regions[region.source_path].append(region)
    return [
        Plan(row, detections[row.source_path], tuple(regions[row.source_path]))
        for row in read_shard(vault, "source_files", partition_key)
        if row.status == Status.NEW and row.source_path in detections
    ]


def _write(project: Project, partition_key: str, results: Sequence[Rebuilt]) -> None:
    """Write the records; what other files of the study left in the tables of changes and pseudonyms stays."""
    vault = project.settings.vault
    sources = {result.file.source_path for result in results}
    changes = [row for row in read_shard(vault, "element_changes", partition_key) if row.source_path not in sources]
    changes += [change for result in results for change in result.changes]
    write_shard(vault, "element_changes", partition_key, changes)
    write_shard(vault, "rebuilt_files", partition_key, [result.file for result in results])
    uids = {original: new for result in results for original, new in result.uid_map.items()}
    patients = {
        result.patient.removeprefix("id:"): result.file.patient_pseudonym for result in results if result.patient
    }
    for table, purpose, pairs in (("uid_map", "uid", uids), ("patient_map", "patient", patients)):
        known = {row.original_hmac: row for row in read_shard(vault, table, partition_key)}
        for original, pseudonym in pairs.items():
            entry = CrosswalkEntry(
                partition_key,
                purpose,
                encrypt_original(project.secret, purpose, original),
                original_hmac(project.secret, purpose, original),
                pseudonym,
            )
            known[entry.original_hmac] = entry
        write_shard(vault, table, partition_key, known.values())


def _crashed(plan: Plan) -> Rebuilt:
    return Rebuilt(_without_copy(plan, Status.QUARANTINED, "the process that rebuilt the file died", ""))
