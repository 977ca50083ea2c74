"""``keep``: the element stays as it is; a sequence stays, and every element inside gets its own rule."""

from __future__ import annotations

from deid_pipeline.actions.protocol import ALL_VRS, ActionDefaults, ElementValue, Rewrite, refuse_option


class Keep(ActionDefaults):
    """PS3.15 K."""

    name = "keep"
    code = "K"
    vrs = ALL_VRS
    summary = "copies the element byte for byte; inside a kept sequence each element follows its own rule"

    def bind(self, option: str, *, vr: str) -> Rewrite:  # noqa: ARG002
        """Return the rewriting that changes nothing."""
        refuse_option(self.name, option)
        return _same


def _same(element: ElementValue) -> bytes | None:
    return element.raw
