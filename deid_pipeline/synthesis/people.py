"""Invented people and their visits to invented hospitals.

What belongs here: values that identify somebody who does not exist, built from syllables that no language, drug or
device uses, so that a search for them finds nothing but a leak. What does not: where they are written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from deid_pipeline.model import IdentifierKind

_SYLLABLES = (
    "zor", "vak", "quel", "mib", "thur", "plo", "drex", "yav", "osk", "nim", "gwal", "fip", "hruz", "jat", "kelb",
    "wub", "lorn", "xand", "quom", "brix", "tolv", "skaf", "umph", "vedz",
)  # fmt: skip
_FIRST_BIRTH = date(1931, 1, 1)
_FIRST_STUDY = date(2016, 1, 4)


@dataclass(frozen=True, slots=True)
class Person:
    """A patient; ``family`` and ``given`` are capitalised words."""

    family: str
    given: str
    patient_id: str
    other_id: str
    birth_date: date
    sex: str
    street: str
    city: str
    phone: str

    @property
    def dicom_name(self) -> str:
        """The value of an element of VR PN (PS3.5 6.2)."""
        return f"{self.family}^{self.given}"

    def atoms(self) -> Mapping[str, IdentifierKind]:
        """The identifying texts that cannot be split further, as they are written in headers."""
        return {
            self.family: IdentifierKind.NAME,
            self.given: IdentifierKind.NAME,
            self.patient_id: IdentifierKind.ID,
            self.other_id: IdentifierKind.ID,
            self.birth_date.strftime("%Y%m%d"): IdentifierKind.DATE,
            self.street: IdentifierKind.PLACE,
            self.city: IdentifierKind.PLACE,
            self.phone: IdentifierKind.CONTACT,
        }


@dataclass(frozen=True, slots=True)
class Visit:
    """One study's circumstances: when, where, by whom."""

    day: date
    time: str  # HHMMSS
    accession: str
    institution: str
    physician: str  # family name
    operator: str  # family name
    station: str

    def atoms(self) -> Mapping[str, IdentifierKind]:
        """The identifying texts that cannot be split further, as they are written in headers."""
        return {
            self.day.strftime("%Y%m%d"): IdentifierKind.DATE,
            self.accession: IdentifierKind.ID,
            self.institution: IdentifierKind.PLACE,
            self.physician: IdentifierKind.NAME,
            self.operator: IdentifierKind.NAME,
            self.station: IdentifierKind.PLACE,
        }


def invent_person(seed: int, number: int) -> Person:
    """Invent the patient of that number; the same for the same seed."""
    random = Random(f"{seed}/person/{number}")
    return Person(
        family=_word(random, 3),
        given=_word(random, 3),
        patient_id=f"ZQ{random.randrange(10**6, 10**7)}",
        other_id=f"XW-{random.randrange(10**7, 10**8)}",
        birth_date=_FIRST_BIRTH + timedelta(days=random.randrange(24000)),
        sex=random.choice("FMO"),
        street=f"{_word(random, 3)}gasse {random.randrange(1, 99)}",
        city=f"{_word(random, 2)}stadt",
        phone=f"+999 {random.randrange(100, 999)} {random.randrange(10**5, 10**6)}",
    )


def invent_visit(seed: int, number: int) -> Visit:
    """Invent the circumstances of the study of that number; the same for the same seed."""
    random = Random(f"{seed}/visit/{number}")
    return Visit(
        day=_FIRST_STUDY + timedelta(days=random.randrange(2400)),
        time=f"{random.randrange(7, 19):02}{random.randrange(60):02}{random.randrange(60):02}",
        accession=f"ACZ{random.randrange(10**6, 10**7)}",
        institution=f"{_word(random, 3)} Clinic",
        physician=_word(random, 3),
        operator=_word(random, 3),
        station=f"{_word(random, 2).upper()}{random.randrange(10, 99)}",
    )


def _word(random: Random, syllables: int) -> str:
    return "".join(random.choice(_SYLLABLES) for _ in range(syllables)).capitalize()
