"""Numeric pseudonyms: patient ids, accession numbers, study ids.

What belongs here: digits from the keyed hash, and which patient a file belongs to. What does not: UIDs, names.
"""

from __future__ import annotations

from deid_pipeline.pseudonyms.secret import ProjectSecret

DIGITS = 16  # the longest SH (PS3.5 6.2); 10^16 values keep 10^5 ids apart with a risk below 10^-6

_PLACEHOLDERS = frozenset(
    "ANON ANONYM ANONYMIZED ANONYMISED ANONYMOUS DEFAULT EMPTY ID NA NIL NO NOID NOMRN NONE NOTAVAILABLE NULL"
    " PATIENT PATIENTID TEMP TEST UNDEFINED UNK UNKNOWN".split()
)


def number_pseudonym(secret: ProjectSecret, purpose: str, value: str, *, digits: int = DIGITS) -> str:
    """``digits`` decimal digits for (purpose, value), the first one never 0."""
    number = int.from_bytes(secret.derive(purpose, value), "big")
    low = 10 ** (digits - 1)
    return str(low + number % (9 * low))


def is_placeholder(patient_id: str) -> bool:
    """Whether an id says nothing about who the patient is: blank, zeros, nines, "UNKNOWN" and the like."""
    core = "".join(character for character in patient_id if character.isalnum()).upper()
    return not core or core in _PLACEHOLDERS or not core.strip("0") or (len(core) > 2 and not core.strip("9X"))


def patient_scope(patient_id: str, study_uid: str) -> str:
    """Which patient a file belongs to, as the text that patient pseudonyms derive from.

    Ids that say nothing are scoped by study, so that nameless patients do not become one.
    """
    if is_placeholder(patient_id):
        return f"study:{study_uid}"
    return f"id:{patient_id.strip()}"
