"""What Python sees of ``_editing.pyx``."""

from collections.abc import Mapping

from deid_pipeline.actions import InstanceContext, PseudonymSource
from deid_pipeline.dicom.compiled._tree import Tree
from deid_pipeline.dicom.decisions import RuleSource
from deid_pipeline.dicom.editor import Segment
from deid_pipeline.model import ElementChange

class Editor:
    """As ``editor.HeaderEditor``."""

    def __init__(self, tree: Tree, rules: RuleSource) -> None: ...
    def outline(self) -> bytes: ...
    def edit(
        self,
        pseudonyms: PseudonymSource,
        markers: Mapping[int, bytes],
        context: InstanceContext,
        origin: tuple[str, str],
    ) -> tuple[list[Segment], list[ElementChange]]: ...
