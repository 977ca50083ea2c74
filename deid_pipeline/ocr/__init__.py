"""OCR: from a decoded frame to lines of text with their boxes.

What belongs here: engines (one file each), rendering for them, cutting of large images. What does not: decoding (room
``codecs``), what is PHI (room ``phi``), which boxes are filled (room ``redaction``).
"""

from functools import cache

from deid_pipeline.errors import EngineUnavailableError
from deid_pipeline.ocr.further_renderings import read_frame, renderings
from deid_pipeline.ocr.protocol import Image, OcrEngine
from deid_pipeline.ocr.rapid import RapidEngine
from deid_pipeline.ocr.rendering import to_8bit

ENGINES = (RapidEngine,)
"""All members of the room, the default first."""


@cache
def engine(name: str = "rapidocr", threads: int = 0) -> OcrEngine:
    """Return the engine of this process; its models are loaded at the first image and then kept.

    Parameters
    ----------
    name
        As in `ENGINES`.
    threads
        Threads for one image, 0 for the engine's own choice.

    Returns
    -------
    OcrEngine
        The same object for the same arguments.

    Raises
    ------
    EngineUnavailableError
        No engine of that name.
    """
    for member in ENGINES:
        candidate = member(threads=threads)
        if candidate.name == name:
            return candidate
    raise EngineUnavailableError("no OCR engine of this name is registered")


__all__ = ["ENGINES", "Image", "OcrEngine", "engine", "read_frame", "renderings", "to_8bit"]
