"""``replaceWithLiteral``: one fixed value for all."""

from __future__ import annotations

from deid_pipeline.actions.literals import LITERAL_VRS, literal_value
from deid_pipeline.actions.numeric import NUMERIC_VRS
from deid_pipeline.actions.protocol import ActionDefaults, ElementValue, Rewrite
from deid_pipeline.errors import StrategyError


class ReplaceWithLiteral(ActionDefaults):
    """PS3.15 D: the option is the new value, ASCII, values of a list apart by a backslash, numbers in decimal."""

    name = "replaceWithLiteral"
    code = "D"
    vrs = LITERAL_VRS
    summary = "replaces the value by the option; empty stays empty"

    def bind(self, option: str, *, vr: str) -> Rewrite:
        """Check that the option fits the VR and return the rewriting.

        Raises
        ------
        StrategyError
            The option is empty, not ASCII, or no legal value of the VR.
        """
        if not option or not option.isascii():
            raise StrategyError("replaceWithLiteral needs an option of ASCII characters")
        try:
            little, big = literal_value(option, vr), literal_value(option, vr, big_endian=True)
        except ValueError:
            raise StrategyError(f"the option of replaceWithLiteral is no legal value of VR {vr}") from None
        padding = b"" if vr in NUMERIC_VRS else b"\0 "

        def rewrite(element: ElementValue) -> bytes | None:
            if not (element.raw.strip(padding) if padding else element.raw):
                return b""
            return big if element.big_endian else little

        return rewrite

    def describe(self, option: str) -> str:
        """What it does under a valid option."""
        return f"replaces the value by {option!r}; empty stays empty"
