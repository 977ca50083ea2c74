"""A small source and its clean de-identified copy, both made with pydicom, to be tampered with."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from deid_pipeline.checks import CheckCase, run_checks
from deid_pipeline.model import Box, CheckResult, ElementChange, Identifier, IdentifierKind

CT = "1.2.840.10008.5.1.4.1.1.2"
STUDY, SERIES, INSTANCE, REFERENCED = (f"1.2.276.0.7230010.3.1.4.832.5576.{number}" for number in range(4))
PATIENT_PSEUDONYM = "4711081547110815"
ROWS, COLUMNS, FRAMES = 24, 32, 2
BOX = Box(4, 3, 12, 9)
DEFLATED, IMPLICIT, EXPLICIT = DeflatedExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRLittleEndian

IDENTIFIERS = (
    Identifier(IdentifierKind.NAME, "(0010,0010)", "Häberlin^Quentin",
               ("häberlin^quentin", "quentin häberlin", "haberlin", "häberlin", "quentin", "haberlin^quentin")),
    Identifier(IdentifierKind.NAME, "(0008,0090)", "Head^Al", ("head^al", "head")),
    Identifier(IdentifierKind.ID, "(0010,0020)", "MRN-55012", ("mrn-55012", "mrn55012")),
    Identifier(IdentifierKind.ID, "(0020,0010)", "1", ("1",)),
    Identifier(IdentifierKind.ID, "(0008,0050)", "2840", ("2840",)),
    Identifier(IdentifierKind.DATE, "(0008,0020)", "20130713", ("20130713", "2013-07-13", "13 jul 2013", "7/13/13")),
    Identifier(IdentifierKind.PLACE, "(0008,0080)", "Scott Hospital", ("scott hospital",)),
    Identifier(IdentifierKind.UID, "(0008,0018)", INSTANCE, (INSTANCE,)),
)  # fmt: skip


def pseudonym(uid: str) -> str:
    return f"2.25.{int(hashlib.sha256(uid.encode()).hexdigest()[:24], 16)}"


def code_item(value: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "DCM", "Basic Profile Head"
    return item


def source_data_set() -> Dataset:
    data = Dataset()
    data.SpecificCharacterSet = "ISO_IR 100"
    data.ImageType = ["ORIGINAL", "PRIMARY"]
    data.SOPClassUID, data.SOPInstanceUID = CT, INSTANCE
    data.StudyDate, data.StudyTime, data.AccessionNumber = "20130713", "101500", "2840"
    data.Modality, data.Manufacturer, data.InstitutionName = "CT", "Maker", "Scott Hospital"
    data.ReferringPhysicianName, data.StudyDescription = "Head^Al", "Abdomen"
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = CT, REFERENCED
    data.ReferencedImageSequence = Sequence([item])
    data.PatientName, data.PatientID, data.PatientBirthDate = "Häberlin^Quentin", "MRN-55012", "19500102"
    data.BodyPartExamined, data.ExposureTime = "HEAD", "2840"
    data.StudyInstanceUID, data.SeriesInstanceUID, data.StudyID = STUDY, SERIES, "1"
    data.InstanceNumber, data.AcquisitionNumber = "1", "1"
    data.SamplesPerPixel, data.PhotometricInterpretation, data.NumberOfFrames = 1, "MONOCHROME2", FRAMES
    data.Rows, data.Columns, data.BitsAllocated, data.BitsStored, data.HighBit = ROWS, COLUMNS, 16, 12, 11
    data.PixelRepresentation = 0
    samples = np.random.default_rng(7).integers(0, 4096, (FRAMES, ROWS, COLUMNS), dtype=np.uint16)
    data.PixelData = samples.tobytes()
    return data


REWRITTEN = {
    "(0008,0018)": pseudonym(INSTANCE),
    "(0008,0020)": "20100405",
    "(0008,0050)": "9988776655443322",
    "(0008,0090)": "Kelo^Biru",
    "(0008,1140)[0].(0008,1155)": pseudonym(REFERENCED),
    "(0010,0010)": "Rosati^Nemo",
    "(0010,0020)": PATIENT_PSEUDONYM,
    "(0010,0030)": "",
    "(0020,000d)": pseudonym(STUDY),
    "(0020,000e)": pseudonym(SERIES),
    "(0020,0010)": "1122334455667788",
}
REMOVED = ("(0008,0080)", "(0008,1030)")


def output_data_set(source: Dataset, boxes: dict[int, tuple[Box, ...]]) -> Dataset:
    data = copy.deepcopy(source)
    data.SOPInstanceUID, data.StudyInstanceUID, data.SeriesInstanceUID = map(pseudonym, (INSTANCE, STUDY, SERIES))
    data.StudyDate, data.AccessionNumber, data.ReferringPhysicianName = "20100405", "9988776655443322", "Kelo^Biru"
    data.ReferencedImageSequence[0].ReferencedSOPInstanceUID = pseudonym(REFERENCED)
    data.PatientName, data.PatientID, data.PatientBirthDate = "Rosati^Nemo", PATIENT_PSEUDONYM, ""
    data.StudyID = "1122334455667788"
    del data.InstitutionName, data.StudyDescription
    data.PatientIdentityRemoved, data.DeidentificationMethod = "YES", "deid_pipeline test"
    data.DeidentificationMethodCodeSequence = Sequence([code_item("113100"), code_item("113101")])
    data.LongitudinalTemporalInformationModified = "MODIFIED"
    if boxes:
        data.BurnedInAnnotation = "NO"
        samples = np.frombuffer(data.PixelData, dtype=np.uint16).reshape(FRAMES, ROWS, COLUMNS).copy()
        for index, some in boxes.items():
            for box in some:
                samples[index, box.top : box.bottom, box.left : box.right] = samples[index].min()
        data.PixelData = samples.tobytes()
    return data


def write(data: Dataset, path: Path, *, syntax: str = EXPLICIT, preamble: bytes = b"\0" * 128) -> None:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = data.SOPClassUID, data.SOPInstanceUID
    meta.TransferSyntaxUID = pydicom.uid.UID(syntax)
    meta.ImplementationClassUID = pydicom.uid.UID("2.25.77")
    little = bool(meta.TransferSyntaxUID.is_little_endian)
    file = FileDataset(str(path), data, file_meta=meta, preamble=preamble, is_little_endian=little)
    encapsulated = pydicom.uid.UID(syntax).is_encapsulated
    file["PixelData"].VR = "OB" if encapsulated else "OW"
    file["PixelData"].is_undefined_length = encapsulated
    file.save_as(path, enforce_file_format=True)


@dataclass
class Pair:
    """Source and output in a folder; each ``tampered`` call starts again from the clean output."""

    folder: Path
    boxes: dict[int, tuple[Box, ...]] = field(default_factory=lambda: {1: (BOX,)})
    syntax: str = EXPLICIT
    identifiers: tuple[Identifier, ...] = IDENTIFIERS
    source_data: Dataset = field(default_factory=source_data_set)
    kept: tuple[str, ...] = ()  # paths whose rule keeps them

    def __post_init__(self) -> None:
        self.source_path, self.output_path = self.folder / "source.dcm", self.folder / "output.dcm"
        write(self.source_data, self.source_path, syntax=self.syntax)
        self.data = output_data_set(self.source_data, self.boxes)

    def save(self, edit: Callable[[Dataset], Any] | None = None, *, preamble: bytes = b"\0" * 128) -> None:
        data = copy.deepcopy(self.data)
        if edit:
            edit(data)
        write(data, self.output_path, syntax=self.syntax, preamble=preamble)

    def case(self, **changed: Any) -> CheckCase:
        rewritten = {path: text for path, text in REWRITTEN.items() if path not in self.kept}
        changes = [ElementChange("st-1", "s", path, _action(path), "rule", text) for path, text in rewritten.items()]
        changes += [
            ElementChange("st-1", "s", path, "delete", "rule", None) for path in REMOVED if path not in self.kept
        ]
        arguments: dict[str, Any] = {
            "source_path": self.source_path,
            "output_path": self.output_path,
            "partition_key": "st-1",
            "identifiers": self.identifiers,
            "boxes_by_frame": self.boxes,
            "expected_uid": pseudonym,
            "expected_patient_id": PATIENT_PSEUDONYM,
            "element_changes": changes,
            "expected_values": rewritten,
            "is_code_word": {"head"}.__contains__,
        }
        return CheckCase(**(arguments | changed))

    def failed(self, edit: Callable[[Dataset], Any] | None = None, **changed: Any) -> dict[str, str]:
        """Names and details of the checks that an edited output does not pass."""
        self.save(edit)
        return failures(run_checks(self.case(**changed)))

    def failed_bytes(self, edit: Callable[[bytearray], Any]) -> dict[str, str]:
        """The same for an output edited as bytes."""
        self.save()
        content = bytearray(self.output_path.read_bytes())
        edit(content)
        self.output_path.write_bytes(content)
        return failures(run_checks(self.case()))


def failures(results: Iterable[CheckResult]) -> dict[str, str]:
    return {result.check: result.detail for result in results if not result.passed}


def _action(path: str) -> str:
    return "hashId" if path.endswith(("0018)", "1155)", "000d)", "000e)")) else "replaceWithLiteral"
