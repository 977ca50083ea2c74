"""One file with given boxes filled and nothing else changed: no rules, no pseudonyms, no markers.

What belongs here: the list of boxes, the verbatim header, the proof before the file appears. What does not: rewriting
frames (``pixel_edit``), de-identification (``single``).
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from deid_pipeline.checks import CHECKS, CheckCase, run_checks
from deid_pipeline.dicom import DicomFile, open_dicom, pixel_layout, write_dicom
from deid_pipeline.dicom.file import map_file, read_head
from deid_pipeline.errors import ResidualRiskError, SettingsError, SourceDataError
from deid_pipeline.model import Box, PixelLayout
from deid_pipeline.redaction import FILLS, fill_named, prepare_boxes
from deid_pipeline.stages.ambiguous_pixels import refuse_pixels_twice, refuse_untrue_tables
from deid_pipeline.stages.failures import FILE_FAILURES, status_and_reason
from deid_pipeline.stages.filling import Filling
from deid_pipeline.stages.pixel_edit import Boxes, PixelEdit, changed_boxes, edit_pixels
from deid_pipeline.store import publish

COLUMNS = ("frame_index", "level", "left_px", "top_px", "right_px", "bottom_px")
_PIXEL_CHECKS = ("pixels_retained", "pixels_hidden")


@dataclass(frozen=True, slots=True)
class GivenBox:
    """A row of a list of boxes; ``frame_index`` (0-based) or ``level`` is None where it means all."""

    frame_index: int | None
    level: int | None
    box: Box


def read_boxes(path: Path) -> tuple[GivenBox, ...]:
    """Read a CSV list of boxes with the columns of `COLUMNS`; an empty frame or level means all of them.

    Raises
    ------
    SettingsError
        The file cannot be read, lacks a column, or a row is no box.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            reader = csv.DictReader(stream)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise SettingsError(f"the list of boxes lacks the column {missing[0]}")
            return tuple(_given(row, reader.line_num) for row in reader)
    except (OSError, UnicodeDecodeError, csv.Error):
        raise SettingsError("the list of boxes cannot be read") from None


def _given(row: Mapping[str, str | None], line: int) -> GivenBox:
    try:
        frame, level, *sides = (int(text) if (text := (row[name] or "").strip()) else None for name in COLUMNS)
    except ValueError:
        raise SettingsError(f"line {line} of the list of boxes holds something else than whole numbers") from None
    left, top, right, bottom = sides
    if left is None or top is None or right is None or bottom is None or left >= right or top >= bottom:
        raise SettingsError(f"line {line} of the list of boxes is no box")
    if (frame or 0) < 0 or (level or 0) < 0:
        raise SettingsError(f"line {line} of the list of boxes has a negative frame or level")
    return GivenBox(frame, level, Box(left, top, right, bottom))


def redact_file(source: Path, target: Path, boxes: tuple[GivenBox, ...], *, fill: str = FILLS[0].name) -> int:
    """Write a copy of a DICOM file with boxes filled; all other bytes stay, group 2 among them.

    One element follows the pixels where they ask for it: Photometric Interpretation, when an irreversible colour
    transform is written reversibly. Offset tables keep pointing at their frames. ``target`` appears by one rename,
    after the copy was read again and compared with its source.

    Parameters
    ----------
    fill
        A name of ``redaction.FILLS``; what needs texts to draw draws none.

    Returns
    -------
    int
        Number of frames with boxes.

    Raises
    ------
    SettingsError
        A box lies on a frame or level that is not there, outside its frame, or ``target`` cannot be used.
    SourceDataError
        The file is damaged or not supported.
    ResidualRiskError
        It cannot be rewritten without touching anything else, or the copy did not pass its checks.
    """
    if not target.parent.is_dir() or target.is_dir() or (target.exists() and target.samefile(source)):
        raise SettingsError("the output's folder is not there, or the output is a folder or the input")
    filling = Filling(fill_named(fill))
    with tempfile.TemporaryDirectory(prefix="deidp-") as folder:
        staged = Path(folder) / "copy.dcm"
        try:
            with open_dicom(source) as file:
                layout = pixel_layout(file)
                if layout is None:
                    raise SourceDataError("the file has no pixel data")
                refuse_pixels_twice(file)
                refuse_untrue_tables(file, layout)
                by_frame = _by_frame(boxes, layout)
                changed = changed_boxes(file, layout, by_frame)
                _write(staged, file, edit_pixels(file, layout, by_frame, filling=filling))
            _prove(source, staged, by_frame, changed, filling=filling)
        except (SourceDataError, ResidualRiskError):
            raise
        except FILE_FAILURES as error:
            raise SourceDataError(status_and_reason(error, "redacting")[1]) from None
        publish(staged, target)
    return len(by_frame)


def _by_frame(boxes: tuple[GivenBox, ...], layout: PixelLayout) -> dict[int, tuple[Box, ...]]:
    """Boxes by 0-based frame index, clipped to the frame, neither grown nor left out."""
    found: dict[int, list[Box]] = {}
    for given in boxes:
        if given.level:
            raise SettingsError("the list of boxes names a level that is not there: a DICOM image has level 0 only")
        if given.frame_index is not None and given.frame_index >= layout.number_of_frames:
            raise SettingsError("the list of boxes names a frame that is not there")
        box = given.box
        if box.left >= layout.columns or box.top >= layout.rows or min(box.right, box.bottom) <= 0:
            raise SettingsError("a box lies outside the frame")
        indices = range(layout.number_of_frames) if given.frame_index is None else (given.frame_index,)
        for index in indices:
            found.setdefault(index, []).append(box)
    return {
        index: prepare_boxes(some, rows=layout.rows, columns=layout.columns, grow_px=0)
        for index, some in sorted(found.items())
    }


def _write(target: Path, file: DicomFile, edit: PixelEdit) -> None:
    """Write the copy: everything before the data set as it is, then the data set less what the edit replaces."""
    segments: list[bytes | tuple[int, int]] = []
    copied = file.start
    for tag, content in sorted(edit.elements.items()):
        element = file.by_tag[tag]
        segments += [(copied, element.start), content]
        copied = element.end
    segments.append((copied, file.end))
    write_dicom(target, file, head=_head(file), segments=segments, replacements=edit.replacements)


def _head(file: DicomFile) -> bytes:
    """Preamble and group 2 as they are; the offsets of a deflated data set do not tell where they end."""
    if not file.is_deflated:
        return bytes(file.buffer[: file.start])
    with map_file(file.path) as mapped:
        return bytes(mapped[: read_head(mapped)[2]])


def _prove(source: Path, staged: Path, boxes: Boxes, changed: Boxes, *, filling: Filling) -> None:
    """Read the copy again and compare it with its source.

    Raises
    ------
    ResidualRiskError
        A sample outside the boxes differs, or a box still shows something.
    """
    case = CheckCase(
        source_path=source,
        output_path=staged,
        partition_key="",
        identifiers=(),
        boxes_by_frame=boxes,
        expected_uid=str,
        expected_patient_id="",
        changed_by_frame=changed,
        written=None if filling.fill.is_plain else partial(filling.frames, source, boxes),
    )
    asked = [check for check in CHECKS if check.name in _PIXEL_CHECKS]
    failed = [result.check for result in run_checks(case, checks=asked) if not result.passed]
    if failed:
        raise ResidualRiskError(f"failed checks: {', '.join(failed)}")
