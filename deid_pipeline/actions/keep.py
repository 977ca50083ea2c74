"""``keep``: the element stays byte for byte; a sequence stays, and every element inside gets its own rule.

A strategy that claims a profile looks at what it keeps: see ``strategy.keeping``.
"""

from __future__ import annotations

from deid_pipeline.actions.protocol import ALL_VRS, ActionDefaults, ElementValue, Rewrite, refuse_option


class Keep(ActionDefaults):
    """PS3.15 K."""

    name = "keep"
    code = "K"
    vrs = ALL_VRS
    summary = (
        "copies the element, in a sequence each by its own rule; cleans text that names somebody, "
        "empties what is no value of its VR"
    )

    def bind(self, option: str, *, vr: str) -> Rewrite:  # noqa: ARG002
        """Return the rewriting that changes nothing."""
        refuse_option(self.name, option)
        return _same


def _same(element: ElementValue) -> bytes | None:
    return element.raw
