"""``regenerateSeriesNumber``: another number for the same series."""

from __future__ import annotations

from deid_pipeline.actions.protocol import ActionDefaults, ElementValue, Rewrite, refuse_option

_LARGEST = 10**9  # IS holds up to 2^31 - 1 (PS3.5 6.2)


class RegenerateSeriesNumber(ActionDefaults):
    """PS3.15 D: equal numbers of one study stay equal, different ones stay different but for a chance of 10^-9."""

    name = "regenerateSeriesNumber"
    code = "D"
    vrs = frozenset({"IS"})
    summary = "replaces a number by another one, the same for the same number of a study; empty stays empty"

    def bind(self, option: str, *, vr: str) -> Rewrite:  # noqa: ARG002
        """Return the rewriting of one or several numbers."""
        refuse_option(self.name, option)
        return _renumbered


def _renumbered(element: ElementValue) -> bytes | None:
    values = (value.strip() for value in element.text().split("\\"))
    return "\\".join(_number(value, element) if value else "" for value in values).encode("ascii")


def _number(value: str, element: ElementValue) -> str:
    digits = element.pseudonyms.number("series", f"{element.context.study_instance_uid}\\{value}")
    return str(1 + int(digits) % _LARGEST)
