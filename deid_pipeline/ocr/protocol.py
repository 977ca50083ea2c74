"""What every OCR engine of this room offers: the lines of text seen in one 8-bit image.

What belongs here: the interface and its types. What does not: engines (one file each), rendering (``rendering``),
deciding what is PHI (room ``phi``).
"""

from __future__ import annotations

from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from deid_pipeline.model import ReadLine

Image: TypeAlias = npt.NDArray[np.uint8]
"""Grey ``(rows, columns)`` or RGB ``(rows, columns, 3)``, values 0 to 255."""


class OcrEngine(Protocol):
    """Finds and reads text in one image; an instance may be kept for the life of the process."""

    @property
    def name(self) -> str:
        """Short, stable, lower case; stored beside every region the engine found."""
        ...

    def read(self, image: Image, *, enlarge: bool = True) -> list[ReadLine]:
        """Find every line of text in an image.

        Parameters
        ----------
        image
            uint8, grey ``(rows, columns)`` or RGB ``(rows, columns, 3)``; not modified.
        enlarge
            Whether a small image may be looked at enlarged: small text is found better so, in several times the time.

        Returns
        -------
        list of ReadLine
            Boxes in pixels of ``image``, clipped to it; a box whose text could not be read has the text ``""``.

        Raises
        ------
        EngineUnavailableError
            The engine or its models cannot be loaded.
        ValueError
            ``image`` is not such an array.
        """
        ...
