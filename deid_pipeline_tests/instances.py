"""Small DICOM instances made by pydicom, the independent writer, for tests of the corridor and the doors."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filereader import read_file_meta_info
from pydicom.filewriter import write_file_meta_info
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, JPEGLSLossless

ROOT = "1.2.826.0.1.3680043.10.1234"


def small_ct(
    *,
    study: str = "1",
    instance: str = "1",
    name: str = "Quillfeather^Ottoline",
    size: int = 32,
    order: str = "<",
) -> Dataset:
    """A CT image of smooth noise with a few identifying elements; UIDs from the arguments, nothing random.

    ``order`` is that of the pixel data's bytes, which pydicom writes as they are: ``>`` for a big endian file.
    """
    dataset = Dataset()
    dataset.SpecificCharacterSet = "ISO_IR 100"
    dataset.SOPClassUID = CTImageStorage
    dataset.StudyInstanceUID = f"{ROOT}.{study}"
    dataset.SeriesInstanceUID = f"{ROOT}.{study}.7"
    dataset.SOPInstanceUID = f"{ROOT}.{study}.7.{instance}"
    dataset.StudyDate = "20190412"
    dataset.Modality = "CT"
    dataset.PatientName = name
    dataset.PatientID = "QF-0042917"
    dataset.PatientBirthDate = "19560203"
    dataset.AccessionNumber = "ACC7733190"
    dataset.InstitutionName = "Saint Orsolya Hospital"
    dataset.Rows, dataset.Columns = size, size
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
    dataset.PixelRepresentation, dataset.SamplesPerPixel = 0, 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    ramp = np.arange(size * size, dtype="<u2").reshape(size, size) // 8
    dataset.PixelData = (ramp + int(instance)).astype(f"{order}u2").tobytes()
    return dataset


def save(dataset: Dataset, path: Path, *, syntax: str = ExplicitVRLittleEndian) -> Path:
    """Write a Part 10 file, making its folder; also in syntaxes that pydicom does not know, with pixels in items."""
    path.parent.mkdir(parents=True, exist_ok=True)
    known = pydicom.uid.UID(syntax).type == "Transfer Syntax"
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.UID(syntax) if known else JPEGLSLossless
    dataset.save_as(path, enforce_file_format=True)
    if not known:
        content = path.read_bytes()
        data_set = content[144 + int.from_bytes(content[140:144], "little") :]
        meta = read_file_meta_info(path)
        meta.TransferSyntaxUID = pydicom.uid.UID(syntax)
        head = io.BytesIO()
        write_file_meta_info(head, meta)
        path.write_bytes(content[:132] + head.getvalue() + data_set)
    return path
