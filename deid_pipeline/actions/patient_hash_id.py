"""``patientHashId``: the patient's pseudonym in place of a patient id."""

from __future__ import annotations

from deid_pipeline.actions.protocol import ActionDefaults, ElementValue, Rewrite, refuse_option


class PatientHashId(ActionDefaults):
    """PS3.15 D: never empty, also where the source's id is, so that nameless patients stay apart."""

    name = "patientHashId"
    code = "D"
    vrs = frozenset({"LO", "SH"})
    summary = "replaces the patient id by 16 digits, the same in every file of the patient"

    def bind(self, option: str, *, vr: str) -> Rewrite:  # noqa: ARG002
        """Return the rewriting that asks for the patient's id."""
        refuse_option(self.name, option)
        return _patient


def _patient(element: ElementValue) -> bytes | None:
    return element.pseudonyms.patient_id().encode("ascii")
