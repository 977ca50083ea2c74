"""Pictures of redacted frames for the vault, and small ones of released frames for the door.

What belongs here: rendering frames of a source and its copy. What does not: pages around them (``reports``).
"""

from __future__ import annotations

import io
from collections.abc import Container, Iterator, Mapping
from pathlib import Path

from deid_pipeline.codecs import codec_for, iter_frames
from deid_pipeline.dicom import open_dicom, pixel_layout
from deid_pipeline.model import Box, RebuiltFile
from deid_pipeline.ocr import Image, to_8bit
from deid_pipeline.reports import write_preview
from deid_pipeline.stages.project import Project

THUMBNAIL_PX = 160


def save_previews(project: Project, rebuilt: RebuiltFile, boxes_by_frame: Mapping[int, tuple[Box, ...]]) -> None:
    """Write the picture before and after of every redacted frame to the vault, one frame in memory at a time."""
    before = _frames(Path(rebuilt.source_path), boxes_by_frame)
    after = _frames(Path(rebuilt.staged_path), boxes_by_frame)
    for (index, source_image), (_, output_image) in zip(before, after, strict=True):
        write_preview(
            project.settings.vault,
            rebuilt.partition_key,
            source_image=source_image,
            output_image=output_image,
            boxes=boxes_by_frame[index],
            name=f"{rebuilt.source_sha256[:16]}_{index:05d}",
        )


def thumbnail(path: Path) -> bytes:
    """A PNG of the first frame of a de-identified file, at most 160 pixels wide and high; empty without pixels."""
    from PIL import Image as Pictures

    for _, image in _frames(path, (0,)):
        picture = Pictures.fromarray(image)
        picture.thumbnail((THUMBNAIL_PX, THUMBNAIL_PX))
        stream = io.BytesIO()
        picture.save(stream, format="PNG")
        return stream.getvalue()
    return b""


def _frames(path: Path, wanted: Container[int]) -> Iterator[tuple[int, Image]]:
    """The wanted frames of a file with their 0-based index, rendered to 8 bit."""
    with open_dicom(path) as file:
        layout = pixel_layout(file)
        if layout is None:
            return
        codec = codec_for(layout.transfer_syntax_uid)
        for frame in iter_frames(file.buffer, layout):
            if frame.index in wanted:
                yield frame.index, to_8bit(codec.decode_frame(frame.data, layout), layout)
