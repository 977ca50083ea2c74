"""The answer key: what was planted where, and what should become of each file.

What belongs here: the key's records and its JSON form. What does not: planting.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from deid_pipeline.model import Box, IdentifierKind

# Eight digits or an age meet by chance in pixel data or in a UID: finding one proves nothing.
_TOO_COMMON = frozenset({IdentifierKind.DATE, IdentifierKind.AGE, IdentifierKind.UID})


@dataclass(frozen=True, slots=True)
class PlantedElement:
    """An identifying text inside a header element; ``text`` may be a part of the element's value.

    ``entity`` is a value of :class:`deid_pipeline.model.IdentifierKind`.
    """

    tag_path: str
    entity: str
    text: str


@dataclass(frozen=True, slots=True)
class PlantedText:
    """A line burned into the pixels of one frame; ``box`` encloses its ink, ``entity`` is empty for what is no PHI."""

    frame_index: int
    box: Box
    text: str
    entity: str


@dataclass(frozen=True, slots=True)
class PlantedFile:
    """One file of the landing zone.

    ``path`` is relative to the landing zone, with forward slashes. ``kind`` and ``status`` are what the pipeline should
    say about it: values of :class:`deid_pipeline.model.Kind` and :class:`deid_pipeline.model.Status`.
    """

    path: str
    kind: str
    status: str
    modality: str = ""
    transfer_syntax_uid: str = ""
    number_of_frames: int = 0
    header: tuple[PlantedElement, ...] = ()
    pixels: tuple[PlantedText, ...] = ()


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """Everything that was planted in one landing zone."""

    seed: int
    files: tuple[PlantedFile, ...]
    folders: tuple[str, ...] = ()  # identifying texts in folder names

    @property
    def canaries(self) -> tuple[str, ...]:
        """Planted texts so odd that one of them anywhere outside the vault is a leak; sorted, each once."""
        found = {element.text for file in self.files for element in file.header if element.entity not in _TOO_COMMON}
        return tuple(sorted(found.union(self.folders)))

    def write(self, path: Path) -> None:
        """Write the key as JSON with sorted keys; boxes as ``[left, top, right, bottom]``."""
        content = asdict(self) | {"canaries": self.canaries}
        for file in content["files"]:
            for text in file["pixels"]:
                text["box"] = [text["box"][side] for side in ("left", "top", "right", "bottom")]
        path.write_text(json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
