"""Check: compressed frames say nothing beside their samples.

What belongs here: comments, application segments, boxes and bytes behind the end of codestreams, in every frame. What
does not: finding them (``codestreams``), identifiers that stand anywhere in the pixel data (``text_removed``).
"""

from __future__ import annotations

from collections.abc import Iterator

from deid_pipeline.checks.case import CheckCase
from deid_pipeline.checks.codestreams import free_spans, is_wordless
from deid_pipeline.checks.decoding import encapsulated_frames
from deid_pipeline.checks.protocol import Outcome, outcome

_TRANSFER_SYNTAX = 0x0010


class SideDataRemoved:
    """Looks at all that decoders skip; zeros, a padding byte and names of encoders say nothing."""

    name = "side_data_removed"
    summary = (
        "comments, application segments and bytes behind the end of compressed frames are zeros or name an encoder"
    )

    def run(self, case: CheckCase) -> Outcome:
        """Name frames (1-based) that say something."""
        return outcome(_found(case))


def _found(case: CheckCase) -> Iterator[str]:
    output = case.output
    if not output.pixels_encapsulated:
        return
    syntax = output.meta_text(_TRANSFER_SYNTAX)
    if is_wordless(syntax):
        return
    for index, frame in enumerate(encapsulated_frames(output, case.output_path)):
        for span in free_spans(frame, syntax):
            if span.says_something(frame):
                yield f"a {span.kind} of frame {index + 1}"
