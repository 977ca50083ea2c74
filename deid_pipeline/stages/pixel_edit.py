"""From boxes to new frames: what of a file's pixel data is replaced, and what the header has to say then.

What belongs here: joining codecs, the filling and the writer. What does not: choosing boxes (``detection``), rewriting
a frame (``codecs``), the other elements (``reconstruction``).
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import NamedTuple

from deid_pipeline.codecs import (
    Buffer,
    Codec,
    FramePlaces,
    OffsetTables,
    clear_unused_bits,
    codec_for,
    forget_pages,
    is_video,
    iter_frames,
)
from deid_pipeline.dicom import DicomFile, Replacement, encoded_element, tag_text
from deid_pipeline.errors import ResidualRiskError, SourceDataError
from deid_pipeline.model import Box, PixelLayout
from deid_pipeline.stages.filling import Filling
from deid_pipeline.stages.value_range import LARGEST, SMALLEST, ValueRange

PHOTOMETRIC_INTERPRETATION = 0x00280004
_EXTENDED_TABLE, _EXTENDED_LENGTHS = 0x7FE00001, 0x7FE00002

EXTREMES = (SMALLEST, LARGEST)
PIXEL_RULE = ("redactPixels", "follows from redacted pixels")
"""Action and rule of elements that change with the pixels."""

Boxes = Mapping[int, tuple[Box, ...]]
"""Boxes to fill by 0-based frame index."""


class _How(NamedTuple):
    """How frames are made anew; those in which nothing changes may stay as they are where they are ``verbatim``."""

    codec: Codec
    filling: Filling
    follow: ValueRange
    clear_unused: bool
    verbatim: bool

    def cleared(self, data: Buffer, layout: PixelLayout) -> bytes | None:
        """A frame without what lies in unused bits, None where there is nothing or nothing is to be done about it."""
        return clear_unused_bits(self.codec, data, layout) if self.clear_unused else None


@dataclass(frozen=True)
class PixelEdit:
    """What redaction does to a file besides its rules.

    ``elements`` are whole encoded top-level elements that take the place of the source's (empty: they go),
    ``new_values`` the texts of all elements that change with the pixels, by tag (empty for binary ones, None for those
    that go). ``replacements`` are in order; each frame is made when it is written. ``values_after`` says of further
    elements, once all was written, what became of them; elements that stayed are not among them.
    ``transfer_syntax_uid`` is empty where it stays; ``rule`` is what ``new_values`` are recorded under.
    """

    replacements: tuple[Replacement, ...] = ()
    elements: Mapping[int, bytes] = field(default_factory=dict)
    new_values: Mapping[int, str | None] = field(default_factory=dict)
    values_after: Callable[[], Mapping[int, str]] = dict
    transfer_syntax_uid: str = ""
    rule: tuple[str, str] = PIXEL_RULE

    def without(self, file: DicomFile, *, deleted: Collection[str], rewritten: Collection[str] = ()) -> PixelEdit:
        """The same less what would change elements that rules delete or rewrite, given by tag path."""
        gone = {tag for tag in self.new_values if tag_text(tag) in deleted}
        gone |= {tag for tag in EXTREMES if tag in file.by_tag and tag_text(tag) in (*deleted, *rewritten)}
        places = [file.by_tag[tag] for tag in gone if tag in file.by_tag]
        return replace(
            self,
            replacements=tuple(
                new for new in self.replacements if not any(one.start <= new.start < one.end for one in places)
            ),
            new_values={tag: text for tag, text in self.new_values.items() if tag not in gone},
            values_after=lambda: {tag: text for tag, text in self.values_after().items() if tag not in gone},
        )


UNTOUCHED = PixelEdit()
"""What is done to a file in which nothing is redacted."""


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
        return UNTOUCHED
    if is_video(layout):
        raise ResidualRiskError("text was found in a video, of which no part can be rewritten without changing others")
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
    how = _How(codec, filling, ValueRange(file, layout), clear_unused, verbatim=not new_names)
    producer = partial(_producer, file, how)
    edit = _edit(file, layout, boxes, producer, (frames, new_names, clear_unused))
    return with_extremes(edit, how.follow, boxes, partial(_measure, file, layout, how, boxes))


def with_extremes(edit: PixelEdit, follow: ValueRange, boxes: Boxes, measure: Callable[[], None]) -> PixelEdit:
    """The edit with the two elements that tell the range of the values.

    They come last, when all frames were made; in a deflated data set nothing can, so that frames are looked at before.
    """
    touched = frozenset(index for index, some in boxes.items() if some)
    if not touched:
        return edit
    deflated = follow.file.is_deflated
    replacements = []
    for tag, produce in sorted(follow.producers(touched).items()):
        element = follow.file.by_tag[tag]

        def made(produce: Callable[[], bytes] = produce) -> bytes:
            if deflated:
                measure()
            return produce()

        replacements.append(Replacement(element.value, element.end, made, last=not deflated))
    return replace(
        edit,
        replacements=(*replacements, *edit.replacements),
        values_after=lambda: {tag: str(value) for tag, value in follow.new_values(touched).items()},
    )


def _measure(file: DicomFile, layout: PixelLayout, how: _How, boxes: Boxes) -> None:
    """Note the range of every frame with boxes without writing it."""
    codec, follow = how.codec, how.follow
    follow.forget()
    for frame in iter_frames(file.buffer, layout):
        some = boxes.get(frame.index)
        if some:
            data = how.cleared(frame.data, layout) or frame.data
            decoded = codec.decode_frame(data, layout)
            patches = how.filling.patches(codec, data, layout, index=frame.index, boxes=some, decoded=decoded)
            new = codec.redact_frame(data, layout, patches=patches, decoded=decoded)
            follow.note(decoded, codec.decode_frame(new, layout))


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
    producer: Callable[[FramePlaces, OffsetTables, tuple[int, tuple[Box, ...]]], Callable[[], bytes]],
    found: tuple[_Frames, set[str], bool],
) -> PixelEdit:
    frames, new_names, clear_unused = found
    tables = OffsetTables(frames.starts, frames.ends)
    every = bool(new_names) or clear_unused
    indices = range(len(frames.starts)) if every else [index for index in sorted(boxes) if boxes[index]]
    places = FramePlaces(layout, frames.starts, frames.ends, indices)
    replacements = [
        Replacement(*places.span(index), producer(places, tables, (index, boxes.get(index, ())))) for index in indices
    ]
    elements: dict[int, bytes] = {}
    new_values: dict[int, str | None] = {}
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


def _producer(
    file: DicomFile,
    how: _How,
    places: FramePlaces,
    tables: OffsetTables,
    place: tuple[int, tuple[Box, ...]],
) -> Callable[[], bytes]:
    """A function that makes the new frame, with what lies around it."""
    index, boxes = place
    codec, follow = how.codec, how.follow
    layout = places.layout
    start, end = places.span(index)

    def produce() -> bytes:
        data = places.content(file.buffer, index)
        cleared = how.cleared(data, layout)
        if how.verbatim and not boxes:
            content = places.replacement(file.buffer, index, cleared) if cleared else bytes(file.buffer[start:end])
            tables.replaced(index, len(content))
            forget_pages(file.buffer, start, end)
            return content
        data = cleared or data
        decoded = codec.decode_frame(data, layout)
        patches = how.filling.patches(codec, data, layout, index=index, boxes=boxes, decoded=decoded)
        new = codec.redact_frame(data, layout, patches=patches, decoded=decoded)
        if follow and boxes and not file.is_deflated:
            follow.note(decoded, codec.decode_frame(new, layout))
        content = places.replacement(file.buffer, index, new)
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
