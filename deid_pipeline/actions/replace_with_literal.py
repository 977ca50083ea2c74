"""``replaceWithLiteral``: one fixed value for all."""

from __future__ import annotations

from deid_pipeline.actions.legality import legal_value
from deid_pipeline.actions.protocol import TEXT_VRS, ActionDefaults, ElementValue, Rewrite
from deid_pipeline.errors import StrategyError


class ReplaceWithLiteral(ActionDefaults):
    """PS3.15 D: the option is the new value, ASCII, values of a list apart by a backslash."""

    name = "replaceWithLiteral"
    code = "D"
    vrs = TEXT_VRS
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
        if not legal_value(vr, option):
            raise StrategyError(f"the option of replaceWithLiteral is no legal value of VR {vr}")
        literal = option.encode("ascii")

        def rewrite(element: ElementValue) -> bytes | None:
            return literal if element.raw.strip(b"\0 ") else b""

        return rewrite
