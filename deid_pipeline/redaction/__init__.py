"""Redaction: which rectangles are filled, and with what.

What belongs here: geometry of boxes and fill values. What does not: finding text (``ocr``), deciding what is PHI
(``phi``), rewriting frames (``codecs``).
"""

from deid_pipeline.redaction.boxes import grow_box, prepare_boxes
from deid_pipeline.redaction.solid import fill_for

FILLS = (fill_for,)
"""Ways of filling a box, the default first."""

__all__ = ["FILLS", "fill_for", "grow_box", "prepare_boxes"]
