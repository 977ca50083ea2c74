"""Data sets that tests are made of: written by pydicom, or byte by byte where pydicom would refuse.

What belongs here: building DICOM files and putting edited ones together. What does not: any expectation of a test.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

from pydicom import Dataset, dcmwrite
from pydicom.dataset import FileMetaDataset

from deid_pipeline.actions import Effect, Rule
from deid_pipeline.dicom import DicomFile, EditedDataSet, edit_data_set, file_head
from deid_pipeline.pseudonyms import ProjectSecret, Pseudonyms

IMPLICIT = "1.2.840.10008.1.2"
EXPLICIT = "1.2.840.10008.1.2.1"
DEFLATED = "1.2.840.10008.1.2.1.99"
BIG_ENDIAN = "1.2.840.10008.1.2.2"
JPEG = "1.2.840.10008.1.2.4.50"
SYNTAXES = (IMPLICIT, EXPLICIT, DEFLATED, BIG_ENDIAN)
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"

SHORT_VRS = frozenset("AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US".split())
LONG_VRS = frozenset("OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())
UNDEFINED = 0xFFFFFFFF
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD

SECRET = ProjectSecret(bytes(range(32)))
KEEP = Rule(Effect.KEEP, lambda element: element.raw, "keep", "test")
DELETE = Rule(Effect.DELETE, lambda element: None, "delete", "test")  # noqa: ARG005


def pseudonyms(patient_id: str = "P1", study_uid: str = "1.2.3") -> Pseudonyms:
    """Pseudonyms of a patient under the tests' own secret."""
    return Pseudonyms.for_patient(SECRET, patient_id=patient_id, study_uid=study_uid)


def replace_by(value: bytes) -> Rule:
    """A rule that writes one value."""
    return Rule(Effect.REWRITE, lambda element: value, "replace", "test")  # noqa: ARG005


def explicit(tag: int, vr: str, value: bytes = b"", *, length: int | None = None, order: str = "<") -> bytes:
    """An explicit VR element; ``length`` overrules what its header says."""
    size = len(value) if length is None else length
    head = struct.pack(f"{order}HH2s", tag >> 16, tag & 0xFFFF, vr.encode("latin-1"))
    return head + struct.pack(f"{order}HL" if vr in LONG_VRS else f"{order}H", *(0, size)[vr not in LONG_VRS :]) + value


def implicit(tag: int, value: bytes = b"", *, length: int | None = None, order: str = "<") -> bytes:
    """An implicit VR element, an item or a delimiter."""
    size = len(value) if length is None else length
    return struct.pack(f"{order}HHL", tag >> 16, tag & 0xFFFF, size) + value


def item(content: bytes = b"", *, length: int | None = None, order: str = "<") -> bytes:
    """An item with the length of its content, or with the one given."""
    return implicit(ITEM, content, length=length, order=order)


def open_item(content: bytes = b"", *, order: str = "<") -> bytes:
    """An item of undefined length with its delimiter."""
    return item(content, length=UNDEFINED, order=order) + implicit(ITEM_END, order=order)


def open_sequence(tag: int, content: bytes, *, vr: str = "SQ", order: str = "<") -> bytes:
    """An explicit VR sequence of undefined length with its delimiter."""
    return explicit(tag, vr, content, length=UNDEFINED, order=order) + implicit(SEQUENCE_END, order=order)


def raw_file(folder: Path, data_set: bytes, syntax: str = EXPLICIT, *, name: str = "raw.dcm") -> Path:
    """A Part 10 file around any bytes."""
    head = file_head(sop_class_uid=SECONDARY_CAPTURE, sop_instance_uid="1.2.3.4", transfer_syntax_uid=syntax)
    return put(folder / name, head + data_set)


def put(path: Path, content: bytes) -> Path:
    """Write a file anew: one that is only emptied first waits for the disk on some file systems."""
    path.unlink(missing_ok=True)
    path.write_bytes(content)
    return path


def save(data_set: Dataset, path: Path, syntax: str = EXPLICIT) -> Path:
    """A Part 10 file written by pydicom."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = SECONDARY_CAPTURE
    meta.MediaStorageSOPInstanceUID = "1.2.3.4"
    meta.TransferSyntaxUID = syntax
    data_set.file_meta = meta
    dcmwrite(path, data_set, enforce_file_format=True)
    return path


def joined(file: DicomFile, edited: EditedDataSet) -> bytes:
    """The bytes of an edited data set."""
    return b"".join(part if isinstance(part, bytes) else bytes(file.buffer[slice(*part)]) for part in edited.segments)


def source_bytes(file: DicomFile) -> bytes:
    """The data set as it is read."""
    return bytes(file.buffer[file.start : file.end])


def edit(
    file: DicomFile, rule_for: Callable[..., Rule], *, markers: dict[int, bytes] | None = None
) -> tuple[bytes, EditedDataSet]:
    """Edit with the tests' pseudonyms: the new data set's bytes, and the record of it."""
    edited = edit_data_set(file, rule_for=rule_for, pseudonyms=pseudonyms(), markers=markers or {})
    return joined(file, edited), edited


def rules(special: dict[int, Rule], default: Rule = KEEP) -> Callable[[int, str], Rule]:
    """Rules by tag; ``default`` for all others."""
    return lambda tag, vr, *_: special.get(tag, default)  # noqa: ARG005
