"""What Python sees of ``_joining.pyx``."""

from deid_pipeline.dicom.editor import Segment
from deid_pipeline.dicom.structure import Buffer

def joined(buffer: Buffer, head: bytes, segments: list[Segment], most: int) -> tuple[list[Segment], int] | None: ...
