"""Numeric pseudonyms: patient ids, accession numbers, study ids.

What belongs here: digits from the keyed hash, and which patient a file belongs to. What does not: UIDs, names.
"""

from __future__ import annotations

import re

from deid_pipeline.pseudonyms.permutation import permuted_digits
from deid_pipeline.pseudonyms.secret import ProjectSecret

DIGITS = 16  # the longest SH (PS3.5 6.2); 10^16 values keep 10^5 ids apart with a risk below 10^-6

_PLAIN_NUMBER = re.compile(r"id:([1-9][0-9]{4,63})", re.ASCII)
_PLACEHOLDERS = frozenset(
    "ANON ANONYM ANONYMIZED ANONYMISED ANONYMOUS DEFAULT EMPTY ID NA NIL NO NOID NOMRN NONE NOTAVAILABLE NULL"
    " PATIENT PATIENTID TEMP TEST UNDEFINED UNK UNKNOWN".split()
)


def number_pseudonym(secret: ProjectSecret, purpose: str, value: str, *, digits: int = DIGITS) -> str:
    """``digits`` decimal digits for (purpose, value), the first one never 0."""
    number = int.from_bytes(secret.derive(purpose, value), "big")
    low = 10 ** (digits - 1)
    return str(low + number % (9 * low))


def patient_number(secret: ProjectSecret, scope: str) -> str:
    """The decimal id of the patient known by ``scope`` (:func:`patient_scope`).

    A number of five digits or more without a leading zero becomes another of as many digits: no two of them ever
    become one, nor any of them its own. All other ids (letters, separators, leading zeros, none at all), shorter
    numbers (which would meet other short numbers of the header), those of 16 digits and the few that the permutation
    leaves in their place become 16 digits of the keyed hash: never equal to a number of another
    length, and apart from each other by chance (10^5 ids: a risk below 10^-6).
    """
    plain = _PLAIN_NUMBER.fullmatch(scope)
    if plain is not None and len(plain[1]) != DIGITS:
        permuted = permuted_digits(secret, "patient-number", plain[1])
        if permuted != plain[1]:
            return permuted
    return number_pseudonym(secret, "patient", scope)


def is_placeholder(patient_id: str) -> bool:
    """Whether an id says nothing about who the patient is: blank, zeros, nines, "UNKNOWN" and the like."""
    core = (patient_id if patient_id.isalnum() else "".join(filter(str.isalnum, patient_id))).upper()
    return not core or core in _PLACEHOLDERS or not core.strip("0") or (len(core) > 2 and not core.strip("9X"))


def patient_scope(patient_id: str, study_uid: str) -> str:
    """Which patient a file belongs to, as the text that patient pseudonyms derive from.

    Ids that say nothing are scoped by study, so that nameless patients do not become one.
    """
    if is_placeholder(patient_id):
        return f"study:{study_uid}"
    return f"id:{patient_id.strip()}"
