"""A landing zone on disk: studies in folders named after people, and the odd files that real ones hold.

What belongs here: paths, writing, oddities (empty, truncated, duplicate, no image, DICOMDIR). What does not: how an
instance is made (``studies``).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from deid_pipeline.errors import SettingsError
from deid_pipeline.model import Kind, Status
from deid_pipeline.synthesis.answer_key import AnswerKey, PlantedElement, PlantedFile
from deid_pipeline.synthesis.headers import locate
from deid_pipeline.synthesis.studies import (
    MadeInstance,
    Study,
    folder_canaries,
    make_instance,
    make_instances,
    plan_study,
)

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_TRUNCATED_POSITION = 90  # instance number of the truncated file, far from those of whole ones


def answers_path(out: Path) -> Path:
    """Where the answer key of a landing zone lies: beside it, never inside."""
    return out.with_name(f"{out.name}_answers.json")


def write_landing_zone(out: Path, *, studies: int, seed: int) -> AnswerKey:
    """Write a landing zone of invented studies, and its answer key beside it.

    The same seed and number of studies give the same bytes.

    Parameters
    ----------
    out
        Folder to be made; it may exist if it is empty.
    studies
        How many studies, 1 or more; recipes repeat after eight, with new patients.
    seed
        Any whole number.

    Returns
    -------
    AnswerKey
        What was planted, also written to ``answers_path(out)``.

    Raises
    ------
    SettingsError
        When ``studies`` is less than 1, or the folder is not empty or cannot be written.
    """
    if studies < 1:
        raise SettingsError("a landing zone needs at least one study")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise SettingsError("the folder for the landing zone is not empty")
    planned = [plan_study(number, seed) for number in range(studies)]
    files: list[PlantedFile] = []
    try:
        out.mkdir(parents=True, exist_ok=True)
        for study in planned:
            files.extend(_write(out, made.planted, made.content) for made in make_instances(study))
        files.extend(_write_oddities(out, planned))
        folders = sorted({text for study in planned for text in folder_canaries(study)})
        key = AnswerKey(seed, tuple(sorted(files, key=lambda file: file.path)), tuple(folders))
        key.write(answers_path(out))
    except OSError as error:
        raise SettingsError(f"the landing zone cannot be written: {error.strerror}") from error
    return key


def _write(out: Path, planted: PlantedFile, content: bytes) -> PlantedFile:
    path = out / planted.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return planted


def _write_oddities(out: Path, planned: list[Study]) -> Iterator[PlantedFile]:
    first, last = planned[0], planned[-1]
    original = make_instance(first, first.recipe.images[0], position=0)
    cut = make_instance(first, first.recipe.images[0], position=_TRUNCATED_POSITION)
    note = f"Call {first.person.given} {first.person.family} at {first.person.phone}.\n"

    yield _write(out, _odd(f"{first.folder}/IM_cut.dcm", Status.QUARANTINED, cut), cut.content[: len(cut.content) // 2])
    yield _write(out, _odd("zz_second_copy/IM1.dcm", Status.DUPLICATE, original), original.content)
    yield _write(out, PlantedFile(f"{first.folder}/note.txt", Kind.OTHER.value, Status.IGNORED.value), note.encode())
    yield _write(out, PlantedFile(f"{last.folder}/empty.dcm", Kind.OTHER.value, Status.QUARANTINED.value), b"")
    content, planted = _dicomdir(first, original.dataset)
    yield _write(out, PlantedFile("DICOMDIR", Kind.DICOMDIR.value, Status.IGNORED.value, header=planted), content)


def _odd(path: str, status: Status, made: MadeInstance) -> PlantedFile:
    return PlantedFile(
        path=path,
        kind=Kind.DICOM.value,
        status=status.value,
        modality=made.planted.modality,
        transfer_syntax_uid=made.planted.transfer_syntax_uid,
        number_of_frames=made.planted.number_of_frames,
        header=made.planted.header,
        pixels=made.planted.pixels,
    )


def _dicomdir(study: Study, dataset: Dataset) -> tuple[bytes, tuple[PlantedElement, ...]]:
    """The directory of a CD whose pictures were sorted into folders afterwards (PS3.10 section 8)."""
    import pydicom
    from pydicom.fileset import FileSet
    from pydicom.uid import UID

    with tempfile.TemporaryDirectory() as folder:
        disc = FileSet()
        disc.UID = UID(study.uid("file-set"))
        disc.add(dataset)
        disc.write(Path(folder) / "disc")
        path = Path(folder) / "disc" / "DICOMDIR"
        atoms = {**study.person.atoms(), **study.visit.atoms()}
        return path.read_bytes(), tuple(locate(pydicom.dcmread(path), atoms))
