"""Burning text into pictures, with the box of its ink.

What belongs here: lines of text, their place and their box. What does not: the picture below (``pictures``), stored
values (``storing``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from deid_pipeline.model import Box, IdentifierKind
from deid_pipeline.synthesis.answer_key import PlantedText
from deid_pipeline.synthesis.people import Person, Visit

if TYPE_CHECKING:
    from deid_pipeline.synthesis.pictures import Picture

_MARGIN_PX = 12


def lines_of(person: Person, visit: Visit) -> tuple[tuple[str, str], ...]:
    """What a scanner writes into a corner: (text, entity), the entity empty for what is no PHI."""
    return (
        (f"{person.family.upper()}, {person.given.upper()}", IdentifierKind.NAME.value),
        (f"ID {person.patient_id}", IdentifierKind.ID.value),
        (f"DOB {person.birth_date.isoformat()}", IdentifierKind.DATE.value),
        (f"{visit.day.strftime('%d.%m.%Y')} {visit.time[:2]}:{visit.time[2:4]}", IdentifierKind.DATE.value),
        (visit.institution, IdentifierKind.PLACE.value),
        ("SUPINE", ""),
    )


def burn_in(
    picture: Picture, lines: Sequence[tuple[str, str]], *, frame_index: int, size_px: int = 22
) -> tuple[Picture, tuple[PlantedText, ...]]:
    """Write lines of text in white into the corners of one frame.

    The first half goes to the upper left, the rest to the lower right, as consoles do.

    Parameters
    ----------
    picture
        (rows, columns), float32, 0 to 1; not changed.
    lines
        Text and entity of each line.
    frame_index
        0-based, for the answer key.
    size_px
        Height of the font.

    Returns
    -------
    tuple
        A new picture of the same shape, and the planted lines with boxes of their ink.
    """
    import numpy as np
    from PIL import Image, ImageDraw, ImageFont

    rows, columns = picture.shape
    font = ImageFont.load_default(size_px)
    ink = Image.new("L", (columns, rows), 0)
    draw = ImageDraw.Draw(ink)
    pitch = int(size_px * 1.4)
    upper = (len(lines) + 1) // 2
    planted = []
    for position, (text, entity) in enumerate(lines):
        if position < upper:
            x, y = float(_MARGIN_PX), float(_MARGIN_PX + position * pitch)
        else:
            x = columns - _MARGIN_PX - draw.textlength(text, font=font)
            y = float(rows - _MARGIN_PX - (len(lines) - position) * pitch)
        draw.text((x, y), text, fill=255, font=font)
        left, top, right, bottom = draw.textbbox((x, y), text, font=font)
        box = Box(int(left), int(top), min(columns, int(-(-right // 1))), min(rows, int(-(-bottom // 1))))
        planted.append(PlantedText(frame_index, box, text, entity))
    opacity = np.asarray(ink, dtype=np.float32) / 255
    return (picture * (1 - opacity) + opacity).astype(np.float32), tuple(planted)
