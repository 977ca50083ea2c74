"""What codecs share that read compressed frames and do not write them.

What belongs here: the refusal. What does not: decoding (one file for each codec).
"""

from __future__ import annotations

from collections.abc import Sequence

from deid_pipeline.codecs.protocol import Buffer
from deid_pipeline.errors import ResidualRiskError
from deid_pipeline.model import Box, PixelLayout


class DecodeOnly:
    """Base of codecs whose frames are never rewritten: an instance that needs it is held back."""

    __slots__ = ()

    can_redact = False

    def redact_frame(
        self,
        frame: Buffer,  # noqa: ARG002
        layout: PixelLayout,  # noqa: ARG002
        *,
        boxes: Sequence[Box],  # noqa: ARG002
        fill: tuple[int, ...],  # noqa: ARG002
    ) -> bytes:
        """Refuse always.

        Raises
        ------
        ResidualRiskError
            Always.
        """
        raise ResidualRiskError("the compressed instance cannot be rewritten by this version")
