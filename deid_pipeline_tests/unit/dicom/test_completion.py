"""Elements that the IOD asks for, put among those of real and made data sets and read back by pydicom."""

from __future__ import annotations

import warnings
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from pydicom import Dataset, dcmread
from pydicom.datadict import tag_for_keyword

from deid_pipeline.dicom import DicomFile, file_head, open_dicom
from deid_pipeline.dicom.completion import missing_elements
from deid_pipeline.dicom.dummies import legal_dummy
from deid_pipeline.dicom.iods import known_classes, required_tags
from deid_pipeline.dicom.outline import EMPTY, GOES, outline_of
from deid_pipeline.dicom.structure import dictionary_vr
from deid_pipeline.errors import SourceDataError
from deid_pipeline_tests.data_sets import DEFLATED, EXPLICIT, JPEG, SYNTAXES, raw_file, save
from deid_pipeline_tests.legality import assert_legal

CT, DX, SECONDARY_CAPTURE = (f"1.2.840.10008.5.1.4.1.1.{number}" for number in ("2", "1.1", "7"))
BUNDLED = sorted((Path(pydicom.__file__).parent / "data").rglob("*.dcm"))

# PS3.3 A.3.3, written down from the standard: Patient, General Study, General Series, Frame of Reference, General
# Equipment, General Acquisition, General Image, Image Plane, Image Pixel, CT Image, SOP Common.
CT_TYPE_2 = """
    PatientName PatientID PatientBirthDate PatientSex StudyDate StudyTime AccessionNumber ReferringPhysicianName StudyID
    SeriesNumber PositionReferenceIndicator Manufacturer AcquisitionNumber InstanceNumber SliceThickness KVP
""".split()
CT_INVENTED = {"Modality": "CT", "ImageType": ["ORIGINAL", "PRIMARY"]}


def tag(keyword: str) -> int:
    found = tag_for_keyword(keyword)
    assert found is not None
    return found


def outline(file: DicomFile, present: set[int]) -> bytes:
    """The outline of a file of which ``present`` stays."""
    return outline_of(
        (one.tag, EMPTY * (one.value == one.end) | GOES * (one.tag not in present)) for one in file.elements
    )


def completed(file: DicomFile, present: set[int] | None = None) -> tuple[Dataset, dict[int, bytes]]:
    """The file's elements of ``present`` with what they lack, as pydicom reads them, and what was put in."""
    present = set(file.by_tag) if present is None else present
    made = missing_elements(file, outline=outline(file, present))
    kept = [(element.tag, bytes(file.buffer[element.start : element.end])) for element in file.elements]
    data = sorted([*made.items(), *((number, raw) for number, raw in kept if number in present - made.keys())])
    syntax = EXPLICIT if file.transfer_syntax_uid == DEFLATED else file.transfer_syntax_uid
    head = file_head(sop_class_uid="1.2", sop_instance_uid="1.3", transfer_syntax_uid=syntax)
    return dcmread(BytesIO(head + b"".join(raw for _, raw in data)), force=True), made


def assert_complete(file: DicomFile) -> None:
    """Every required attribute is there, but for those that have no dummy; what was there is as it was."""
    before = set(file.by_tag)
    data_set, made = completed(file)
    uid = file.text(0x00080016) or file.meta.get(0x00020002, "")
    for number, kind in required_tags(uid).items():
        element = data_set.get_item(number)
        if element is None or (kind == "1" and not element.value):
            assert kind == "1"
            assert number != 0x00080016
            assert legal_dummy(number, dictionary_vr(number)) is None
        elif number in made and kind == "2":
            assert not element.value
    for number in made:
        raw = data_set.get_item(number)
        assert raw is not None
        vr = dictionary_vr(number)
        if vr != "SQ":
            assert_legal(vr, raw.value or b"")
        assert number not in before or not file.by_tag[number].end - file.by_tag[number].value
    assert set(data_set.keys()) == before | made.keys()


@pytest.mark.parametrize("path", BUNDLED, ids=lambda path: path.name)
def test_a_bundled_file_comes_to_have_what_its_iod_asks_for(path: Path) -> None:
    try:
        with warnings.catch_warnings(), open_dicom(path) as file:
            warnings.simplefilter("ignore")
            assert_complete(file)
    except SourceDataError:
        pytest.skip("not readable, which other tests are about")


def test_shared_files_come_to_have_what_their_iods_ask_for(shared_data: Path) -> None:
    paths = sorted(shared_data.rglob("*.dcm"))
    assert paths
    for path in paths:
        with open_dicom(path) as file:
            assert_complete(file)


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_bare_instance_gets_empty_type_2_elements_and_few_values(tmp_path: Path, syntax: str) -> None:
    source = Dataset()
    source.SOPClassUID, source.SOPInstanceUID, source.PatientID = CT, "1.2.3", "P1"
    with open_dicom(save(source, tmp_path / "bare.dcm", syntax)) as file:
        data_set, made = completed(file)
    assert data_set.PatientID == "P1"
    for keyword in CT_TYPE_2:
        assert keyword in data_set
        assert keyword == "PatientID" or not data_set[keyword].value
    assert {keyword: data_set[keyword].value for keyword in CT_INVENTED} == CT_INVENTED
    assert len(made) == len(CT_TYPE_2) - 1 + len(CT_INVENTED)
    assert list(data_set.keys()) == sorted(data_set.keys())


@pytest.mark.parametrize("uid", known_classes())
def test_every_class_can_be_completed_once(tmp_path: Path, uid: str) -> None:
    source = Dataset()
    source.SOPClassUID, source.SOPInstanceUID = uid, "1.2.3"
    with open_dicom(save(source, tmp_path / "first.dcm")) as file:
        data_set, _ = completed(file)
    with open_dicom(save(data_set, tmp_path / "second.dcm")) as file:
        assert completed(file)[1] == {}


def test_what_the_output_keeps_is_not_made_and_what_it_loses_is(tmp_path: Path) -> None:
    source = Dataset()
    source.SOPClassUID, source.PatientName, source.KVP, source.Modality = CT, "A^B", "120", "CT"
    with open_dicom(save(source, tmp_path / "some.dcm")) as file:
        made = missing_elements(file, outline=outline(file, set(file.by_tag)))
        assert not made.keys() & set(file.by_tag)
        data_set, _ = completed(file, set(file.by_tag) - {tag("KVP"), tag("Modality")})
    assert (data_set.KVP, data_set.Modality, data_set.PatientName) == (None, "CT", "A^B")


def test_a_type_1_element_that_is_empty_in_the_source_is_filled_and_a_type_2_one_is_not(tmp_path: Path) -> None:
    source = Dataset()
    source.SOPClassUID, source.PhotometricInterpretation = DX, "MONOCHROME1"
    source.PresentationLUTShape, source.PatientSex, source.PixelIntensityRelationship = "", "", ""
    with open_dicom(save(source, tmp_path / "empty.dcm")) as file:
        data_set, made = completed(file)
    assert data_set.PresentationLUTShape == "INVERSE"
    assert tag("PatientSex") not in made
    assert tag("PixelIntensityRelationship") not in made  # there is no value that nobody measured


@pytest.mark.parametrize(("syntax", "lossy"), [(EXPLICIT, "00"), (JPEG, "01")])
def test_a_dummy_fits_the_instance(tmp_path: Path, syntax: str, lossy: str) -> None:
    source = Dataset()
    source.SOPClassUID, source.PhotometricInterpretation, source.BodyPartExamined = DX, "MONOCHROME2", "CHEST"
    with open_dicom(save(source, tmp_path / "chest.dcm", syntax)) as file:
        data_set, _ = completed(file)
    assert (data_set.PresentationLUTShape, data_set.ImageLaterality) == ("IDENTITY", "U")
    assert data_set.LossyImageCompression == lossy


def test_an_optional_module_that_is_there_is_completed_with_empty_elements(tmp_path: Path) -> None:
    source = Dataset()
    source.SOPClassUID, source.ContrastBolusRoute = CT, "IV"
    with open_dicom(save(source, tmp_path / "contrast.dcm")) as file:
        assert completed(file)[0]["ContrastBolusAgent"].is_empty
        assert tag("ContrastBolusAgent") not in missing_elements(file, outline=b"")


def test_the_class_is_taken_from_group_2_and_put_in(tmp_path: Path) -> None:
    with open_dicom(raw_file(tmp_path, source_bytes_of(PatientID="P1"))) as file:
        data_set, _ = completed(file)
    assert data_set.SOPClassUID == SECONDARY_CAPTURE
    assert data_set.ConversionType == "WSD"


def test_an_unknown_class_gets_nothing(tmp_path: Path) -> None:
    with open_dicom(raw_file(tmp_path, source_bytes_of(SOPClassUID="1.2.3", PatientID="P1"))) as file:
        assert missing_elements(file, outline=b"") == {}


def source_bytes_of(**values: str) -> bytes:
    """The bytes of a data set in explicit VR little endian."""
    data_set = Dataset()
    for keyword, value in values.items():
        setattr(data_set, keyword, value)
    stream = BytesIO()
    pydicom.dcmwrite(stream, data_set, implicit_vr=False, little_endian=True)
    return stream.getvalue()


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_what_the_class_alone_decides_is_made_also_as_a_code(tmp_path: Path, syntax: str) -> None:
    def made(number: str) -> Dataset:
        source = Dataset()
        source.SOPClassUID = f"1.2.840.10008.5.1.4.1.1.{number}"
        with open_dicom(save(source, tmp_path / "bare.dcm", syntax)) as file:
            return completed(file)[0]

    mammogram, resonance = made("1.2"), made("4")
    (region,) = mammogram.AnatomicRegionSequence
    assert (region.CodeValue, region.CodingSchemeDesignator, region.CodeMeaning) == ("76752008", "SCT", "Breast")
    assert not {"ImageLaterality", "ImagerPixelSpacing"} & set(dir(mammogram))
    assert (resonance.ScanningSequence, resonance.SequenceVariant) == ("RM", "NONE")
    assert "ScanningSequence" not in made("2")
