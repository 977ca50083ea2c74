"""The compiled core."""
import os
from types import ModuleType
finding: ModuleType | None = None
editing: ModuleType | None = None


def find() -> None:
    """Import it."""
    global finding, editing
    if not os.environ.get("DEIDP_PURE_PYTHON"):
        from deid_pipeline.dicom.compiled import _editing, _finding
        finding, editing = _finding, _editing
