"""Smallest and Largest Image Pixel Value (0028,0106) and (0028,0107) of a file whose frames are rewritten.

What belongs here: whether they are still true when boxes were filled, and what they have to say then. What does not:
rewriting frames (``pixel_edit``).

A value that was not true before is left as it is: what is not known to follow from the fill is not ours to change.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, field
from functools import partial

from deid_pipeline.codecs import FrameArray, codec_for, forget_pages, iter_frames
from deid_pipeline.dicom import DicomFile
from deid_pipeline.model import PixelLayout

SMALLEST, LARGEST = 0x00280106, 0x00280107
_PADDING_VALUE = 0x00280120  # pixels of this value are no image (PS3.3 C.7.5.1.1.2)
_BYTES = 2


@dataclass
class ValueRange:
    """The extremes of an open file's frames before and after they are filled.

    Only files of one sample a pixel that have one of the two elements are followed, others cost nothing.
    """

    file: DicomFile
    layout: PixelLayout
    _said: dict[int, int] = field(default_factory=dict)
    _before: list[int] = field(default_factory=list)
    _after: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Read what the header says."""
        if self.layout.samples_per_pixel == 1 and self.layout.keyword == "PixelData":
            for tag in (SMALLEST, LARGEST):
                element = self.file.by_tag.get(tag)
                if element is not None and element.items is None and element.end - element.value == _BYTES:
                    self._said[tag] = self._number(tag)

    def __bool__(self) -> bool:
        """Whether there is anything to follow."""
        return bool(self._said)

    def _number(self, tag: int) -> int:
        raw = bytes(self.file.buffer[self.file.by_tag[tag].value : self.file.by_tag[tag].end])
        signed = bool(self.layout.pixel_representation)
        return int.from_bytes(raw, "big" if self.file.syntax.big_endian else "little", signed=signed)

    def note(self, before: FrameArray, after: FrameArray) -> None:
        """Take the stored values of one frame before and after it was filled."""
        self._before += self._extremes(before)
        self._after += self._extremes(after)

    def forget(self) -> None:
        """Start again."""
        self._before, self._after = [], []

    def _extremes(self, values: FrameArray) -> list[int]:
        element = self.file.by_tag.get(_PADDING_VALUE)
        if element is not None and element.end - element.value == _BYTES:
            values = values[values != self._number(_PADDING_VALUE)]
        return [int(values.min()), int(values.max())] if values.size else []

    def new_values(self, touched: Container[int]) -> dict[int, int]:
        """What the elements have to say once all touched frames were noted, by tag; true ones are not among them."""
        found = {}
        for tag, best in ((SMALLEST, min), (LARGEST, max)):
            said = self._said.get(tag)
            if said is None or not self._before or not self._after or best(said, best(self._before)) != said:
                continue
            true = best(self._after)
            if best(true, said) != said:  # the fill is farther out than all that was there
                found[tag] = true
            elif best(self._before) == said != true:
                others = self._others(touched, until=said)
                found[tag] = best([true, *others])
        return {tag: value for tag, value in found.items() if value != self._said[tag] and self._fits(value)}

    def _fits(self, value: int) -> bool:
        low = -(1 << (8 * _BYTES - 1)) if self.layout.pixel_representation else 0
        return low <= value < low + (1 << 8 * _BYTES)

    def _others(self, touched: Container[int], *, until: int) -> Iterator[int]:
        """Extremes of the frames that were not touched, up to the first with a value."""
        codec = codec_for(self.layout.transfer_syntax_uid)
        for frame in iter_frames(self.file.buffer, self.layout):
            if frame.index not in touched:
                extremes = self._extremes(codec.decode_frame(frame.data, self.layout))
                forget_pages(self.file.buffer, frame.start, frame.end)
                yield from extremes
                if until in extremes:
                    return

    def producers(self, touched: Container[int]) -> dict[int, Callable[[], bytes]]:
        """By tag, what makes the new value field of each element that is followed; called when frames were noted."""
        return {tag: partial(self._field, tag, touched) for tag in self._said}

    def _field(self, tag: int, touched: Container[int]) -> bytes:
        value = self.new_values(touched).get(tag, self._said[tag])
        signed = bool(self.layout.pixel_representation)
        return value.to_bytes(_BYTES, "big" if self.file.syntax.big_endian else "little", signed=signed)
