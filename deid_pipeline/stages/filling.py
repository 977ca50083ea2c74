"""What is written into the boxes of an instance: a fill, and the texts that it may draw.

What belongs here: joining a fill with the codec that writes it and with the frames it is for. What does not: choosing
boxes (``detection``), fills (room ``redaction``), texts (``surrogates``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deid_pipeline.codecs import (
    NATIVE,
    Buffer,
    Codec,
    FrameArray,
    clear_unused_bits,
    codec_for,
    decompressed_layout,
    forget_pages,
    iter_frames,
)
from deid_pipeline.dicom import open_dicom, pixel_layout
from deid_pipeline.model import Box, Patch, PixelLayout
from deid_pipeline.redaction import FILLS, Fill, Lettering, touching

Letterings = Mapping[int, Sequence[Lettering]]
"""Texts to draw, by 0-based frame index."""


@dataclass(frozen=True)
class Filling:
    """How the boxes of one instance are filled.

    ``letterings`` is asked when the first frame is made: by then it is known what became of the header.
    ``decompressed`` says that frames are written uncompressed whatever the source's transfer syntax.
    """

    fill: Fill = FILLS[0]
    letterings: Callable[[], Letterings] = dict
    decompressed: bool = False

    def patches(
        self,
        codec: Codec,
        data: Buffer,
        layout: PixelLayout,
        *,
        index: int,
        boxes: Sequence[Box],
        decoded: FrameArray,
    ) -> tuple[Patch, ...]:
        """What goes into one frame; ``data`` are its bytes, ``decoded`` its stored values.

        Raises
        ------
        ResidualRiskError
            What to write is unknown, or the frame cannot be rewritten.
        SourceDataError
            The frame is damaged.
        """
        if not boxes:
            return ()
        reaches = codec.changed_boxes(data, layout, boxes=boxes)
        letterings = () if self.fill.is_plain else self.letterings().get(index, ())
        return self.fill.patches(decoded, layout, groups=touching(boxes, reaches), letterings=letterings)

    def frames(
        self, source: Path, boxes: Mapping[int, tuple[Box, ...]], *, clear_unused: bool = False
    ) -> Iterator[tuple[int, tuple[Patch, ...]]]:
        """What was to go into each frame of a file with boxes, one at a time, by 0-based index in ascending order.

        With ``clear_unused`` the frames are those without what lies outside Bits Stored.

        Raises
        ------
        ResidualRiskError, SourceDataError
            As `patches`.
        """
        with open_dicom(source) as file:
            layout = pixel_layout(file)
            if layout is None:
                return
            codec = codec_for(layout.transfer_syntax_uid)
            writer, written = (NATIVE, decompressed_layout(layout)) if self.decompressed else (codec, layout)
            for frame in iter_frames(file.buffer, layout):
                some = boxes.get(frame.index)
                if some:
                    data = (clear_unused_bits(codec, frame.data, layout) if clear_unused else None) or frame.data
                    decoded = codec.decode_frame(data, layout)
                    yield (
                        frame.index,
                        self.patches(writer, data, written, index=frame.index, boxes=some, decoded=decoded),
                    )
                    forget_pages(file.buffer, frame.start, frame.end)
