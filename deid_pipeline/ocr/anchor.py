"""A strip of known text below every picture that a detector sees.

What belongs here: that strip. What does not: the pictures (engines).

Detectors of the DB family judge size by what is in view. On a picture without any text they take its largest structure
for a letter: on 24 text-free CT, MR, mammography and radiography pictures RapidOCR's detector at low thresholds marked
61 % of the area, and it found 87 % of the texts planted alone. With text of three ordinary sizes always in view it
looks for text of such sizes: 3 % of the area (none once large boxes are read again in parts, see `tiling`), 96 % of
the texts. ``benchmarks/ocr_coverage.py --empty`` shows the effect.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from deid_pipeline.ocr.protocol import Image

STRIP_ROWS = 88
_TEXT = "Sample 0123"
_SIZES = (0.7, 1.0, 1.4)  # capitals of about 15, 22 and 31 pixels
_BASELINE_PX, _MARGIN_PX, _GAP_PX = 24, 8, 40


@lru_cache(maxsize=16)
def strip(columns: int) -> Image:
    """Draw the strip.

    Parameters
    ----------
    columns
        Its width in pixels, that of the picture above.

    Returns
    -------
    numpy.ndarray
        uint8, ``(STRIP_ROWS, columns, 3)``, white text on black, read-only because it is shared.
    """
    import cv2

    picture = np.zeros((STRIP_ROWS, columns, 3), dtype=np.uint8)
    left, count = _MARGIN_PX, 0
    while left < columns:
        size = _SIZES[count % len(_SIZES)]
        weight = max(1, int(2 * size))
        place = (left, STRIP_ROWS - _BASELINE_PX)
        cv2.putText(picture, _TEXT, place, cv2.FONT_HERSHEY_SIMPLEX, size, (255, 255, 255), weight, cv2.LINE_AA)
        left += cv2.getTextSize(_TEXT, cv2.FONT_HERSHEY_SIMPLEX, size, 1)[0][0] + _GAP_PX
        count += 1
    picture.setflags(write=False)
    return picture
