"""All pseudonyms of one instance: the secret bound to its patient.

What belongs here: the object that actions ask. What does not: the derivations themselves.
"""

from __future__ import annotations

from functools import lru_cache, partial

from deid_pipeline.pseudonyms.dates import days_offset
from deid_pipeline.pseudonyms.names import name_pseudonym
from deid_pipeline.pseudonyms.numbers import number_pseudonym, patient_number, patient_scope
from deid_pipeline.pseudonyms.offsets import offset_between
from deid_pipeline.pseudonyms.secret import ProjectSecret
from deid_pipeline.pseudonyms.uids import uid_pseudonym


class Pseudonyms:
    """Pseudonyms for the elements of one instance; ``patient`` is the text its patient is known by (patient_scope).

    ``uid_map`` collects every UID asked for with its pseudonym: the rows of the crosswalk.
    """

    __slots__ = ("_derived", "patient", "secret", "uid_map")

    def __init__(self, secret: ProjectSecret, patient: str) -> None:
        self.secret, self.patient = secret, patient
        self.uid_map: dict[str, str] = {}
        self._derived = _derived(secret)

    @classmethod
    def for_patient(cls, secret: ProjectSecret, *, patient_id: str, study_uid: str) -> Pseudonyms:
        """Bind the secret to the patient of an instance."""
        return cls(secret, _patient_scope(patient_id, study_uid))

    def uid(self, original: str) -> str:
        """The pseudonym of a UID."""
        known = self.uid_map.get(original)
        if known is None:
            known = self.uid_map[original] = self._derived.uid(original)
        return known

    def patient_id(self) -> str:
        """The patient's id, the same in every file of the patient: digits, the first one not 0 (see numbers)."""
        return self._derived.patient_number(self.patient)

    def number(self, purpose: str, original: str) -> str:
        """16 digits for any other identifier, say an accession number."""
        return self._derived.number(purpose, original)

    def patient_name(self) -> str:
        """The invented name of the patient."""
        return self._derived.name(self.patient)

    def person_name(self, original: str) -> str:
        """The invented name of any other person."""
        return self._derived.name(f"person:{original}")

    def days_offset(self) -> int:
        """Whole days, negative, by which the patient's dates move."""
        return self._derived.days_offset(self.patient)

    def seconds_offset(self, study_uid: str, *, lowest: int, highest: int) -> int:
        """Seconds, from ``lowest`` to ``highest`` and not 0, by which the times of a study move."""
        scope = f"{self.patient}\0{study_uid}"
        return offset_between(self.secret, "seconds", scope, lowest=lowest, highest=highest)

    def age_offset(self, largest: int) -> int:
        """Units, from ``-largest`` to ``largest`` and not 0, by which the patient's ages move."""
        return offset_between(self.secret, "age", self.patient, lowest=-largest, highest=largest)


class _Derived:
    """What was derived from one secret: asked for again by every instance of a patient, a study or a series."""

    def __init__(self, secret: ProjectSecret) -> None:
        self.patient_number = lru_cache(maxsize=1024)(partial(patient_number, secret))
        self.uid = lru_cache(maxsize=8192)(partial(uid_pseudonym, secret))
        self.number = lru_cache(maxsize=4096)(partial(number_pseudonym, secret))
        self.name = lru_cache(maxsize=4096)(partial(name_pseudonym, secret))
        self.days_offset = lru_cache(maxsize=1024)(partial(days_offset, secret))


_derived = lru_cache(maxsize=4)(_Derived)
_patient_scope = lru_cache(maxsize=1024)(patient_scope)
