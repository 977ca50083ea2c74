"""Which studies a landing zone is made of: modality, pixel format, transfer syntax, what carries text.

What belongs here: the ordered tuple of study recipes. What does not: carrying them out (``studies``).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pydicom.uid import (
    ComputedRadiographyImageStorage,
    CTImageStorage,
    DeflatedExplicitVRLittleEndian,
    DigitalXRayImageStorageForPresentation,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    MRImageStorage,
    RLELossless,
    SecondaryCaptureImageStorage,
    UltrasoundImageStorage,
    UltrasoundMultiFrameImageStorage,
)


@dataclass(frozen=True, slots=True)
class ImageRecipe:
    """One instance. ``burned`` lists the 0-based frames that carry text.

    ``progressive`` JPEG is what no codec rewrites: an instance of it that carries text is to be held.
    """

    sop_class_uid: str
    anatomy: str
    transfer_syntax_uid: str = ExplicitVRLittleEndian
    rows: int = 512
    columns: int = 512
    frames: int = 1
    photometric_interpretation: str = "MONOCHROME2"
    bits_stored: int = 12
    signed: bool = False
    planar_configuration: int = 0
    burned: tuple[int, ...] = ()
    preamble: bool = True
    progressive: bool = False


@dataclass(frozen=True, slots=True)
class StudyRecipe:
    """One study. ``patient`` is its patient's number within one round of recipes: equal numbers, same patient."""

    modality: str
    description: str
    patient: int
    images: tuple[ImageRecipe, ...] = field(default=())
    blank_patient_id: bool = False
    accented_name: bool = False


_CT = ImageRecipe(CTImageStorage, "abdomen", bits_stored=16, signed=True)
_CT_TEXT = ImageRecipe(CTImageStorage, "abdomen", bits_stored=16, signed=True, burned=(0,))
_CT_CODED = ImageRecipe(CTImageStorage, "abdomen", JPEG2000Lossless, bits_stored=16, signed=True, burned=(0,))

RECIPES: tuple[StudyRecipe, ...] = (
    StudyRecipe("CT", "Abdomen native", 0, (_CT_TEXT, _CT, _CT_CODED)),
    StudyRecipe(
        "MR",
        "Head T2",
        1,
        (
            ImageRecipe(MRImageStorage, "head", ImplicitVRLittleEndian, burned=(0,)),
            ImageRecipe(MRImageStorage, "head", ImplicitVRLittleEndian, preamble=False),
        ),
        accented_name=True,
    ),
    StudyRecipe(
        "DX",
        "Thorax pa",
        2,
        (
            ImageRecipe(
                DigitalXRayImageStorageForPresentation,
                "thorax",
                rows=900,
                columns=760,
                photometric_interpretation="MONOCHROME1",
                burned=(0,),
            ),
        ),
    ),
    StudyRecipe(
        "US",
        "Upper abdomen",
        3,
        (
            ImageRecipe(
                UltrasoundMultiFrameImageStorage,
                "fan",
                rows=480,
                columns=640,
                frames=3,
                photometric_interpretation="RGB",
                bits_stored=8,
                burned=(0, 2),
            ),
            ImageRecipe(
                UltrasoundImageStorage,
                "fan",
                rows=480,
                columns=640,
                photometric_interpretation="PALETTE COLOR",
                bits_stored=8,
                burned=(0,),
            ),
        ),
    ),
    StudyRecipe(
        "OT",
        "Console capture",
        4,
        (
            ImageRecipe(
                SecondaryCaptureImageStorage,
                "desk",
                rows=600,
                columns=800,
                photometric_interpretation="RGB",
                bits_stored=8,
                planar_configuration=1,
                burned=(0,),
            ),
        ),
        blank_patient_id=True,
    ),
    StudyRecipe(
        "MR",
        "Head follow-up",
        1,
        (
            ImageRecipe(MRImageStorage, "head", RLELossless, burned=(0,)),
            ImageRecipe(MRImageStorage, "head", ExplicitVRBigEndian, burned=(0,)),
        ),
        accented_name=True,
    ),
    StudyRecipe(
        "US",
        "Thyroid",
        5,
        (
            ImageRecipe(
                UltrasoundImageStorage, "fan", JPEGBaseline8Bit, rows=480, columns=640, bits_stored=8, burned=(0,)
            ),
            ImageRecipe(
                UltrasoundImageStorage,
                "fan",
                JPEGBaseline8Bit,
                rows=480,
                columns=640,
                bits_stored=8,
                burned=(0,),
                progressive=True,
            ),
            ImageRecipe(UltrasoundImageStorage, "fan", rows=480, columns=640, bits_stored=8),
        ),
    ),
    StudyRecipe(
        "CR",
        "Thorax lateral",
        0,
        (
            ImageRecipe(
                ComputedRadiographyImageStorage,
                "thorax",
                DeflatedExplicitVRLittleEndian,
                rows=720,
                columns=640,
                photometric_interpretation="MONOCHROME1",
                bits_stored=10,
                burned=(0,),
            ),
        ),
    ),
)
