"""Carrying out a recipe: the files of one study, with what was planted in them.

What belongs here: from recipe to the bytes of each instance. What does not: folders and oddities (``landing_zone``).
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from deid_pipeline.model import Kind, Status
from deid_pipeline.synthesis.answer_key import PlantedFile, PlantedText
from deid_pipeline.synthesis.burning import burn_in, lines_of
from deid_pipeline.synthesis.headers import locate, plant_patient, plant_visit
from deid_pipeline.synthesis.people import Person, Visit, invent_person, invent_visit
from deid_pipeline.synthesis.pictures import Picture, draw_anatomy
from deid_pipeline.synthesis.recipes import RECIPES, ImageRecipe, StudyRecipe
from deid_pipeline.synthesis.storing import store_pixels

if TYPE_CHECKING:
    from pydicom.dataset import Dataset, FileMetaDataset

PREAMBLE_BYTES = 132  # with the prefix "DICM", PS3.10 7.1


@dataclass(frozen=True, slots=True)
class Study:
    """A study to be made: its recipe, its number in the landing zone, its patient and its circumstances."""

    recipe: StudyRecipe
    number: int
    seed: int
    person: Person
    visit: Visit

    @property
    def folder(self) -> str:
        """A folder as hospitals name them: with the patient's name."""
        return f"{self.person.family}_{self.person.given}/{self.visit.day.isoformat()}_{self.recipe.modality}"

    def uid(self, *parts: object) -> str:
        """A UID that is the same for the same seed, study and parts."""
        from pydicom.uid import generate_uid

        return generate_uid(entropy_srcs=[str(part) for part in (self.seed, self.number, *parts)])


@dataclass(frozen=True, slots=True)
class MadeInstance:
    """One instance: the data set, the bytes of its file, and what the answer key says about it."""

    dataset: Dataset
    content: bytes
    planted: PlantedFile


def plan_study(number: int, seed: int) -> Study:
    """Choose recipe and patient of the study of that number (0-based); recipes repeat with new patients."""
    round_number, position = divmod(number, len(RECIPES))
    recipe = RECIPES[position]
    person = invent_person(seed, round_number * len(RECIPES) + recipe.patient)
    return Study(recipe, number, seed, person, invent_visit(seed, number))


def make_instances(study: Study) -> Iterator[MadeInstance]:
    """Make the instances of one study, one at a time."""
    for position, image in enumerate(study.recipe.images):
        yield make_instance(study, image, position=position)


def make_instance(study: Study, image: ImageRecipe, *, position: int) -> MadeInstance:
    """Make the instance at a 0-based position of its study."""
    dataset = _header(study, image, position=position)
    frames: list[Picture] = []
    burned: list[PlantedText] = []
    lines = lines_of(study.person, study.visit)
    for frame_index in range(image.frames):
        picture = draw_anatomy(image.anatomy, image.rows, image.columns, number=position * 7 + frame_index)
        if frame_index in image.burned:
            # a later frame shows other lines, so that reading the first frame only is seen
            picture, planted = burn_in(picture, lines[: len(lines) - frame_index], frame_index=frame_index)
            burned.extend(planted)
        frames.append(picture)
    store_pixels(dataset, image, frames=frames)
    number = Random(f"{study.seed}/{study.number}/{position}").randrange(10**6, 10**7)
    name = f"IM{number}" if position % 2 else f"{study.recipe.modality}.{position + 1:04}.dcm"
    atoms = {**study.person.atoms(), **study.visit.atoms()}
    held = image.burned and image.progressive
    planted_file = PlantedFile(
        path=f"{study.folder}/{name}",
        kind=Kind.DICOM.value,
        status=(Status.HELD if held else Status.RELEASED).value,
        modality=study.recipe.modality,
        transfer_syntax_uid=str(image.transfer_syntax_uid),
        number_of_frames=image.frames,
        header=tuple(locate(dataset, atoms)),
        pixels=tuple(burned),
    )
    content = file_bytes(dataset)
    return MadeInstance(dataset, content if image.preamble else content[PREAMBLE_BYTES:], planted_file)


def folder_canaries(study: Study) -> tuple[str, ...]:
    """Identifying texts in the names of the study's folders."""
    return study.person.family, study.person.given


def file_bytes(dataset: Dataset) -> bytes:
    """The whole file of a data set: preamble, file meta information, elements."""
    from pydicom import dcmwrite

    buffer = io.BytesIO()
    dcmwrite(buffer, dataset, enforce_file_format=True)
    return buffer.getvalue()


def _header(study: Study, image: ImageRecipe, *, position: int) -> Dataset:
    from pydicom.dataset import Dataset

    dataset = Dataset()
    dataset.file_meta = _file_meta(study, image, position=position)
    dataset.SOPClassUID = image.sop_class_uid
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID
    dataset.StudyInstanceUID = study.uid("study")
    dataset.SeriesInstanceUID = study.uid("series")
    dataset.FrameOfReferenceUID = study.uid("frame of reference")
    dataset.Modality = study.recipe.modality
    dataset.SeriesNumber, dataset.InstanceNumber = 1, position + 1
    dataset.ImageType = ["ORIGINAL", "PRIMARY"]
    plant_visit(dataset, study.visit, person=study.person, description=study.recipe.description)
    plant_patient(
        dataset,
        study.person,
        visit=study.visit,
        blank_id=study.recipe.blank_patient_id,
        accented_name=study.recipe.accented_name,
    )
    if study.recipe.modality == "CT":
        dataset.RescaleIntercept, dataset.RescaleSlope = 0, 1
    return dataset


def _file_meta(study: Study, image: ImageRecipe, *, position: int) -> FileMetaDataset:
    from pydicom.dataset import FileMetaDataset
    from pydicom.uid import UID

    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID(image.sop_class_uid)
    meta.MediaStorageSOPInstanceUID = UID(study.uid("instance", position))
    meta.TransferSyntaxUID = UID(image.transfer_syntax_uid)
    meta.SourceApplicationEntityTitle = study.visit.station
    return meta
