"""Pictures small enough for Dagster to show them where they are.

What belongs here: fitting a picture into metadata. What does not: making pictures of frames (``stages``).
"""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

# The UI renders Markdown of fewer than 1000 characters in place, longer text behind a link. Small is good anyway:
# it stays in the event log for ever, once for each run of a partition.
_LONGEST_CHARACTERS = 999
_EDGES_PX = (128, 96, 64, 48, 32)
_QUALITIES = (50, 35, 20, 5)


def inline_markdown(png: bytes, *, text: str) -> str:
    """Return Markdown with the picture inside, as WebP in a ``data:`` address, of fewer than 1000 characters.

    Parameters
    ----------
    png
        An 8-bit picture of one or three channels.
    text
        What is shown in its place where pictures are not.

    Returns
    -------
    str
        The largest and finest of some sizes and qualities that fits; empty when none does.
    """
    from PIL import Image as Pictures

    with Pictures.open(io.BytesIO(png)) as opened:
        picture = opened.convert("RGB")
    for edge in _EDGES_PX:
        smaller = picture.copy()
        smaller.thumbnail((edge, edge))
        for quality in _QUALITIES:
            markdown = f"![{text}](data:image/webp;base64,{_webp(smaller, quality)})"
            if len(markdown) <= _LONGEST_CHARACTERS:
                return markdown
    return ""


def _webp(picture: Image, quality: int) -> str:
    stream = io.BytesIO()
    picture.save(stream, "WEBP", quality=quality, method=6)
    return base64.b64encode(stream.getvalue()).decode("ascii")
