"""What actions need to know of the instance that they work on, read from its header.

What belongs here: the record's fields that a file gives. What does not: the text cleaner, the times of other files.
"""

from __future__ import annotations

import contextlib
import datetime
from functools import cached_property, lru_cache

from deid_pipeline.actions import InstanceContext, OverlayRedactor, TextCleaner
from deid_pipeline.dicom.file import DicomFile
from deid_pipeline.dicom.values import element_bytes, encodings_for, text_value

# Instance Creation, Study, Series, Acquisition and Content Date, Acquisition DateTime
_MADE_ON = (0x00080012, 0x00080020, 0x00080021, 0x00080022, 0x00080023, 0x0008002A)
_CHARACTER_SET, _SOP_INSTANCE_UID, _PATIENT_NAME, _PATIENT_ID = 0x00080005, 0x00080018, 0x00100010, 0x00100020


def instance_context(
    file: DicomFile,
    *,
    source_path: str,
    study_instance_uid: str,
    cleaner: TextCleaner | None = None,
    overlays: OverlayRedactor | None = None,
) -> InstanceContext:
    """The context of an open file, to be asked while it is open; everything in it is the source's."""
    return _ReadWhenAsked(file, (source_path, study_instance_uid), cleaner, overlays)


class _ReadWhenAsked(InstanceContext):
    """The context of an open file: most strategies ask for little of it."""

    _file: DicomFile

    def __init__(
        self,
        file: DicomFile,
        origin: tuple[str, str],
        cleaner: TextCleaner | None,
        overlays: OverlayRedactor | None,
    ) -> None:
        put = object.__setattr__  # the record is frozen
        put(self, "_file", file)
        put(self, "source_path", origin[0])
        put(self, "study_instance_uid", origin[1])
        put(self, "cleaner", cleaner)
        put(self, "emptied", None)
        put(self, "overlays", overlays)

    @cached_property
    def sop_instance_uid(self) -> str:
        return self._file.text(_SOP_INSTANCE_UID)

    @cached_property
    def patient_id(self) -> str:
        return _decoded(self._file, _PATIENT_ID, "LO")

    @cached_property
    def patient_name(self) -> str:
        return _decoded(self._file, _PATIENT_NAME, "PN")

    @cached_property
    def last_day(self) -> int | None:
        """The latest day on which the instance says that it, its study, series or content was made, as an ordinal."""
        text = self._file.text
        return max(map(_day, {text(tag)[:8] for tag in _MADE_ON})) or None


@lru_cache(maxsize=1024)
def _day(text: str) -> int:
    """The ordinal of a day, 0 for what is no day of any calendar."""
    if len(text) == 8 and text.isascii() and text.isdigit():
        with contextlib.suppress(ValueError):
            return datetime.date(int(text[:4]), int(text[4:6]), int(text[6:])).toordinal()
    return 0


def _decoded(file: DicomFile, tag: int, vr: str) -> str:
    """The first value of a top-level element; empty when it is absent."""
    element = file.by_tag.get(tag)
    if element is None or element.items is not None:
        return ""
    declared = file.by_tag.get(_CHARACTER_SET)
    encodings = encodings_for(b"" if declared is None else element_bytes(file.header, declared))
    return text_value(element_bytes(file.header, element), vr, encodings).split("\\")[0].strip()
