"""Pictures to burn text into: anatomy scaled up from pydicom's small files, or drawn.

What belongs here: brightness from 0 to 1, before anything is text or a stored value. What does not: text
(``burning``), bits and photometric interpretations (``storing``).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

Picture: TypeAlias = "NDArray[np.float32]"  # (rows, columns), 0 dark to 1 bright

_BRIGHTEST = 0.8  # leaves room for text that stands out


def draw_anatomy(name: str, rows: int, columns: int, number: int) -> Picture:
    """Draw one frame.

    Parameters
    ----------
    name
        A key of ``ANATOMIES``.
    rows, columns
        Size in pixels.
    number
        Varies the picture a little, so that no two frames are alike.

    Returns
    -------
    numpy.ndarray
        New array (rows, columns), float32, from 0 to 0.8.
    """
    import numpy as np

    return np.clip(ANATOMIES[name](rows, columns, number), 0, 1) * np.float32(_BRIGHTEST)


def _scaled_sample(file_name: str, rows: int, columns: int, number: int) -> Picture:
    import numpy as np
    from PIL import Image

    sample = np.roll(_sample(file_name), number, axis=1)
    scaled = Image.fromarray(sample).resize((columns, rows), Image.Resampling.BICUBIC)
    return np.asarray(scaled, dtype=np.float32)


@cache
def _sample(file_name: str) -> Picture:
    import numpy as np
    import pydicom
    import pydicom.data

    path = Path(pydicom.data.__file__).parent / "test_files" / file_name
    stored = np.asarray(pydicom.dcmread(path).pixel_array, dtype=np.float32)
    low, high = (np.float32(value) for value in np.percentile(stored, (1, 99.5)))
    scaled: Picture = np.clip((stored - low) / (high - low), 0, 1)
    return scaled


def _head(rows: int, columns: int, number: int) -> Picture:
    return _scaled_sample("MR_small.dcm", rows, columns, number)


def _abdomen(rows: int, columns: int, number: int) -> Picture:
    return _scaled_sample("CT_small.dcm", rows, columns, number)


def _thorax(rows: int, columns: int, number: int) -> Picture:
    """A chest film: two dark lungs in a bright body, soft everywhere."""
    from PIL import Image, ImageDraw

    image = Image.new("L", (columns, rows), 30)
    draw = ImageDraw.Draw(image)
    draw.ellipse(_share(columns, rows, 0.08, 0.12, 0.92, 1.2), fill=190)
    shift = 0.01 * (number % 3)
    draw.ellipse(_share(columns, rows, 0.18 + shift, 0.25, 0.46, 0.85), fill=70)
    draw.ellipse(_share(columns, rows, 0.54 + shift, 0.25, 0.82, 0.85), fill=70)
    draw.ellipse(_share(columns, rows, 0.47, 0.5, 0.68, 0.8), fill=210)
    return _soft(image, columns / 40)


def _fan(rows: int, columns: int, number: int) -> Picture:
    """An ultrasound sector with soft echoes."""
    import numpy as np
    from PIL import Image, ImageDraw

    image = Image.new("L", (columns, rows), 0)
    draw = ImageDraw.Draw(image)
    reach = rows * 0.85
    x, y = columns / 2, rows * 0.1
    draw.pieslice((x - reach, y - reach, x + reach, y + reach), 55, 125, fill=110)
    draw.ellipse(_share(columns, rows, 0.42, 0.45 + 0.02 * (number % 5), 0.56, 0.62), fill=25)
    echoes = np.random.default_rng(number).normal(1, 0.15, (rows // 8 + 1, columns // 8 + 1)).astype(np.float32)
    speckle = Image.fromarray(echoes).resize((columns, rows), Image.Resampling.BICUBIC)
    sector: Picture = np.clip(_soft(image, 3) * np.asarray(speckle), 0, 1)
    return sector


def _desk(rows: int, columns: int, number: int) -> Picture:
    """A screen capture: panels in two tones."""
    import numpy as np

    picture: Picture = np.full((rows, columns), 0.15, dtype=np.float32)
    picture[rows // 10 :, columns // 2 :] = 0.3
    picture[rows * 7 // 10 :, : columns // 2] = 0.25 + 0.01 * (number % 3)
    return picture


def _share(columns: int, rows: int, left: float, top: float, right: float, bottom: float) -> tuple[float, ...]:
    return (left * columns, top * rows, right * columns, bottom * rows)


def _soft(image: Image.Image, radius: float) -> Picture:
    import numpy as np
    from PIL import ImageFilter

    return np.asarray(image.filter(ImageFilter.GaussianBlur(radius)), dtype=np.float32) / np.float32(255)


ANATOMIES: dict[str, Callable[[int, int, int], Picture]] = {
    "abdomen": _abdomen,
    "desk": _desk,
    "fan": _fan,
    "head": _head,
    "thorax": _thorax,
}
