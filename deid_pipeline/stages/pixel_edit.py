"""From boxes to new frames: what of a file's pixel data is replaced, and what the header has to say then.

What belongs here: joining codecs, the filling and the writer. What does not: choosing boxes (``detection``), rewriting
a frame (``codecs``), the other elements (``reconstruction``).
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from deid_pipeline.codecs import (
    Codec,
    OffsetTables,
    clear_unused_bits,
    codec_for,
    forget_pages,
    frame_bytes,
    frame_replacement,
    iter_frames,
)
from deid_pipeline.dicom import DicomFile, Replacement, encoded_element, tag_text
from deid_pipeline.errors import ResidualRiskError, SourceDataError
from deid_pipeline.model import Box, PixelLayout
from deid_pipeline.stages.filling import Filling

PHOTOMETRIC_INTERPRETATION = 0x00280004
_EXTENDED_TABLE, _EXTENDED_LENGTHS = 0x7FE00001, 0x7FE00002

Boxes = Mapping[int, tuple[Box, ...]]
"""Boxes to fill by 0-based frame index."""


@dataclass(frozen=True)
class PixelEdit:
    """What redaction does to a file besides its rules.

    ``elements`` are whole encoded top-level elements that take the place of the source's, ``new_values`` the texts of
    all elements that change with the pixels, by tag (empty for binary ones). ``replacements`` are in order; each frame
    is made when it is written.
    """

    replacements: tuple[Replacement, ...] = ()
    elements: Mapping[int, bytes] = field(default_factory=dict)
    new_values: Mapping[int, str] = field(default_factory=dict)

    def without(self, file: DicomFile, deleted: Collection[str]) -> PixelEdit:
        """The same less what would change elements that are deleted anyway, given by tag path."""
        gone = {tag for tag in self.new_values if tag_text(tag) in deleted}
        places = {file.by_tag[tag].value for tag in gone}
        return PixelEdit(
            tuple(new for new in self.replacements if new.start not in places),
            self.elements,
            {tag: text for tag, text in self.new_values.items() if tag not in gone},
        )


@dataclass(frozen=True)
class _Frames:
    """Where all frames lie, bytes into the file's buffer."""

    starts: array[int]
    ends: array[int]


def edit_pixels(
    file: DicomFile, layout: PixelLayout, boxes: Boxes, *, filling: Filling, clear_unused: bool = False
) -> PixelEdit:
    """Plan the redaction of an open file; nothing is decoded yet, and ``filling`` is not asked yet.

    With ``clear_unused`` every frame loses what lies outside Bits Stored; frames without any such bits are copied.

    Raises
    ------
    ResidualRiskError
        The pixel data cannot be rewritten without changing anything else.
    SourceDataError
        They are damaged, or a box lies on a frame that is not there.
    """
    if not any(boxes.values()) and not clear_unused:
        return PixelEdit()
    codec = codec_for(layout.transfer_syntax_uid)
    if not codec.can_redact:
        raise ResidualRiskError("no codec of this version rewrites frames of this transfer syntax")
    frames = _Frames(array("Q"), array("Q"))
    interpretations = set()
    for frame in iter_frames(file.buffer, layout):
        frames.starts.append(frame.start)
        frames.ends.append(frame.end)
        if boxes.get(frame.index):
            interpretations.add(codec.redacted_interpretation(frame.data, layout))
            forget_pages(file.buffer, frame.start, frame.end)
    if any(not 0 <= index < len(frames.starts) for index in boxes):
        raise SourceDataError("a box lies on a frame that is not there", tag_path="(7fe0,0010)")
    new_names = interpretations - {layout.photometric_interpretation}
    clearing = _Clearing(clear_unused, verbatim=not new_names)
    producer = partial(_producer, file, layout, codec, filling, clearing)
    return _edit(file, layout, boxes, producer, (frames, new_names, clear_unused))


def changed_boxes(file: DicomFile, layout: PixelLayout, boxes: Boxes) -> dict[int, tuple[Box, ...]]:
    """Which pixels `edit_pixels` may change, by 0-based frame index: boxes, and what a coding cannot part from them.

    Raises
    ------
    ResidualRiskError
        The pixel data cannot be rewritten.
    SourceDataError
        They are damaged.
    """
    wanted = {index: some for index, some in boxes.items() if some}
    if not wanted:
        return {}
    codec = codec_for(layout.transfer_syntax_uid)
    found = {}
    for frame in iter_frames(file.buffer, layout):
        if frame.index in wanted:
            found[frame.index] = codec.changed_boxes(frame.data, layout, boxes=wanted[frame.index])
            forget_pages(file.buffer, frame.start, frame.end)
    return found


def _edit(
    file: DicomFile,
    layout: PixelLayout,
    boxes: Boxes,
    producer: Callable[[OffsetTables, tuple[int, tuple[Box, ...]]], Callable[[], bytes]],
    found: tuple[_Frames, set[str], bool],
) -> PixelEdit:
    frames, new_names, clear_unused = found
    tables = OffsetTables(frames.starts, frames.ends)
    every = bool(new_names) or clear_unused
    indices = range(len(frames.starts)) if every else [index for index in sorted(boxes) if boxes[index]]
    replacements = [
        Replacement(
            frames.starts[index],
            frames.ends[index],
            producer(tables, (index, boxes.get(index, ()))),
        )
        for index in indices
    ]
    elements: dict[int, bytes] = {}
    new_values: dict[int, str] = {}
    if new_names:
        (name,) = new_names
        elements[PHOTOMETRIC_INTERPRETATION] = encoded_element(
            PHOTOMETRIC_INTERPRETATION, "CS", name.encode("ascii"), file.syntax
        )
        new_values[PHOTOMETRIC_INTERPRETATION] = name
    if layout.is_encapsulated:
        late = _table_replacements(file, layout, frames, tables)
        new_values |= {tag: "" for tag in (_EXTENDED_TABLE, _EXTENDED_LENGTHS) if tag in late}
        replacements = [*late.values(), *replacements]
    return PixelEdit(tuple(replacements), elements, new_values)


class _Clearing(NamedTuple):
    """Whether unused bits are cleared, and whether a frame in which nothing else changes may stay as it is."""

    wanted: bool
    verbatim: bool


def _producer(
    file: DicomFile,
    layout: PixelLayout,
    codec: Codec,
    filling: Filling,
    clearing: _Clearing,
    tables: OffsetTables,
    place: tuple[int, tuple[Box, ...]],
) -> Callable[[], bytes]:
    """A function that makes the new frame, with the items around it."""
    index, boxes = place
    start, end = tables.starts[index], tables.ends[index]

    def produce() -> bytes:
        data = frame_bytes(file.buffer, layout, start=start, end=end)
        cleared = clear_unused_bits(codec, data, layout) if clearing.wanted else None
        if clearing.verbatim and not boxes:
            content = frame_replacement(cleared, layout) if cleared else bytes(file.buffer[start:end])
            tables.replaced(index, len(content))
            forget_pages(file.buffer, start, end)
            return content
        data = cleared or data
        decoded = codec.decode_frame(data, layout)
        patches = filling.patches(codec, data, layout, index=index, boxes=boxes, decoded=decoded)
        new = codec.redact_frame(data, layout, patches=patches, decoded=decoded)
        content = frame_replacement(new, layout)
        tables.replaced(index, len(content))
        forget_pages(file.buffer, start, end)
        return content

    return produce


def _table_replacements(
    file: DicomFile, layout: PixelLayout, frames: _Frames, tables: OffsetTables
) -> dict[int, Replacement]:
    """The offset tables of the file that hold anything, by tag; the basic one under that of the pixel data.

    Raises
    ------
    ResidualRiskError
        A table has another number of entries than there are frames.
    """
    found: dict[int, tuple[int, int, Callable[[], bytes], int]] = {}
    for tag in (_EXTENDED_TABLE, _EXTENDED_LENGTHS):
        element = file.by_tag.get(tag)
        if element is not None and element.end > element.value:
            old = bytes(file.buffer[element.value : element.end])
            produce = tables.extended if tag == _EXTENDED_TABLE else partial(tables.extended_lengths, old)
            found[tag] = (element.value, element.end, produce, 8)
    start = layout.value_offset + 8
    if start < frames.starts[0]:
        found[0x7FE00010] = (start, frames.starts[0], tables.basic, 4)
    for first, behind, _, size in found.values():
        if behind - first != size * len(frames.starts):
            raise ResidualRiskError("an offset table has another number of entries than there are frames")
    return {tag: Replacement(first, behind, produce, last=True) for tag, (first, behind, produce, _) in found.items()}
