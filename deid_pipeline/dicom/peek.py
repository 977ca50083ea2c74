"""A first look at a file: which study it belongs to, without reading all of it.

What belongs here: the few elements that indexing needs. What does not: judging whether the file is sound (``file``).
"""

from __future__ import annotations

from pathlib import Path

from deid_pipeline.dicom.file import DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN, dataset_syntax, map_file, read_head
from deid_pipeline.dicom.inflating import inflate
from deid_pipeline.dicom.structure import Buffer, iter_elements
from deid_pipeline.dicom.values import first_text

STUDY_INSTANCE_UID = 0x0020000D
MEDIA_STORAGE_DIRECTORY = "1.2.840.10008.1.3.10"


def peek_study_uid(path: Path) -> str:
    """The Study Instance UID of a DICOM file, damaged behind it or not; empty when it has none.

    Raises
    ------
    SourceDataError
        The file is empty, no DICOM, or damaged before the element.
    """
    with map_file(path) as mapped:
        _, uid, start = read_head(mapped)
        buffer: Buffer = mapped
        if uid == DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN:
            buffer, start = inflate(mapped[start:]), 0
        for element in iter_elements(buffer, start, len(buffer), dataset_syntax(uid)):
            if element.tag == STUDY_INSTANCE_UID:
                return first_text(buffer, element)
            if element.tag > STUDY_INSTANCE_UID:
                break
    return ""


def media_storage_class(path: Path) -> str:
    """The class that group 2 names (0002,0002), empty without one.

    Raises
    ------
    SourceDataError
        Group 2 is damaged, or the file is no DICOM.
    """
    with map_file(path) as mapped:
        return read_head(mapped)[0].get(0x00020002, "")
