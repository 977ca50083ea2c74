"""From boxes to uncompressed frames, where frames cannot be rewritten in their own transfer syntax.

What belongs here: the whole pixel data of an instance as Explicit VR Little Endian, and what its header has to say
then. What does not: redaction under the own syntax (``pixel_edit``), the choice between both (``reconstruction``).
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator

import numpy as np

from deid_pipeline.codecs import (
    NATIVE,
    FrameArray,
    clear_unused_bits,
    codec_for,
    decompressed_layout,
    forget_pages,
    frame_bytes,
    iter_frames,
)
from deid_pipeline.dicom import DicomFile, Replacement, element_header, encoded_element, tag_text
from deid_pipeline.dicom.file import EXPLICIT_VR_LITTLE_ENDIAN
from deid_pipeline.errors import SourceDataError
from deid_pipeline.model import Box, ElementChange, PixelLayout
from deid_pipeline.stages.filling import Filling
from deid_pipeline.stages.pixel_edit import PHOTOMETRIC_INTERPRETATION, Boxes, PixelEdit, with_extremes
from deid_pipeline.stages.value_range import ValueRange

RULE = ("decompressPixels", "pixels: on_unsupported decompress")
"""Action and rule of elements that change with the transfer syntax."""

TRANSFER_SYNTAX = 0x00020010
_PIXEL_DATA, _PLANAR_CONFIGURATION = 0x7FE00010, 0x00280006
_OFFSET_TABLES = (0x7FE00001, 0x7FE00002)
_LOSSY, _RATIO, _METHOD = 0x00282110, 0x00282112, 0x00282114
# Syntaxes that are never lossless, and the process that their ratio is of (PS3.3 C.7.6.1.1.5).
_ALWAYS_LOSSY = {
    "1.2.840.10008.1.2.4.50": "ISO_10918_1",
    "1.2.840.10008.1.2.4.51": "ISO_10918_1",
    "1.2.840.10008.1.2.4.111": "ISO_10918_1",
}


def decompress_pixels(
    file: DicomFile, layout: PixelLayout, boxes: Boxes, *, filling: Filling, clear_unused: bool = False
) -> PixelEdit:
    """Plan an uncompressed copy of an open file's frames with boxes filled; nothing is decoded yet.

    Every frame becomes native samples, one frame in memory at a time. Rows, Columns, frames and bits stay;
    Photometric Interpretation is that of decoded samples, Planar Configuration 0. Offset tables go. What says that the
    image was compressed with loss stays, and is put in where it is certain and was not said. With ``clear_unused``
    every frame loses what lies outside Bits Stored.

    Raises
    ------
    ResidualRiskError
        Decoded samples have no uncompressed form, or are too many for one element.
    SourceDataError
        The pixel data are damaged, or a box lies on a frame that is not there.
    """
    native = decompressed_layout(layout)
    frames = [array("Q"), array("Q")]
    for frame in iter_frames(file.buffer, layout):
        frames[0].append(frame.start)
        frames[1].append(frame.end)
    starts, ends = frames
    if max(boxes, default=-1) >= len(starts) or min(boxes, default=0) < 0:
        raise SourceDataError("a box lies on a frame that is not there", tag_path="(7fe0,0010)")
    follow = ValueRange(file, layout)
    element, length = file.by_tag[_PIXEL_DATA], native.value_length or 0
    vr = "OW" if layout.bits_allocated > 8 else "OB"
    header = element_header(_PIXEL_DATA, vr, length + length % 2, file.syntax)
    replacements = [Replacement(element.start, starts[0], lambda: header)]
    for index, (start, end) in enumerate(zip(starts, ends, strict=True)):
        produce = _producer(
            file, (layout, native), (filling, follow, clear_unused), (index, start, end), boxes.get(index, ())
        )
        replacements.append(Replacement(start, end, produce))
    replacements.append(Replacement(ends[-1], element.end, lambda: bytes(length % 2)))
    elements = dict(_elements(file, layout, native))
    values = {tag: value for tag, (_, value) in elements.items()}
    values |= {TRANSFER_SYNTAX: EXPLICIT_VR_LITTLE_ENDIAN, _PIXEL_DATA: ""}
    encoded = {tag: content for tag, (content, _) in elements.items()}
    edit = PixelEdit(tuple(replacements), encoded, values, transfer_syntax_uid=EXPLICIT_VR_LITTLE_ENDIAN, rule=RULE)
    return with_extremes(edit, follow, boxes, lambda: None)


def was_decompressed(changes: Iterable[ElementChange]) -> bool:
    """Whether recorded changes of an instance are those of an uncompressed copy."""
    return any(change.tag_path == tag_text(TRANSFER_SYNTAX) and change.action == RULE[0] for change in changes)


def _producer(
    file: DicomFile,
    layouts: tuple[PixelLayout, PixelLayout],
    how: tuple[Filling, ValueRange, bool],
    place: tuple[int, int, int],
    boxes: tuple[Box, ...],
) -> Callable[[], bytes]:
    """A function that makes one uncompressed frame."""
    (layout, native), (filling, follow, clear_unused), (index, start, end) = layouts, how, place

    def produce() -> bytes:
        data = frame_bytes(file.buffer, layout, start=start, end=end)
        decoded = codec_for(layout.transfer_syntax_uid).decode_frame(data, layout)
        forget_pages(file.buffer, start, end)
        cells = _little_endian(decoded)
        if clear_unused:
            cells = clear_unused_bits(NATIVE, cells, native) or cells
            decoded = NATIVE.decode_frame(cells, native)
        patches = filling.patches(NATIVE, b"", native, index=index, boxes=boxes, decoded=decoded)
        if not patches:
            return cells
        new = NATIVE.redact_frame(cells, native, patches=patches)
        if follow:
            follow.note(decoded, NATIVE.decode_frame(new, native))
        return new

    return produce


def _little_endian(decoded: FrameArray) -> bytes:
    return np.ascontiguousarray(decoded).astype(decoded.dtype.newbyteorder("<"), copy=False).tobytes()


def _elements(
    file: DicomFile, layout: PixelLayout, native: PixelLayout
) -> Iterator[tuple[int, tuple[bytes, str | None]]]:
    """Elements that change: encoded (empty: gone) and as a text, by tag."""

    def made(tag: int, vr: str, value: str) -> tuple[int, tuple[bytes, str | None]]:
        return tag, (encoded_element(tag, vr, value.encode("ascii"), file.syntax), value)

    if native.photometric_interpretation != layout.photometric_interpretation:
        yield made(PHOTOMETRIC_INTERPRETATION, "CS", native.photometric_interpretation)
    if layout.samples_per_pixel > 1 and (layout.planar_configuration or _PLANAR_CONFIGURATION not in file.by_tag):
        yield _PLANAR_CONFIGURATION, (encoded_element(_PLANAR_CONFIGURATION, "US", b"\0\0", file.syntax), "")
    method = _ALWAYS_LOSSY.get(layout.transfer_syntax_uid)
    if method and file.text(_LOSSY) != "01":
        yield made(_LOSSY, "CS", "01")
        element = file.by_tag[_PIXEL_DATA]
        if _RATIO not in file.by_tag:
            yield made(_RATIO, "DS", f"{(native.value_length or 0) / (element.end - element.value):.2f}")
        if _METHOD not in file.by_tag:
            yield made(_METHOD, "CS", method)
    for tag in _OFFSET_TABLES:
        if tag in file.by_tag:
            yield tag, (b"", None)
