"""Small DICOM instances made by pydicom, the independent writer, for tests of the corridor and the doors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

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
    """Write a Part 10 file, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.UID(syntax)
    dataset.save_as(path, enforce_file_format=True)
    return path
