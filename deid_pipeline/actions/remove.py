"""``remove``: the element stays, its value goes."""

from __future__ import annotations

from deid_pipeline.actions.protocol import ALL_VRS, ActionDefaults, ElementValue, Rewrite, refuse_option


class Remove(ActionDefaults):
    """PS3.15 Z: a value of zero length, legal for every VR of a Type 2 element (PS3.5 7.4.3)."""

    name = "remove"
    code = "Z"
    vrs = ALL_VRS
    summary = "keeps the element with an empty value"

    def bind(self, option: str, *, vr: str) -> Rewrite:  # noqa: ARG002
        """Return the rewriting that gives no bytes."""
        refuse_option(self.name, option)
        return _empty


def _empty(element: ElementValue) -> bytes | None:  # noqa: ARG001
    return b""
