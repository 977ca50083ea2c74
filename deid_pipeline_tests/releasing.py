"""One file taken through the whole pipeline, and what came out, for tests of what becomes of header values.

What belongs here: making such files, also byte by byte, and running them. What does not: any expectation.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pydicom
from pydicom.dataset import Dataset

from deid_pipeline.dicom import open_dicom
from deid_pipeline_tests.instances import save, small_ct
from deid_pipeline_tests.projects import outputs, project_in, run_stages


@dataclass(frozen=True)
class Released:
    """What became of one file: its status, why, the copy's bytes and data set (empty when there is none)."""

    status: str
    reason: str
    content: bytes
    dataset: Dataset


def release(folder: Path, source: Dataset | bytes, strategy: str = "midi_b") -> Released:
    """Take one file, given as a data set or as bytes, through all stages of a project below ``folder``."""
    project = project_in(folder, strategy=strategy)
    path = project.settings.landing / "1"
    if isinstance(source, bytes):
        path.write_bytes(source)
    else:
        save(source, path)
    row = outputs(project, run_stages(project))["1"]
    content = Path(row.output_path).read_bytes() if row.output_path else b""
    dataset = pydicom.dcmread(row.output_path) if row.output_path else Dataset()
    return Released(str(row.status), row.reason, content, dataset)


def with_elements(folder: Path, *elements: bytes, base: Dataset | None = None) -> bytes:
    """A small CT as file bytes, with encoded explicit VR little endian elements put in, or in the place of its own."""
    path = save(small_ct() if base is None else base, folder / "base.dcm")
    data = path.read_bytes()
    with open_dicom(path) as file:
        parts = {element.tag: [data[element.start : element.end]] for element in file.elements}
        head = data[: file.start]
    put: dict[int, list[bytes]] = {}
    for element in elements:
        tag = int.from_bytes(element[0:2], "little") << 16 | int.from_bytes(element[2:4], "little")
        put.setdefault(tag, []).append(element)
    return head + b"".join(part for _, some in sorted((parts | put).items()) for part in some)
