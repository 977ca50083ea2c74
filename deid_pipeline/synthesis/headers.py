"""Headers full of PHI: at the top, in sequences, in private blocks, in free text; and where each piece went.

What belongs here: the elements that identify somebody. What does not: pixels, files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from deid_pipeline.model import IdentifierKind
from deid_pipeline.synthesis.answer_key import PlantedElement
from deid_pipeline.synthesis.people import Person, Visit

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_PRIVATE_CREATOR = "SYNTH IMAGING 1.0"


def plant_patient(dataset: Dataset, person: Person, *, visit: Visit, blank_id: bool, accented_name: bool) -> None:
    """Write who the patient is (PS3.3 C.7.1.1, C.7.2.2), with private and free-text copies.

    ``accented_name`` adds an accent that only a Unicode character set can hold, ``blank_id`` leaves the Patient ID
    blank.
    """
    dataset.SpecificCharacterSet = "ISO_IR 192" if accented_name else "ISO_IR 100"
    given = f"{person.given} Ǻŕa" if accented_name else person.given
    dataset.PatientName = f"{person.family}^{given}"
    dataset.PatientID = " " if blank_id else person.patient_id
    dataset.PatientBirthDate = person.birth_date.strftime("%Y%m%d")
    dataset.PatientSex = person.sex
    dataset.PatientAge = f"{(visit.day - person.birth_date).days // 365:03}Y"
    dataset.PatientAddress = f"{person.street}, {person.city}"
    dataset.PatientTelephoneNumbers = person.phone
    dataset.PatientComments = f"Daughter of {person.family} called from {person.phone}."
    dataset.AdditionalPatientHistory = f"{person.given} {person.family}, seen by Dr. {visit.physician} before."
    dataset.OtherPatientIDsSequence = [_item(PatientID=person.other_id, TypeOfPatientID="TEXT")]

    block = dataset.private_block(0x0011, _PRIVATE_CREATOR, create=True)
    block.add_new(0x01, "LO", f"{person.family} {person.given}")
    block.add_new(0x02, "SQ", [_item(PatientName=person.dicom_name, PatientBirthDate=dataset.PatientBirthDate)])
    block.add_new(0x03, "DA", dataset.PatientBirthDate)


def plant_visit(dataset: Dataset, visit: Visit, *, person: Person, description: str) -> None:
    """Write when, where and by whom (PS3.3 C.7.2.1, C.7.3.1, C.7.5.1), with names three sequences deep."""
    day = visit.day.strftime("%Y%m%d")
    dataset.StudyDate = dataset.SeriesDate = dataset.AcquisitionDate = dataset.ContentDate = day
    dataset.StudyTime = dataset.SeriesTime = dataset.AcquisitionTime = dataset.ContentTime = visit.time
    dataset.AcquisitionDateTime = f"{day}{visit.time}.000000"
    dataset.AccessionNumber = visit.accession
    dataset.StudyID = visit.accession[-4:]
    dataset.InstitutionName = visit.institution
    dataset.InstitutionAddress = f"{person.city}, next to {visit.institution}"
    dataset.StationName = visit.station
    dataset.ReferringPhysicianName = f"{visit.physician}^Dr."
    dataset.OperatorsName = visit.operator
    dataset.Manufacturer = "Synthetic Imaging"
    dataset.StudyDescription = f"{description} {person.family}"
    dataset.SeriesDescription = f"{description} for {visit.physician}"
    dataset.ImageComments = f"Repeated for {person.given} {person.family} by {visit.operator}"

    code = _item(CodeValue="Z1", CodingSchemeDesignator="99SYNTH", CodeMeaning=f"As {visit.physician} asked")
    step = _item(
        ScheduledProcedureStepDescription=f"{description}, {person.family}",
        RequestedProcedureID=visit.accession,
        ScheduledProtocolCodeSequence=[code],
    )
    dataset.RequestAttributesSequence = [step]
    before = _item(PatientID=person.other_id, AccessionNumber=visit.accession)
    dataset.OriginalAttributesSequence = [
        _item(
            ModifyingSystem=visit.station, SourceOfPreviousValues=visit.institution, ModifiedAttributesSequence=[before]
        )
    ]


def locate(dataset: Dataset, atoms: Mapping[str, IdentifierKind]) -> Iterator[PlantedElement]:
    """Find every planted text in a data set, at any depth, in the order of its elements.

    Parameters
    ----------
    dataset
        Read only.
    atoms
        The texts to look for, and what each is.

    Yields
    ------
    PlantedElement
        One for each text found in an element; several for an element that holds several.
    """
    for tag_path, text in _texts(dataset, ""):
        for atom, entity in atoms.items():
            if atom.casefold() in text.casefold():
                yield PlantedElement(tag_path, entity.value, atom)


def _texts(dataset: Dataset, above: str) -> Iterator[tuple[str, str]]:
    for element in dataset:
        group, number = element.tag.group, element.tag.element
        creator = getattr(element, "private_creator", None)
        name = f'({group:04x},"{creator}",{number & 0xFF:02x})' if creator else f"({group:04x},{number:04x})"
        if element.VR == "SQ":
            for position, item in enumerate(element.value):
                yield from _texts(item, f"{above}{name}[{position}].")
        elif not isinstance(element.value, bytes):
            yield above + name, str(element.value)


def _item(**elements: object) -> Dataset:
    from pydicom.dataset import Dataset

    item = Dataset()
    for keyword, value in elements.items():
        setattr(item, keyword, value)
    return item
