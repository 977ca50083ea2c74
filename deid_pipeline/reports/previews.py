"""Before/after pictures of redacted frames, kept in the vault.

What belongs here: writing and listing the PNG files. What does not: rendering frames to 8 bits (``ocr``), deciding
which boxes are redacted (``redaction``).
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from deid_pipeline.model import Box
from deid_pipeline.store import make_folder, replacing

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

FOLDER = "previews"
_LONGEST_SIDE_PX = 1024
_COMPRESS_LEVEL = 3  # of zlib: previews are written once for each redacted frame, time counts more than bytes
_OUTLINE_RGB = (255, 64, 64)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_BEFORE, _AFTER = "_before.png", "_after.png"


@dataclass(frozen=True, slots=True)
class Preview:
    """One pair of pictures; paths are relative to the vault."""

    name: str
    before: str
    after: str


def write_preview(
    vault: Path,
    partition_key: str,
    *,
    source_image: NDArray[np.uint8],
    output_image: NDArray[np.uint8],
    boxes: Sequence[Box],
    name: str,
) -> None:
    """Write ``V/previews/<partition_key>/<name>_before.png`` and ``_after.png``.

    Parameters
    ----------
    vault
        The vault's folder.
    partition_key
        The study's pseudonym.
    source_image, output_image
        (rows, columns) or (rows, columns, 3), uint8, grey or RGB; not changed. Larger ones are scaled down to 1,024
        pixels on their longer side.
    boxes
        What was redacted, in pixels of the images as given; outlined in the picture before.
    name
        Letters, digits, ``.``, ``_`` and ``-``; the order of the names is the order on the page.

    Raises
    ------
    ValueError
        When the name or the partition key holds other characters.
    """
    if not _NAME.fullmatch(name) or not _NAME.fullmatch(partition_key):
        raise ValueError("names of previews hold letters, digits, '.', '_' and '-' only")
    folder = make_folder(vault / FOLDER / partition_key)
    for image, outlined, suffix in ((source_image, boxes, _BEFORE), (output_image, (), _AFTER)):
        picture = _scaled(image, outlined)
        with replacing(folder / f"{name}{suffix}") as part, part.open("wb") as stream:
            picture.save(stream, format="PNG", compress_level=_COMPRESS_LEVEL)


def clear_previews(vault: Path, partition_key: str) -> None:
    """Remove a partition's pictures, before it is worked on again."""
    shutil.rmtree(vault / FOLDER / partition_key, ignore_errors=True)


def list_previews(vault: Path, partition_key: str) -> list[Preview]:
    """The complete pairs of one partition, sorted by name."""
    folder = vault / FOLDER / partition_key
    names = sorted(path.name.removesuffix(_BEFORE) for path in folder.glob(f"*{_BEFORE}"))
    base = f"{FOLDER}/{partition_key}"
    return [
        Preview(name, before=f"{base}/{name}{_BEFORE}", after=f"{base}/{name}{_AFTER}")
        for name in names
        if (folder / f"{name}{_AFTER}").is_file()
    ]


def partitions_with_previews(vault: Path) -> list[str]:
    """The keys of partitions that have a folder of pictures, sorted."""
    folder = vault / FOLDER
    return sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []


def _scaled(image: NDArray[np.uint8], boxes: Sequence[Box]) -> Image.Image:
    from PIL import Image, ImageDraw

    picture = Image.fromarray(image)
    factor = min(1.0, _LONGEST_SIDE_PX / max(picture.size))
    if factor < 1:
        size = (max(1, round(picture.width * factor)), max(1, round(picture.height * factor)))
        picture = picture.resize(size, Image.Resampling.BOX)
    if boxes:
        picture = picture.convert("RGB")
        draw = ImageDraw.Draw(picture)
        for box in boxes:
            left, top = round(box.left * factor) - 1, round(box.top * factor) - 1
            right, bottom = round(box.right * factor), round(box.bottom * factor)
            draw.rectangle((left, top, max(left, right), max(top, bottom)), outline=_OUTLINE_RGB, width=1)
    return picture
