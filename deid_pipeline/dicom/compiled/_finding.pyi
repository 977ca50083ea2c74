"""What Python sees of ``_finding.pyx``."""

from collections.abc import Callable

from deid_pipeline.dicom.compiled._tree import Tree
from deid_pipeline.dicom.structure import Buffer

def parse(
    buffer: Buffer, start: int, end: int, explicit: bool, whole: Callable[[], Buffer] | None = None
) -> Tree | None: ...
def read_meta(content: bytes, start: int) -> tuple[dict[int, str], int] | None: ...
