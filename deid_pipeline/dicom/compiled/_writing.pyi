"""What Python sees of ``_writing.pyx``."""

from pathlib import Path

from deid_pipeline.dicom.editor import Segment
from deid_pipeline.dicom.structure import Buffer

def write(target: Path | str, source: int, buffer: Buffer, head: bytes, segments: list[Segment]) -> None: ...
