"""``replaceWithDummyGraphicalAnnotation``: an annotation that shows a circle and says ANONYMOUS."""

from __future__ import annotations

from deid_pipeline.actions.dummy_sequences import ANONYMOUS, DummySequence
from deid_pipeline.actions.items import Made
from deid_pipeline.actions.protocol import Rewrite

_TEXT_OBJECT = (
    Made(0x00700004, "CS", "DISPLAY"),  # Anchor Point Annotation Units
    Made(0x00700006, "ST", ANONYMOUS),  # Unformatted Text Value
    Made(0x00700014, "FL", (0.0, 0.0)),  # Anchor Point
    Made(0x00700015, "CS", "N"),  # Anchor Point Visibility
)
_CIRCLE = (
    Made(0x00700005, "CS", "DISPLAY"),  # Graphic Annotation Units
    Made(0x00700020, "US", (2,)),  # Graphic Dimensions
    Made(0x00700021, "US", (2,)),  # Number of Graphic Points
    Made(0x00700022, "FL", (0.5, 0.5, 0.5, 0.75)),  # Graphic Data: the centre, a point on the circle
    Made(0x00700023, "CS", "CIRCLE"),  # Graphic Type
    Made(0x00700024, "CS", "N"),  # Graphic Filled
)


class ReplaceWithDummyGraphicalAnnotation(DummySequence):
    """PS3.15 D for Graphic Annotation Sequence (0070,0001): one annotation in display units (PS3.3 C.10.5)."""

    name = "replaceWithDummyGraphicalAnnotation"
    aliases: tuple[str, ...] = ("replaceWithDummyGraphicAnnotation", "replaceWithDummyGraphicAnnotationSequence")
    summary = "replaces graphic annotations by one with a circle and the text ANONYMOUS; empty stays empty"
    items = (
        (
            Made(0x00700002, "CS", ANONYMOUS),  # Graphic Layer
            Made(0x00700008, "SQ", (_TEXT_OBJECT,)),
            Made(0x00700009, "SQ", (_CIRCLE,)),
        ),
    )

    def bind(self, option: str, *, vr: str) -> Rewrite:
        """Return the rewriting that gives the dummy annotation.

        Raises
        ------
        StrategyError
            There is an option, or the VR is not SQ.
        """
        return self.bound(self.name, option, vr=vr)
