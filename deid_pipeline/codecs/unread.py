"""Transfer syntaxes that no codec reads, and why.

What belongs here: the reasons. What does not: frames that are read and cannot be rewritten (one file for each codec).
"""

from __future__ import annotations

from deid_pipeline.codecs.video import VIDEO_SYNTAXES

_PREFIX = "1.2.840.10008.1.2."
JPIP_SYNTAXES = frozenset(_PREFIX + end for end in ("4.94", "4.95", "4.204", "4.205"))
"""Syntaxes of instances that hold no pixels, but say where a server has them."""

_REASONS: dict[str, str] = {
    **dict.fromkeys(("4.94", "4.95", "4.204", "4.205"), "the pixels lie on a JPIP server and not in the file"),
    **dict.fromkeys(("4.92", "4.93"), "no codec reads JPEG 2000 with transforms across components (part 2)"),
    **dict.fromkeys(("4.52", "4.53", "4.54", "4.55", "4.56", "4.58"), "no codec reads this retired process of JPEG"),
    **dict.fromkeys((f"4.{number}" for number in range(59, 67)), "no codec reads hierarchical or retired JPEG"),
}


def refusal(transfer_syntax_uid: str) -> str:
    """Why an instance of a transfer syntax cannot be read frame by frame."""
    if transfer_syntax_uid in VIDEO_SYNTAXES:
        return "a video has no frames of its own, which could be rewritten one by one"
    reason = _REASONS.get(transfer_syntax_uid.removeprefix(_PREFIX))
    return reason or "no codec reads this transfer syntax"
