"""An answer key in the manner of MIDI-B, made from the headers of source files and the standards alone.

What belongs here: what must become of each element of a source file. What does not: the tables (``header_rules``), the
verdicts (``header_score``). Nothing here knows this project's code, strategies or outputs.

The rules, from the published keys: patient id, birth date and accession number are text that goes; every date is moved;
every UID that is no class, transfer syntax or coding scheme is changed, everywhere alike; of descriptors the
identifiers go and the other words stay; what Table E.1-1 does not list, and what an option retains, stays; listed
private elements go or stay as the list says, others go; attributes of Type 1 and 2 are there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pydicom._uid_dict import UID_dictionary
from pydicom.datadict import dictionary_has_tag, keyword_for_tag, tag_for_keyword
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

from benchmarks.header_rules import Standards, required_attributes
from benchmarks.word_rule import tokens

PATIENT_ID = 0x00100020
_GONE = {PATIENT_ID: "MRN", 0x00100030: "birth date", 0x00080050: "accession number"}
_MARKERS = {0x00120062, 0x00120063, 0x00120064, 0x00280301, 0x00280302, 0x00280303}  # rewritten by every tool
_LEFT_OPEN = {0x00080005: "character set", 0x00102180: "occupation"}  # a tool may answer them either way
_PIXELS = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})
_IDENTIFYING = frozenset("PatientID AccessionNumber OtherPatientIDs AdmissionID".split())
_BULK = frozenset("OB OD OF OL OV OW UN".split())
_DESCRIBING = frozenset("LO LT SH ST UC UT".split())
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_DATES = re.compile(
    r"(?:(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))"
    rf"|(?:\d{{0,2}}[ -]?(?:{'|'.join(_MONTHS)})[a-z]*[ ,-]*\d{{0,2}}[ ,-]*(?:19|20)\d{{2}})"
    r"|(?:\d{1,4}[/-]\d{1,2}[/-]\d{2,4})",
    re.IGNORECASE,
)
_PHONES = re.compile(r"\+?1?[-. ]?\(?\d{3}\)?[-. ]\d{3}[-. ]\d{4}(?:x\d+)?|\S+@\S+\.\S+")


@dataclass(frozen=True)
class Check:
    """One thing to check of one element of one instance: ``place`` in the validator's syntax, texts as in the file."""

    place: str
    tag: int
    action: str
    text: str  # what is wanted or must go; empty for tag_retained and text_notnull
    reason: str  # PHI-free


@dataclass
class AnswerKey:
    """The checks of one source instance, and what was left out of them by a PHI-free word."""

    sop_instance_uid: str
    patient_id: str
    checks: list[Check] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


def answer_key(dataset: Dataset, standards: Standards) -> AnswerKey:
    """The key of one instance, read by pydicom."""
    key = AnswerKey(str(dataset.get("SOPInstanceUID", "")), str(dataset.get("PatientID", "")).strip())
    identifiers = _identifiers(dataset)
    for place, creator, element in elements(dataset):
        if element.tag.group != 2 and element.tag not in _PIXELS:
            key.checks.extend(_checks(place, creator, element, (standards, identifiers, key.left_out)))
    if key.patient_id:
        place = "<(0010,0020)>"
        key.checks.append(Check(place, PATIENT_ID, "patid_consistent", key.patient_id, "patient id"))
    types = required_attributes(str(dataset.get("SOPClassUID", "")))
    if types is None:
        key.left_out["types of the IOD: highdicom is not installed or does not know the class"] += 1
        return key
    for keywords, kind in zip(types, (1, 2), strict=True):
        for tag in sorted(tag_for_keyword(keyword) or 0 for keyword in keywords):
            place = f"<({tag >> 16:04x},{tag & 0xFFFF:04x})>"
            key.checks.append(Check(place, tag, "tag_retained", "", f"Type {kind}"))
            if kind == 1:
                key.checks.append(Check(place, tag, "text_notnull", "", "Type 1"))
    return key


def elements(dataset: Dataset, outer: str = "") -> Iterator[tuple[str, str, DataElement]]:
    """Every element at every depth: place, private creator (empty for public ones), element."""
    for element in dataset:
        creator = _creator(dataset, element)
        place = outer + _place(element, creator)
        yield place, creator, element
        if element.VR == "SQ":
            for number, item in enumerate(element.value):
                yield from elements(item, f"{place}[<{number:04}>]")


def shown(element: DataElement) -> str:
    """The value as the validator writes it."""
    return "" if element.value is None else str(element.value).strip()


def _creator(dataset: Dataset, element: DataElement) -> str:
    """The private creator that holds an element's block (PS3.5 7.8.1); empty for public elements and for creators."""
    group, number = element.tag.group, element.tag.element
    if not element.tag.is_private or number < 0x1000:
        return ""
    holder = dataset.get((group, number >> 8))
    return "" if holder is None else str(holder.value).strip()


def _place(element: DataElement, creator: str) -> str:
    group, number = element.tag.group, element.tag.element
    if creator:
        return f'<({group:04x},"{creator.upper()}",{number & 0xFF:02x})>'
    return f"<({group:04x},{number:04x})>"


def _checks(
    place: str, creator: str, element: DataElement, known: tuple[Standards, frozenset[str], Counter[str]]
) -> Iterator[Check]:
    standards, identifiers, left_out = known
    tag, value = int(element.tag), shown(element)
    if element.VR == "SQ" or not value or element.tag in _MARKERS or element.tag.is_private_creator:
        return
    code, origin = standards.code(tag)
    removed = _inside_removed(place, standards)
    if tag in _LEFT_OPEN:
        left_out[_LEFT_OPEN[tag]] += 1
    elif tag in _GONE:
        yield Check(place, tag, "text_removed", value, _GONE[tag])
    elif element.VR == "UI":
        yield from _uid_checks(place, element, keeps=not removed)
    elif element.VR in ("DA", "DT"):
        yield Check(place, tag, "date_shifted", value, "date")
    elif element.tag.is_private:
        what = standards.disposition(tag, creator, str(element.VR))
        if what == "?":
            left_out["private element with contradictory rows"] += 1
        elif what == "k" and not removed:
            action = "date_shifted" if _is_unix_time(element) else "text_retained"
            yield Check(place, tag, action, value, "private k")
        elif what != "k":
            yield Check(place, tag, "text_removed", value, "private d" if what else "private, not listed")
    elif element.VR == "PN":
        yield Check(place, tag, "text_removed", value, "name")
    elif element.VR == "TM" or element.VR in _BULK:
        left_out["time of day or bulk"] += 1
    elif code in ("C", "K", "") and not removed:
        kept_whole = code == "K" or element.VR not in _DESCRIBING or not dictionary_has_tag(tag)
        if kept_whole and _is_high_age(element):
            yield Check(place, tag, "text_removed", value, "age above 89")
        elif kept_whole or origin == "DEV":
            yield Check(place, tag, "text_retained", value, f"{origin or 'not in Table E.1-1'} {code}".strip())
        else:
            yield from _split(place, tag, value, (identifiers, origin or "not in Table E.1-1"))
    elif code not in ("C", "K", ""):
        yield Check(place, tag, "text_removed", value, f"{origin} {code}")


def _uid_checks(place: str, element: DataElement, *, keeps: bool) -> Iterator[Check]:
    values = [str(uid) for uid in (element.value if element.VM > 1 else [element.value])]
    if all(uid in UID_dictionary for uid in values):
        if keeps:
            yield Check(place, int(element.tag), "text_retained", shown(element), "registered UID")
        return
    for uid in values:
        if uid not in UID_dictionary:
            yield Check(place, int(element.tag), "uid_changed", uid, "UID")
            yield Check(place, int(element.tag), "uid_consistent", uid, "UID")


def _split(place: str, tag: int, value: str, known: tuple[frozenset[str], str]) -> Iterator[Check]:
    """The identifiers in a descriptor, which go, and its other words, which stay."""
    identifiers, origin = known
    found = [match.group().strip() for pattern in (_PHONES, _DATES) for match in pattern.finditer(value)]
    rest = _DATES.sub(" ", _PHONES.sub(" ", value))
    words = re.split(r"(\W+)", rest)
    found += [word for word in words if word.lower() in identifiers]
    kept = "".join(word for word in words if word.lower() not in identifiers).strip(" ,;:-")
    if found and tokens(" ".join(found)):
        yield Check(place, tag, "text_removed", " ".join(found), f"{origin}: identifier in text")
    if tokens(kept):
        yield Check(place, tag, "text_retained", kept, f"{origin}: words")


def _inside_removed(place: str, standards: Standards) -> bool:
    """Whether a sequence around the element is one that the profile removes or empties."""
    for outer in re.findall(r"<\(([0-9a-f]{4}),([0-9a-f]{4})\)>\[", place):
        code = standards.code(int("".join(outer), 16))[0]
        if code not in ("", "K", "C") and not code.endswith("*"):
            return True
    return '",' in place.rpartition("[")[0]  # in a private one: the list has no rows by these places


def _identifiers(dataset: Dataset) -> frozenset[str]:
    """The words that identify, in lower case: parts of names, ids, accession numbers, dates, at any depth."""
    found: set[str] = set()
    for _, _, element in elements(dataset):
        if element.VR == "PN":
            values = element.value if element.VM > 1 else [element.value]
            found |= {part for name in values for part in re.split(r"[\^=\s,.-]+", str(name)) if len(part) > 1}
        elif element.VR == "DA" or keyword_for_tag(element.tag) in _IDENTIFYING:
            found.add(shown(element))
    return frozenset(word.lower() for word in found if word)


def _is_high_age(element: DataElement) -> bool:
    match = re.fullmatch(r"(\d{3})Y", shown(element))
    return element.VR == "AS" and match is not None and int(match[1]) > 89


def _is_unix_time(element: DataElement) -> bool:
    """Whether a private number is a time in seconds since 1970, by its name in pydicom's dictionary and its size."""
    number = shown(element)
    return "date" in element.name.lower() and number.isdigit() and 3e8 < int(number) < 2**32


def source_files(folder: Path) -> list[Path]:
    """The files of a folder, at every depth, that may be DICOM by their signature."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as stream:
                if stream.read(132)[128:] == b"DICM":
                    found.append(path)
    return found
