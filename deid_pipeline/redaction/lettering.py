"""Text as a picture that fits a box, in the typeface that Pillow brings (Aileron, CC0).

What belongs here: sizes and coverage of letters. What does not: their colours and place (``surrogate``), what is
written (``stages``).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

_SMALLEST_PX, _LARGEST_PX = 7, 160  # of type; smaller letters cannot be read

Coverage = npt.NDArray[np.float64]
"""How much of each pixel a letter covers, 0 to 1, ``(rows, columns)``."""


@lru_cache(maxsize=256)
def drawn(text: str, *, rows: int, columns: int) -> Coverage | None:
    """Draw one line of text as large as it fits.

    Parameters
    ----------
    text
        Of ASCII; other characters are left out.
    rows, columns
        The room there is, in pixels.

    Returns
    -------
    numpy.ndarray or None
        Just as large as the letters, at most ``rows`` by ``columns``, read-only; None when they would be too small
        to be read, or nothing is left to draw.
    """
    from PIL import Image, ImageDraw

    text = "".join(sign for sign in text if " " <= sign <= "~").strip()
    size = min(rows * 2, _LARGEST_PX) if text else 0  # letters are lower than their size says
    while size >= _SMALLEST_PX:
        left, top, right, bottom = (round(side) for side in _font(size).getbbox(text))
        width, height = right - left, bottom - top
        if width <= columns and height <= rows:
            picture = Image.new("L", (width, height))
            ImageDraw.Draw(picture).text((-left, -top), text, fill=255, font=_font(size))
            coverage = np.asarray(picture, dtype=np.float64) / 255
            coverage.setflags(write=False)
            return coverage
        size = min(size - 1, int(size * min(columns / width, rows / height)))
    return None


@lru_cache(maxsize=64)
def _font(size: int):  # type: ignore[no-untyped-def]
    from PIL import ImageFont

    return ImageFont.load_default(size)
