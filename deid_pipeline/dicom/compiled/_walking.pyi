"""What Python sees of ``_walking.pyx``."""

from deid_pipeline.dicom.compiled._tree import Tree
from deid_pipeline.dicom.wanted import IsWanted, WantedValue

class Wanted:
    """A judgement of tags and VRs, and what it answered so far."""

    def __init__(self, judge: IsWanted) -> None: ...

def wanted_values(tree: Tree, wanted: Wanted) -> list[WantedValue]: ...
def wanted_key(tree: Tree, wanted: Wanted) -> bytes | None: ...
