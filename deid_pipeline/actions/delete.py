"""``delete``: the element goes, with everything inside it."""

from __future__ import annotations

from deid_pipeline.actions.protocol import ALL_VRS, ActionDefaults, ElementValue, Rewrite, refuse_option


class Delete(ActionDefaults):
    """PS3.15 X."""

    name = "delete"
    code = "X"
    vrs = ALL_VRS
    summary = "removes the element"

    def bind(self, option: str, *, vr: str) -> Rewrite:  # noqa: ARG002
        """Return the rewriting that gives None."""
        refuse_option(self.name, option)
        return _nothing


def _nothing(element: ElementValue) -> bytes | None:  # noqa: ARG001
    return None
