"""Splitting a line read from pixels into spans that are PHI and spans that are not.

What belongs here: joining what the recognizers found, and each span's share of the line's box. What does not: finding
(the recognizers).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from deid_pipeline.model import Box, Identifier
from deid_pipeline.phi.labelled_value import label_places
from deid_pipeline.phi.protocol import Recognizer, Span


class Line(Protocol):
    """A line as an OCR engine returns it (``model.ReadLine``): its text and its box in pixels."""

    @property
    def text(self) -> str:
        """The text as it was read."""

    @property
    def box(self) -> Box:
        """The line's box."""


@dataclass(frozen=True, slots=True)
class LabelledSpan:
    """One part of a line: text as it was read, its share of the box, and whether and why it is PHI."""

    text: str
    box: Box
    is_phi: bool
    entity: str
    reason: str


def label_spans(
    line: Line, identifiers: Sequence[Identifier], *, recognizers: Sequence[Recognizer] = ()
) -> list[LabelledSpan]:
    """Split a line: a line with a label and a name gives two spans, a line of one kind gives one.

    Parameters
    ----------
    line
        Text and box of one line.
    identifiers
        What the header says (``harvest``).
    recognizers
        Who is asked; all ``RECOGNIZERS`` when none is given.

    Returns
    -------
    list of LabelledSpan
        Parts in reading order, without the blanks between them; boxes split the line's width by characters and together
        cover all of it, since letters differ in width and one may stand where a blank was counted. A line
        without any text gives one span that is not PHI, so that no region gets lost.
    """
    text = line.text
    found = [span for recognizer in recognizers or _all() for span in recognizer.find(text, identifiers)]
    phi = _joined(_without_labels(text, found))
    parts: list[LabelledSpan] = []
    done = 0
    for span in [*phi, Span(len(text), len(text), "", "", 0.0)]:
        parts += _part(line, done, span.start, None)
        parts += _part(line, span.start, span.end, span)
        done = span.end
    return _tiled(parts, line.box) or [LabelledSpan(text, line.box, False, "", "")]


def _all() -> Sequence[Recognizer]:
    from deid_pipeline.phi import RECOGNIZERS

    return RECOGNIZERS


def _without_labels(text: str, spans: Sequence[Span]) -> list[Span]:
    """Spans cut back to what lies outside field labels: ``Name`` is no PHI, whoever is called so."""
    labels = [(start, end) for start, end, _ in label_places(text) if text[end:].strip()]
    kept = []
    for span in spans:
        start, end = span.start, span.end
        for label_start, label_end in labels:
            if label_start <= start < label_end:
                start = label_end
            if label_start < end <= label_end:
                end = label_start
        if start < end:
            kept.append(Span(start, end, span.entity, span.reason, span.score))
    return kept


def _joined(spans: Sequence[Span]) -> list[Span]:
    """Overlapping spans as one, with the entity and reason of the surest (of equals, the longest)."""
    joined: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if joined and span.start < joined[-1].end:
            last = joined[-1]
            best = max(last, span, key=lambda one: (one.score, one.end - one.start))
            joined[-1] = Span(last.start, max(last.end, span.end), best.entity, best.reason, best.score)
        else:
            joined.append(span)
    return joined


def _part(line: Line, start: int, end: int, span: Span | None) -> list[LabelledSpan]:
    piece = line.text[start:end]
    text = piece.strip()
    if not text:
        return []
    start += len(piece) - len(piece.lstrip())
    box = _share(line.box, start, start + len(text), len(line.text))
    if span is None:
        return [LabelledSpan(text, box, False, "", "")]
    return [LabelledSpan(text, box, True, span.entity, span.reason)]


def _tiled(parts: Sequence[LabelledSpan], box: Box) -> list[LabelledSpan]:
    """The parts with boxes widened to the left until none of the line's columns is left over."""
    tiled: list[LabelledSpan] = []
    for number, part in enumerate(parts):
        left = min(part.box.left, tiled[-1].box.right) if tiled else box.left
        right = box.right if number == len(parts) - 1 else part.box.right
        tiled.append(replace(part, box=replace(part.box, left=left, right=right)))
    return tiled


def _share(box: Box, start: int, end: int, characters: int) -> Box:
    """The columns of a box that a range of characters takes, rounded outward."""
    width = box.right - box.left
    return Box(box.left + width * start // characters, box.top, box.left - (-width * end // characters), box.bottom)
