"""What the checks look at: a source, its output, and what was meant to happen between them.

What belongs here: the case and its lazily read files. What does not: filling it (``stages``), judging it (the checks).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from deid_pipeline.checks.decoding import SharedFrames
from deid_pipeline.checks.leaf import Leaf
from deid_pipeline.checks.reading import Part10, read_part10
from deid_pipeline.model import Box, ElementChange, Identifier, Patch

RETAIN_UIDS = "113110"
RETAIN_FULL_DATES = "113106"
RETAIN_DEVICE = "113109"
RETAIN_INSTITUTION = "113112"
RETAIN_SAFE_PRIVATE = "113111"

_METHOD_CODES = "(0012,0064)["
_CODE_VALUE = 0x00080100


@dataclass(frozen=True)
class CheckCase:
    """One output file and everything a check may compare it with.

    ``boxes_by_frame`` holds the half-open boxes that were filled, by 0-based frame index; ``changed_by_frame`` the
    boxes that may have changed, where a frame's coding cannot part more from them. ``unused_bits_cleared`` says that
    bits outside Bits Stored were meant to lose what they held. ``boxes_by_plane`` names the overlay planes that were
    read by their groups ("6000"), each with its boxes by 0-based overlay frame. ``expected_values`` has the
    new text, by tag path, of every element that was rewritten and not removed; ``element_changes`` has those and the
    removed ones. ``expected_patient_id`` is empty when the output is to have none. ``written`` says anew what was to be
    written into each frame with boxes, in the order of frames; None means one colour in each box.
    ``claims_clean_pixels`` says whether the fill leaves so little that the output may claim Clean Pixel Data.
    ``may_be_decompressed`` says whether compressed frames with boxes may have become uncompressed.
    ``is_code_word`` says of a word whether code strings are made of it: in these it is no name, whoever is called so.
    """

    source_path: Path
    output_path: Path
    partition_key: str
    identifiers: tuple[Identifier, ...]
    boxes_by_frame: Mapping[int, tuple[Box, ...]]
    expected_uid: Callable[[str], str]
    expected_patient_id: str
    element_changes: Sequence[ElementChange] = ()
    expected_values: Mapping[str, str] = field(default_factory=dict)
    strategy_name: str = ""
    changed_by_frame: Mapping[int, tuple[Box, ...]] = field(default_factory=dict)
    unused_bits_cleared: bool = False
    boxes_by_plane: Mapping[str, Mapping[int, tuple[Box, ...]]] = field(default_factory=dict)
    written: Callable[[], Iterator[tuple[int, Sequence[Patch]]]] | None = None
    claims_clean_pixels: bool = True
    may_be_decompressed: bool = False
    is_code_word: Callable[[str], bool] = field(default=lambda word: False)  # noqa: ARG005

    @cached_property
    def source(self) -> Part10:
        """The source, read again."""
        return read_part10(self.source_path)

    @cached_property
    def output(self) -> Part10:
        """The output, read again."""
        return read_part10(self.output_path)

    @cached_property
    def output_frames(self) -> SharedFrames:
        """Decoded frames of the output."""
        return SharedFrames()

    @cached_property
    def changed_paths(self) -> frozenset[str]:
        """Tag paths of all elements that a rule changed or removed."""
        return frozenset(change.tag_path for change in self.element_changes if change.action != "keep")

    @cached_property
    def source_by_path(self) -> dict[str, list[Leaf]]:
        """The source's elements by tag path; two blocks of one private creator share paths."""
        return _by_path(self.source)

    @cached_property
    def output_by_path(self) -> dict[str, list[Leaf]]:
        """The output's elements by tag path."""
        return _by_path(self.output)

    @cached_property
    def claimed_codes(self) -> frozenset[str]:
        """Code values of the output's De-identification Method Code Sequence (0012,0064)."""
        return frozenset(
            leaf.text
            for leaf in self.output.leaves
            if leaf.tag == _CODE_VALUE and leaf.path.startswith(_METHOD_CODES) and leaf.path.count("[") == 1
        )

    def is_changed(self, path: str) -> bool:
        """Whether a rule changed or removed this element or a sequence around it."""
        if path in self.changed_paths:
            return True
        return any(path[:at] in self.changed_paths for at, sign in enumerate(path) if sign == "[")

    def is_kept(self, path: str) -> bool:
        """Whether the output has this element of the source with the very same bytes."""
        kept = {bytes(leaf.raw) for leaf in self.output_by_path.get(path, ())}
        return any(bytes(leaf.raw) in kept for leaf in self.source_by_path.get(path, ()))


def _by_path(file: Part10) -> dict[str, list[Leaf]]:
    found: dict[str, list[Leaf]] = {}
    for leaf in file.leaves:
        found.setdefault(leaf.path, []).append(leaf)
    return found
