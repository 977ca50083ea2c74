"""What identifies somebody: harvested from a source header, searched for everywhere else."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class IdentifierKind(StrEnum):
    """The kind of an identifier, named as the text region's ``entity``."""

    __hash__ = str.__hash__  # as equality is that of the text; an enumeration hashes its name, and takes long for it

    NAME = "NAME"  # of the patient, a physician, an operator
    ID = "ID"  # patient ids, accession and order numbers, serial numbers
    DATE = "DATE"
    PLACE = "PLACE"  # institution, department, address
    CONTACT = "CONTACT"  # phone, e-mail
    AGE = "AGE"
    UID = "UID"


@dataclass(frozen=True, slots=True)
class Identifier:
    """One identifying value of a source header with all the spellings under which it may appear elsewhere.

    ``spellings`` are case-folded; ``tag_path`` says where the value came from. Those that are ``ordinary`` are also
    everybody's words (a surname ``Long``): they identify only where the text around them says so.
    """

    kind: IdentifierKind
    tag_path: str
    value: str
    spellings: tuple[str, ...]
    ordinary: frozenset[str] = frozenset()
