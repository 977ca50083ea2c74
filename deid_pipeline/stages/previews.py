"""Pictures of redacted frames for the vault, and small ones of released frames for the door.

What belongs here: rendering frames of a source and its copy. What does not: pages around them (``reports``).
"""

from __future__ import annotations

import io
from collections.abc import Container, Iterator, Mapping
from pathlib import Path

from deid_pipeline.codecs import FrameArray, codec_for, is_video, iter_frames, video_frames
from deid_pipeline.dicom import open_dicom, pixel_layout
from deid_pipeline.model import Box, PixelLayout, RebuiltFile
from deid_pipeline.ocr import Image, to_8bit
from deid_pipeline.reports import write_preview
from deid_pipeline.stages.project import Project

THUMBNAIL_PX = 160


def save_previews(project: Project, rebuilt: RebuiltFile, boxes_by_frame: Mapping[int, tuple[Box, ...]]) -> None:
    """Write the picture before and after of every redacted frame to the vault, one frame in memory at a time.

    Both are rendered as one picture, so that equal samples look equal in both.
    """
    import numpy as np

    before = _frames(Path(rebuilt.source_path), boxes_by_frame)
    after = _frames(Path(rebuilt.staged_path), boxes_by_frame)
    for (index, layout, source), (_, _, output) in zip(before, after, strict=True):
        both = _as_viewed(np.concatenate((source, output)), layout)
        write_preview(
            project.settings.vault,
            rebuilt.partition_key,
            source_image=both[: layout.rows],
            output_image=both[layout.rows :],
            boxes=boxes_by_frame[index],
            name=f"{rebuilt.source_sha256[:16]}_{index:05d}",
        )


def thumbnail(path: Path) -> bytes:
    """A PNG of the first frame of a de-identified file, at most 160 pixels wide and high; empty without pixels."""
    from PIL import Image as Pictures

    for _, layout, array in _frames(path, (0,)):
        picture = Pictures.fromarray(_as_viewed(array, layout))
        picture.thumbnail((THUMBNAIL_PX, THUMBNAIL_PX))
        stream = io.BytesIO()
        picture.save(stream, format="PNG")
        return stream.getvalue()
    return b""


def _as_viewed(array: FrameArray, layout: PixelLayout) -> Image:
    """A frame over its full range; of MONOCHROME1 the largest value is black (PS3.3 C.7.6.3.1.2)."""
    picture = to_8bit(array, layout)
    return 255 - picture if layout.photometric_interpretation == "MONOCHROME1" else picture


def _frames(path: Path, wanted: Container[int]) -> Iterator[tuple[int, PixelLayout, FrameArray]]:
    """The wanted frames of a file, decoded, with their 0-based index."""
    with open_dicom(path) as file:
        layout = pixel_layout(file)
        if layout is None:
            return
        if is_video(layout):
            pictures = enumerate(video_frames(file.buffer, layout))
            yield from ((index, layout, picture) for index, picture in pictures if index in wanted)
            return
        codec = codec_for(layout.transfer_syntax_uid)
        for frame in iter_frames(file.buffer, layout):
            if frame.index in wanted:
                yield frame.index, layout, codec.decode_frame(frame.data, layout)
