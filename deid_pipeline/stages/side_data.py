"""Zeroing what frames carry besides samples: comments, application segments, bytes behind the end of a codestream.

What belongs here: joining what the codecs find with the writer. What does not: finding it, and what may stay
(``codecs.side_data``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from deid_pipeline.codecs import Frame, forget_pages, has_side_data, iter_frames, telling_ranges
from deid_pipeline.dicom import DicomFile, Replacement
from deid_pipeline.model import PixelLayout
from deid_pipeline.stages.pixel_edit import PixelEdit

PIXEL_DATA = 0x7FE00010
_ITEM_HEADER = 8  # bytes


def without_side_data(file: DicomFile, layout: PixelLayout, edit: PixelEdit) -> PixelEdit:
    """Add to an edit that no frame keeps side data that may identify; frames that the edit makes among them.

    Zeros take the place of what was there, so no byte moves and offset tables stay true. ``new_values`` has the pixel
    data then.

    Parameters
    ----------
    edit
        What is to happen to the file's frames, each as a whole.

    Raises
    ------
    SourceDataError
        A codestream cannot be followed to its end.
    """
    if not layout.is_encapsulated or not has_side_data(layout.transfer_syntax_uid):
        return edit
    made = {one.start: one for one in edit.replacements if not one.last}
    added: list[Replacement] = []
    found = False
    for frame in iter_frames(file.buffer, layout):
        ranges = telling_ranges(frame.data, layout.transfer_syntax_uid)
        if frame.start in made:
            one = made[frame.start]
            added.append(replace(one, produce=partial(_item_without, one.produce, layout.transfer_syntax_uid)))
        elif ranges:
            added += [
                Replacement(start, end, partial(bytes, end - start)) for start, end in _places(file, frame, ranges)
            ]
        found = found or bool(ranges)
        forget_pages(file.buffer, frame.start, frame.end)
    if not found and not added:
        return edit
    last = [one for one in edit.replacements if one.last]
    new_values = {**edit.new_values, **({PIXEL_DATA: ""} if found else {})}
    return replace(edit, replacements=(*last, *added), new_values=new_values)


def _item_without(produce: Callable[[], bytes], transfer_syntax_uid: str) -> bytes:
    """A frame that is made anew as one item, its side data zeroed."""
    item = bytearray(produce())
    for start, end in telling_ranges(memoryview(item)[_ITEM_HEADER:], transfer_syntax_uid):
        item[_ITEM_HEADER + start : _ITEM_HEADER + end] = bytes(end - start)
    return bytes(item)


def _places(file: DicomFile, frame: Frame, ranges: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Where ranges of a frame's content lie in the file; one that crosses fragments lies in several places."""
    at, before = frame.start, 0  # an item, and the content before it
    items = []
    while at < frame.end:
        length = int.from_bytes(file.buffer[at + 4 : at + _ITEM_HEADER], "little")
        items.append((before, before + length, at + _ITEM_HEADER - before))
        at, before = at + _ITEM_HEADER + length, before + length
    for start, end in ranges:
        for first, behind, shift in items:
            if start < behind and first < end:
                yield max(start, first) + shift, min(end, behind) + shift
