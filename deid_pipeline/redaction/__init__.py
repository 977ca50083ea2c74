"""Redaction: which rectangles are filled, and with what.

What belongs here: geometry of boxes, and fills (one file each, one line in ``FILLS``). What does not: finding text
(``ocr``), deciding what is PHI (``phi``), rewriting frames (``codecs``).
"""

from deid_pipeline.redaction.background import BACKGROUND
from deid_pipeline.redaction.blur import BLUR
from deid_pipeline.redaction.boxes import grow_box, outside, prepare_boxes, touching
from deid_pipeline.redaction.protocol import Fill, Groups, Lettering
from deid_pipeline.redaction.solid import SOLID, fill_for
from deid_pipeline.redaction.surrogate import SURROGATE

FILLS: tuple[Fill, ...] = (SOLID, BACKGROUND, BLUR, SURROGATE)
"""All members of the room, the default first."""


def fill_named(name: str) -> Fill:
    """The member of that name.

    Raises
    ------
    KeyError
        There is none.
    """
    return {fill.name: fill for fill in FILLS}[name]


__all__ = [
    "FILLS",
    "Fill",
    "Groups",
    "Lettering",
    "fill_for",
    "fill_named",
    "grow_box",
    "outside",
    "prepare_boxes",
    "touching",
]
