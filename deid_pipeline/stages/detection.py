"""Detection: the text on every frame, and which part of it is PHI.

What belongs here: reading pixels of whole instances. What does not: engines (``ocr``), recognizers (``phi``), filling
boxes (``reconstruction``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from deid_pipeline.codecs import (
    Buffer,
    FrameArray,
    codec_for,
    has_unused_bits_set,
    is_video,
    iter_frames,
    overlay_frame,
    video_frames,
)
from deid_pipeline.codecs.unread import JPIP_SYNTAXES
from deid_pipeline.dicom import DicomFile, display_of, element_rows, open_dicom, pixel_layout
from deid_pipeline.errors import EngineUnavailableError, ResidualRiskError
from deid_pipeline.model import (
    Box,
    Detection,
    Identifier,
    OverlayLayout,
    PixelLayout,
    ReadLine,
    SourceFile,
    StageSummary,
    Status,
    TextRegion,
)
from deid_pipeline.ocr import OcrEngine, engine, read_frame
from deid_pipeline.phi import LabelledSpan, harvest, label_spans
from deid_pipeline.redaction import grow_box
from deid_pipeline.stages.ambiguous_pixels import refuse_pixels_twice, refuse_untrue_tables
from deid_pipeline.stages.failures import FILE_FAILURES, status_and_reason
from deid_pipeline.stages.header import rules_for
from deid_pipeline.stages.overlays import planes_to_read
from deid_pipeline.stages.project import Project
from deid_pipeline.stages.set_regions import ENGINE, set_regions
from deid_pipeline.stages.timing import Progress, StageClock
from deid_pipeline.stages.unused_bits import refuse_found_bits, refuse_hidden_samples
from deid_pipeline.stages.workers import each
from deid_pipeline.store import read_shard, write_shard

_STORAGE = "1.2.840.10008.5.1.4.1.1."
_NOT_YET = {
    f"{_STORAGE}88.": "structured reports cannot be cleaned by this version",
    f"{_STORAGE}104.": "encapsulated documents cannot be cleaned by this version",
    f"{_STORAGE}9.4.": "recorded sound cannot be cleaned by this version",
}


@dataclass(frozen=True, slots=True)
class ReadInstance:
    """One instance after reading: how far it got, and the text found."""

    detection: Detection
    regions: tuple[TextRegion, ...]


def detect_text(project: Project, partition_key: str, *, progress: Progress | None = None) -> StageSummary:
    """Read every frame of a study's new files; write ``detections`` and ``text_regions``.

    What was read before under the same stamp is taken over.
    """
    clock = StageClock(project, "detection", partition_key)
    vault = project.settings.vault
    sources = [row for row in read_shard(vault, "source_files", partition_key) if row.status == Status.NEW]
    done = _done_before(project, partition_key)
    todo = [row for row in sources if (row.source_path, row.source_sha256) not in done]
    sizes = {row.source_path: row.size_bytes for row in sources}
    if progress:
        for row in sources:
            if (row.source_path, row.source_sha256) in done:
                progress(1, row.size_bytes)
    for result in each(project, read_instance, todo, crashed=_crashed):
        detection = replace(result.detection, stamp=project.stamp)
        done[detection.source_path, detection.source_sha256] = ReadInstance(detection, result.regions)
        if progress:
            progress(1, sizes[detection.source_path])
    results = [done[row.source_path, row.source_sha256] for row in sources]
    regions = [region for result in results for region in result.regions]
    write_shard(vault, "text_regions", partition_key, regions, stamp=project.stamp)
    write_shard(vault, "detections", partition_key, [result.detection for result in results], stamp=project.stamp)
    counts = {
        "frames_read": sum(result.detection.frames_read for result in results),
        "regions": len(regions),
        "regions_with_phi": sum(region.is_phi for region in regions),
    }
    return clock.summary(sizes.values(), counts)


def read_instance(project: Project, source: SourceFile) -> ReadInstance:
    """Read all frames of one instance; whatever stops that becomes its status."""
    detection = Detection(source.partition_key, source.source_path, source.source_sha256, 0, 0, 0, Status.NEW, "", "")
    try:
        with open_dicom(Path(source.source_path)) as file:
            _refuse_unsupported(file)
            layout = pixel_layout(file)
            planes = planes_to_read(file, rules_for(file, project.strategy))
            if layout is None and not planes:
                return ReadInstance(detection, ())
            detection = replace(detection, frames=layout.number_of_frames if layout else 0)
            identifiers = harvest(element_rows(file))
            regions: list[TextRegion] = []
            unused = 0
            if layout is not None:
                refuse_untrue_tables(file, layout)
                refuse_hidden_samples(file, layout)
                regions, unused = _read_frames(project, source, file, layout, identifiers)
                refuse_found_bits(file, unused, rules=project.strategy.pixels)
            for plane in planes:
                regions += _read_plane(project, source, file, plane, identifiers)
            detection = replace(
                detection,
                frames_read=detection.frames,
                regions=len(regions),
                frames_with_unused_bits=unused,
                planes_read="\\".join(plane.name for plane in planes),
            )
            return ReadInstance(detection, tuple(regions))
    except FILE_FAILURES as error:
        status, reason = status_and_reason(error, "reading the pixels")
        return ReadInstance(replace(detection, status=status, reason=reason), ())


def _read_frames(
    project: Project, source: SourceFile, file: DicomFile, layout: PixelLayout, identifiers: Sequence[Identifier]
) -> tuple[list[TextRegion], int]:
    """The text of all frames, and in how many of them unused bits are set; frames with equal bytes are read once."""
    reader = _engine(project)
    set_before = set_regions(project.strategy.pixels, file, layout)
    blank = _blank(source, reader)
    display = display_of(file)
    always = [_at(replace(blank, engine=ENGINE, reason=reason), box) for box, reason in set_before.filled]
    seen: dict[bytes, list[TextRegion]] = {}
    unused: dict[bytes, bool] = {}
    regions: list[TextRegion] = []
    frames_with_unused_bits = 0
    for index, digest, look in _frames(file, layout):
        if digest not in seen:
            decoded, unused[digest] = look()
            seen[digest] = [
                _region(blank, span, line.read_score)
                for line, spans in _labelled(read_frame(reader, decoded, layout, display), layout, identifiers)
                if any(span.is_phi for span in spans) or not set_before.keeps(line.box)
                for span in spans
            ]
        regions.extend(replace(region, frame_index=index) for region in (*always, *seen[digest]))
        frames_with_unused_bits += unused[digest]
    return regions, frames_with_unused_bits


def _frames(file: DicomFile, layout: PixelLayout) -> Iterator[tuple[int, bytes, Callable[[], tuple[FrameArray, bool]]]]:
    """Each frame: its 0-based index, a digest that equal frames share, and how to get its stored values.

    With them comes whether bits that belong to no sample hold something.

    Raises
    ------
    ResidualRiskError
        What reads this kind of pixel data is not installed: that is one file's trouble and not the run's.
    """
    if is_video(layout):
        try:
            for index, picture in enumerate(video_frames(file.buffer, layout)):
                yield index, _digest(picture.data), partial(_picture, picture)
        except EngineUnavailableError as error:
            raise ResidualRiskError(str(error)) from None
        return
    for frame in iter_frames(file.buffer, layout):
        yield frame.index, _digest(frame.data), partial(_decoded, frame.data, layout)


def _decoded(data: Buffer, layout: PixelLayout) -> tuple[FrameArray, bool]:
    codec = codec_for(layout.transfer_syntax_uid)
    decoded = codec.decode_frame(data, layout)
    return decoded, has_unused_bits_set(codec, data, layout, decoded=decoded)


def _picture(picture: FrameArray) -> tuple[FrameArray, bool]:
    return picture, False


def _digest(data: Buffer) -> bytes:
    return hashlib.blake2b(data, digest_size=16).digest()


def _read_plane(
    project: Project, source: SourceFile, file: DicomFile, plane: OverlayLayout, identifiers: Sequence[Identifier]
) -> list[TextRegion]:
    """The text of all frames of an overlay plane, white on black; frames with equal bits are read once."""
    reader = _engine(project)
    blank = replace(_blank(source, reader), plane=plane.name)
    data = memoryview(file.buffer)[plane.value_offset : plane.value_offset + plane.value_length]
    seen: dict[bytes, list[TextRegion]] = {}
    regions: list[TextRegion] = []
    for index in range(plane.number_of_frames):
        bits = overlay_frame(data, plane, frame_index=index)
        digest = hashlib.blake2b(bits.tobytes(), digest_size=16).digest()
        if digest not in seen:
            seen[digest] = [
                _region(blank, span, line.read_score)
                for line, spans in _labelled(reader.read(bits * 255), plane, identifiers)
                for span in spans
            ]
        regions.extend(replace(region, frame_index=index) for region in seen[digest])
    return regions


def _engine(project: Project) -> OcrEngine:
    return engine(threads=max(1, _cores() // project.workers))


def _blank(source: SourceFile, reader: OcrEngine) -> TextRegion:
    """A region of an instance that says nothing yet."""
    return TextRegion(
        source.partition_key, source.source_path, None, None, 0, 0, 0, 0, "", reader.name, 1, False, "", ""
    )


def _labelled(
    lines: Sequence[ReadLine], layout: PixelLayout | OverlayLayout, identifiers: Sequence[Identifier]
) -> Iterator[tuple[ReadLine, list[LabelledSpan]]]:
    """Each line as it was read, with its spans, which share the line's box grown by its margin."""
    return ((line, label_spans(_grown(line, layout), identifiers)) for line in lines)


def _region(blank: TextRegion, span: LabelledSpan, read_score: float) -> TextRegion:
    row = replace(blank, text=span.text, is_phi=span.is_phi, entity=span.entity, reason=span.reason)
    return _at(replace(row, read_score=read_score), span.box)


def _at(region: TextRegion, box: Box) -> TextRegion:
    return replace(region, left_px=box.left, top_px=box.top, right_px=box.right, bottom_px=box.bottom)


def _grown(line: ReadLine, layout: PixelLayout | OverlayLayout) -> ReadLine:
    """The line with the margin that is redacted around it: what is recorded is just what will be filled."""
    return replace(line, box=grow_box(line.box, rows=layout.rows, columns=layout.columns))


def _refuse_unsupported(file: DicomFile) -> None:
    """Hold what carries identifying content that no room can clean yet.

    Raises
    ------
    ResidualRiskError
        The instance is of such a kind.
    """
    sop_class = file.text(0x00080016) or file.meta.get(0x00020002, "")
    for prefix, reason in _NOT_YET.items():
        if sop_class.startswith(prefix):
            raise ResidualRiskError(reason)
    if file.transfer_syntax_uid in JPIP_SYNTAXES:
        raise ResidualRiskError("the pixels lie on a JPIP server and not in the file")
    refuse_pixels_twice(file)


def _done_before(project: Project, partition_key: str) -> dict[tuple[str, str], ReadInstance]:
    vault = project.settings.vault
    found: dict[str, list[TextRegion]] = {}
    for region in read_shard(vault, "text_regions", partition_key):
        found.setdefault(region.source_path, []).append(region)
    return {
        (row.source_path, row.source_sha256): ReadInstance(row, tuple(found.get(row.source_path, ())))
        for row in read_shard(vault, "detections", partition_key)
        if row.stamp == project.stamp and row.regions == len(found.get(row.source_path, ()))
    }


def _crashed(source: SourceFile) -> ReadInstance:
    reason = "the process that read the pixels died"
    detection = Detection(source.partition_key, source.source_path, source.source_sha256, 0, 0, 0, "new", "", "")
    return ReadInstance(replace(detection, status=Status.QUARANTINED, reason=reason), ())


def _cores() -> int:
    import os

    return os.cpu_count() or 1
