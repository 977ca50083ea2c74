"""Files on their way from the landing zone to the release zone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """What became of a source file (README, "What becomes of a file")."""

    NEW = "new"  # indexed, not yet through the pipeline
    RELEASED = "released"
    HELD = "held"  # by the gate: de-identification is not assured
    QUARANTINED = "quarantined"  # unreadable or unsupported
    DROPPED = "dropped"  # by the strategy
    IGNORED = "ignored"  # not an image
    DUPLICATE = "duplicate"


class Kind(StrEnum):
    """What a source file is, by its content and never by its name."""

    DICOM = "dicom"
    DICOMDIR = "dicomdir"
    SLIDE = "slide"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class LandingFile:
    """A file seen in the landing zone: identity for change detection, and the partition it belongs to.

    ``size_bytes`` and ``mtime_ns`` (nanoseconds since 1970) form its fingerprint. ``partition_key`` is empty for a
    file that belongs to no study.
    """

    source_path: str
    size_bytes: int
    mtime_ns: int
    kind: str
    partition_key: str
    status: str
    reason: str


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A row of the vault's table ``source_files``: one file of the landing zone, with its original UIDs."""

    partition_key: str
    source_path: str
    source_sha256: str
    size_bytes: int
    mtime_ns: int
    kind: str
    transfer_syntax_uid: str
    modality: str
    study_instance_uid: str
    series_instance_uid: str
    sop_instance_uid: str
    status: str
    reason: str


@dataclass(frozen=True, slots=True)
class OutputFile:
    """A row of the vault's table ``output_files``: what became of one source file, and where its copy is.

    ``stamp`` is the hash of everything the result depends on (source bytes, strategy, code version, key): equal stamps
    mean that nothing has to be done again. ``frames_redacted`` counts frames with at least one redacted box.
    """

    partition_key: str
    source_path: str
    source_sha256: str
    output_path: str
    output_sha256: str
    status: str
    reason: str
    frames: int
    frames_redacted: int
    size_bytes: int
    stamp: str


@dataclass(frozen=True, slots=True)
class Detection:
    """A row of the vault's table ``detections``: how far the pixels of one source file were read.

    ``frames_read`` counts the frames that an engine saw (equal frames are read once and counted each); ``status`` is
    ``new`` when all were, else why not is in ``status`` and ``reason``. ``frames_with_unused_bits`` counts frames in
    which bits outside Bits Stored hold something; ``planes_read`` names the overlay planes that were read by their
    groups, joined by a backslash.
    """

    partition_key: str
    source_path: str
    source_sha256: str
    frames: int
    frames_read: int
    regions: int
    status: str
    reason: str
    stamp: str
    frames_with_unused_bits: int = 0
    planes_read: str = ""


@dataclass(frozen=True, slots=True)
class RebuiltFile:
    """A row of the vault's table ``rebuilt_files``: a de-identified copy that waits in the vault for its checks.

    ``staged_path`` is empty when there is nothing to check; ``release_name`` is the copy's future path below the
    release zone. ``frames_redacted`` counts frames with at least one redacted box.
    """

    partition_key: str
    source_path: str
    source_sha256: str
    staged_path: str
    release_name: str
    patient_pseudonym: str
    frames: int
    frames_redacted: int
    status: str
    reason: str
    stamp: str
