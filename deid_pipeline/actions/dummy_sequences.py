"""What the three actions with dummy sequences have in common: fixed items in place of the source's.

What belongs here: the replacing. What does not: the items (one file per action).
"""

from __future__ import annotations

from collections.abc import Sequence

from deid_pipeline.actions.items import Made, encoded_items
from deid_pipeline.actions.protocol import ActionDefaults, ElementValue, Rewrite, refuse_option
from deid_pipeline.errors import StrategyError

ANONYMOUS = "ANONYMOUS"


def code_item(value: str, meaning: str) -> Sequence[Made]:
    """The item of a code of our own (PS3.3 8.8: a designator that begins with 99 is private)."""
    return (Made(0x00080100, "SH", value), Made(0x00080102, "SH", "99DEID"), Made(0x00080104, "LO", meaning))


class DummySequence(ActionDefaults):
    """An action that replaces a sequence by ``items``; an empty sequence stays empty."""

    code = "D"
    vrs = frozenset({"SQ"})
    items: Sequence[Sequence[Made]]

    def bound(self, name: str, option: str, *, vr: str) -> Rewrite:
        """The rewriting that gives the items in the syntax of the data set.

        Raises
        ------
        StrategyError
            There is an option, or the VR is not SQ.
        """
        refuse_option(name, option)
        if vr not in self.vrs:
            raise StrategyError(f"{name} cannot work on VR {vr}")
        items = self.items
        forms = {
            (explicit, big_endian): encoded_items(items, explicit=explicit, big_endian=big_endian)
            for explicit, big_endian in ((True, False), (False, False), (True, True))
        }

        def rewrite(element: ElementValue) -> bytes | None:
            return forms[element.explicit or element.big_endian, element.big_endian] if element.raw else b""

        return rewrite
