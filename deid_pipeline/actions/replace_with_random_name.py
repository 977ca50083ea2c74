"""``replaceWithRandomName``: an invented name, the same for the same person."""

from __future__ import annotations

from deid_pipeline.actions.protocol import ActionDefaults, ElementValue, Rewrite, refuse_option

_PATIENT_NAME = 0x00100010


class ReplaceWithRandomName(ActionDefaults):
    """PS3.15 D: Patient's Name gets the name of the patient's pseudonym, any other person one of their own."""

    name = "replaceWithRandomName"
    code = "D"
    vrs = frozenset({"PN"})
    summary = "replaces person names by invented ones, the same for the same person; empty stays empty"

    def bind(self, option: str, *, vr: str) -> Rewrite:  # noqa: ARG002
        """Return the rewriting of one or several names."""
        refuse_option(self.name, option)
        return _names


def _names(element: ElementValue) -> bytes | None:
    text = element.text()
    if not text:
        return b""
    if element.tag == _PATIENT_NAME:
        return element.pseudonyms.patient_name().encode("ascii")
    names = (element.pseudonyms.person_name(name.strip()) if name.strip() else "" for name in text.split("\\"))
    return "\\".join(names).encode("ascii")
