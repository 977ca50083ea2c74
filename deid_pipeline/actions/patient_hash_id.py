"""``patientHashId``: the patient's pseudonym in place of a patient id."""

from __future__ import annotations

from deid_pipeline.actions.protocol import ActionDefaults, ElementValue, Rewrite, refuse_option

_LONGEST_SH = 16  # characters


class PatientHashId(ActionDefaults):
    """PS3.15 D: never empty, also where the source's id is, so that nameless patients stay apart.

    A number without a leading zero becomes another one of the same length, by a permutation, so that no two patients
    ever become one; any other id becomes 16 digits (see ``pseudonyms.numbers``). In SH, ids of more than 16 digits are
    hashed into 16.
    """

    name = "patientHashId"
    code = "D"
    vrs = frozenset({"LO", "SH"})
    summary = "replaces the patient id by digits, for numbers as many, else 16, the same in every file of the patient"

    def bind(self, option: str, *, vr: str) -> Rewrite:  # noqa: ARG002
        """Return the rewriting that asks for the patient's id."""
        if option.casefold() != "coherent":
            refuse_option(self.name, option)
        return _patient


def _patient(element: ElementValue) -> bytes | None:
    number = element.pseudonyms.patient_id()
    if element.vr == "SH" and len(number) > _LONGEST_SH:
        number = element.pseudonyms.number("patient-short", number)
    return number.encode("ascii")
