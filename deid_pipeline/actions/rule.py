"""A rule: an action bound to one kind of element, ready to be carried out.

What belongs here: the record that strategies give and editors take. What does not: choosing it (``strategy``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from deid_pipeline.actions.protocol import Rewrite


class Effect(Enum):
    """What the editor has to do: copy (entering sequences), drop, or ask the rule's rewriting."""

    KEEP = "keep"
    DELETE = "delete"
    REWRITE = "rewrite"


@dataclass(frozen=True, slots=True)
class Rule:
    """The rule for one element: its effect, the rewriting, the action's name and where the rule stands.

    ``vr`` is the VR that it was bound for: that of its row where a private element came as UN. ``sound`` judges value
    fields that are to be kept: one that is not sound is rewritten instead. None: all are.
    """

    effect: Effect
    rewrite: Rewrite
    action: str
    origin: str
    vr: str = ""
    sound: Callable[[bytes], object] | None = None
