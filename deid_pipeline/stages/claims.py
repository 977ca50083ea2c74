"""What the copies of one project say about their own de-identification.

What belongs here: choosing what an instance may claim, once for all instances that may claim the same. What does not:
the marker elements themselves (``dicom.markers``).
"""

from __future__ import annotations

from collections.abc import Mapping

from deid_pipeline import __version__
from deid_pipeline.dicom import BURNED_IN_ANNOTATION, DicomFile, Syntax, marker_elements
from deid_pipeline.redaction import fill_named
from deid_pipeline.strategy import CompiledStrategy

_CLEAN_PIXEL_DATA = ("113101", "Clean Pixel Data Option")


class Claims:
    """The marker elements of instances under one strategy, and the fill that decides some of them."""

    def __init__(self, strategy: CompiledStrategy) -> None:
        self.fill = fill_named(strategy.pixels.fill)
        self._strategy = strategy
        self._made: dict[tuple[Syntax, bool, bool], Mapping[int, bytes]] = {}

    def of(self, file: DicomFile, *, has_pixels: bool, has_boxes: bool) -> Mapping[int, bytes]:
        """The elements that say what was done to an open file, by tag.

        Clean pixels are claimed neither of a fill that shows something of what was there, nor where the source says
        that text is burned in and none was found.
        """
        hides_all = self.fill.hides_all
        is_clean = hides_all if has_boxes else file.text(BURNED_IN_ANNOTATION) != "YES"
        key = file.syntax, has_pixels and is_clean, has_boxes and hides_all
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = self._elements(*key)
        return found

    def _elements(self, syntax: Syntax, has_clean_pixels: bool, text_cleaned: bool) -> Mapping[int, bytes]:
        strategy = self._strategy
        return marker_elements(
            syntax,
            method=f"deid_pipeline {__version__} {strategy.name} {strategy.hash[:16]}",
            codes=(*strategy.codes, *((_CLEAN_PIXEL_DATA,) if has_clean_pixels else ())),
            temporal_information=strategy.temporal_information,
            text_cleaned=text_cleaned,
        )
