"""``redactOverlay``: the text that was read in an overlay plane goes, every other bit of it stays."""

from __future__ import annotations

from deid_pipeline.actions.protocol import ActionDefaults, ElementValue, Rewrite, refuse_option


class RedactOverlay(ActionDefaults):
    """PS3.15 C for overlay planes (60xx,3000), as in the option Clean Graphics.

    Every frame of a plane is read like a frame of the image, and the bits of all text found become 0. A plane that
    nobody read goes with its whole group: one inside a sequence, one in the cells of the pixel data, a compressed or
    damaged one.
    """

    name = "redactOverlay"
    code = "C"
    vrs = frozenset({"OB", "OW"})
    summary = "takes the text found in an overlay plane out of its bits and keeps all others"

    def bind(self, option: str, *, vr: str) -> Rewrite:  # noqa: ARG002
        """Return the rewriting.

        Raises
        ------
        StrategyError
            There is an option.
        """
        refuse_option(self.name, option)

        def rewrite(element: ElementValue) -> bytes | None:
            redactor = element.context.overlays
            return None if redactor is None or element.nested else redactor.redact(element.tag, element.raw)

        return rewrite
