"""Legal values for Type 1 attributes that a source lacks (PS3.5 7.4.1), and which of them rather stay absent.

What belongs here: one such value, from the table ``dummies.csv`` or by VR. What does not: which attributes are asked
for (``iods``), replacing values that are there (``actions``).

A made-up value must not mislead. So the table gives only what the class decides, the careful answer (``YES`` to burned
in annotation), or what says nothing. Without a row there is a word for text and the first day of 1900 for dates; all
else stays absent:

- numbers (spacing, position, energy, dose): they are measured with, and a viewer stacks and scales by them;
- codes and defined terms (laterality, anatomy, view, units): each one is a finding, unless the class decides it;
- UIDs: they join instances, which only pseudonyms of real ones may;
- sequences: an item without its own Type 1 attributes conforms to nothing;
- whatever says how stored pixel values are read and shown (rows, bits, photometric interpretation, frames, look-up
  tables), and bulk data.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from deid_pipeline.actions.dummies import DATE_DUMMIES
from deid_pipeline.dicom.iods import iod_name
from deid_pipeline.store import resource_folder

_WORD = b"UNKNOWN"
_BY_VR = DATE_DUMMIES | dict.fromkeys(("LO", "LT", "PN", "SH", "ST", "UC", "UT"), _WORD)


class Surroundings(NamedTuple):
    """What a dummy depends on: parts of the instance that it goes into, empty where unknown."""

    sop_class_uid: str = ""
    photometric_interpretation: str = ""
    transfer_syntax_uid: str = ""
    body_part_examined: str = ""
    text: str = ""  # "none" when all pixels were read and have none


NOWHERE = Surroundings()


@dataclass(frozen=True, slots=True)
class _Row:
    kind: str  # class, iod, photometric, syntax, body, text; empty: always
    among: frozenset[str]
    value: bytes  # empty: rather absent

    def holds(self, surroundings: Surroundings) -> bool:
        if not self.kind:
            return True
        fact = {
            "class": surroundings.sop_class_uid,
            "iod": iod_name(surroundings.sop_class_uid),
            "photometric": surroundings.photometric_interpretation,
            "syntax": surroundings.transfer_syntax_uid,
            "body": surroundings.body_part_examined,
            "text": surroundings.text,
        }[self.kind]
        return fact in self.among


def legal_dummy(tag: int, vr: str, surroundings: Surroundings = NOWHERE) -> bytes | None:
    """A value for an absent Type 1 attribute, not padded; None when it should rather stay absent.

    Parameters
    ----------
    tag
        ``(group << 16) | element``.
    vr
        The VR that it will be written with.
    """
    rows = _table().get(tag)
    if rows is None:
        return _BY_VR.get(vr)
    return next((row.value or None for row in rows if row.holds(surroundings)), None)


@cache
def _table() -> dict[int, list[_Row]]:
    """The rows by tag; of those of a tag the first that holds counts."""
    path = resource_folder("strategies") / "tables" / "dummies.csv"
    table: dict[int, list[_Row]] = {}
    with path.open(encoding="utf-8", newline="") as stream:
        for cells in csv.DictReader(stream):
            kind, _, among = cells["When"].partition("=")
            row = _Row(kind, frozenset(among.split("|")), cells["Value"].encode("ascii"))
            table.setdefault(int(cells["Tag"].strip("()").replace(",", ""), 16), []).append(row)
    return table
