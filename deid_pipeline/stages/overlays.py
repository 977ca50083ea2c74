"""Overlay planes of an instance on their way: which are read, and the text found in them taken out.

What belongs here: joining planes (``dicom``), their bits (``codecs``) and what was read in them. What does not: reading
(``detection``), rules (``strategy``), overlays in the cells of the pixel data (``unused_bits``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from deid_pipeline.actions import Effect, Rule
from deid_pipeline.codecs import redact_overlay
from deid_pipeline.dicom import AskedAlways, DicomFile, RuleSource, overlay_groups, overlay_layouts
from deid_pipeline.model import Box, Detection, OverlayLayout, TextRegion
from deid_pipeline.redaction import prepare_boxes
from deid_pipeline.strategy import Rules

_REDACT = "redactOverlay"
_UNREADABLE = "an overlay plane that cannot be read"

PlaneBoxes = Mapping[str, Mapping[int, tuple[Box, ...]]]
"""Boxes by the name of their plane and the 0-based index of their overlay frame."""


def planes_to_read(file: DicomFile, rules: Rules) -> tuple[OverlayLayout, ...]:
    """The planes that the strategy keeps once the text in them is redacted, in order."""
    return tuple(layout for layout in overlay_layouts(file) if _is_redacted(file, rules, layout.group))


def planes_read(file: DicomFile, detection: Detection) -> tuple[OverlayLayout, ...]:
    """The planes of an open file that detection read."""
    if not detection.planes_read:
        return ()
    names = detection.planes_read.split("\\")
    return tuple(layout for layout in overlay_layouts(file) if layout.name in names)


def boxes_by_plane(regions: Iterable[TextRegion], planes: Iterable[OverlayLayout]) -> PlaneBoxes:
    """The boxes to clear in each plane that was read: just what detection recorded, joined; also planes without any."""
    found: dict[str, dict[int, list[Box]]] = defaultdict(lambda: defaultdict(list))
    for region in regions:
        if region.plane:
            found[region.plane][region.frame_index or 0].append(region.box)
    return {
        plane.name: {
            index: prepare_boxes(some, rows=plane.rows, columns=plane.columns, grow_px=0)
            for index, some in sorted(found[plane.name].items())
        }
        for plane in planes
    }


@dataclass(frozen=True)
class PlaneRedactor:
    """Takes the text that was read in the planes of one instance out of their bits."""

    planes: tuple[OverlayLayout, ...]
    boxes: PlaneBoxes

    def redact(self, tag: int, raw: bytes) -> bytes | None:
        """The value field of a plane without the text found in it; None when nobody read that plane."""
        plane = next((plane for plane in self.planes if plane.tag == tag and plane.value_length == len(raw)), None)
        return None if plane is None else redact_overlay(raw, plane, boxes=self.boxes[plane.name])


NO_PLANES = PlaneRedactor((), {})
"""Of an instance without planes that were read."""


def overlay_rules(file: DicomFile, rules: Rules, read: Iterable[OverlayLayout]) -> RuleSource:
    """A strategy's rules, but that groups whose plane was to be read and could not be are deleted as a whole."""
    groups = overlay_groups(file)
    if not groups:  # as in nearly all files
        return rules
    unread = set(groups) - {plane.group for plane in read}
    gone = frozenset(group for group in unread if _is_redacted(file, rules, group))
    if not gone:
        return rules

    def rule(tag: int, vr: str, creator: str = "", parents: tuple[int, ...] = (), /) -> Rule:
        found = rules.rule(tag, vr, creator, parents)
        if tag >> 16 not in gone or found.effect is Effect.DELETE:
            return found
        return Rule(Effect.DELETE, found.rewrite, "delete", _UNREADABLE)

    return AskedAlways(rule)


def _is_redacted(file: DicomFile, rules: Rules, group: int) -> bool:
    """Whether the strategy keeps the plane of a group but for the text in it."""
    tag = group << 16 | 0x3000
    element = file.by_tag.get(tag)
    vr = element.vr if element is not None and element.vr in ("OB", "OW") else "OW"
    return rules.rule(tag, vr).action == _REDACT
