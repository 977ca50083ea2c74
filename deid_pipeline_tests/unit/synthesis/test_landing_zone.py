"""What a synthetic landing zone holds, and that its answer key tells the truth."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pydicom
import pytest

from deid_pipeline.errors import SettingsError
from deid_pipeline.synthesis import AnswerKey, PlantedFile, answers_path, write_landing_zone

SEED = 7


@pytest.fixture(scope="module")
def zone(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, AnswerKey]:
    out = tmp_path_factory.mktemp("zone") / "landing"
    return out, write_landing_zone(out, studies=8, seed=SEED)


def _whole_instances(key: AnswerKey) -> list[PlantedFile]:
    return [file for file in key.files if file.kind == "dicom" and file.status in {"released", "held"}]


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_same_seed_gives_the_same_bytes_and_another_seed_other_people(tmp_path: Path) -> None:
    first = write_landing_zone(tmp_path / "first", studies=3, seed=1)
    again = write_landing_zone(tmp_path / "again", studies=3, seed=1)
    other = write_landing_zone(tmp_path / "other", studies=3, seed=2)
    assert _contents(tmp_path / "first") == _contents(tmp_path / "again")
    assert first == again
    assert not set(first.canaries) & set(other.canaries)


def test_the_key_lists_every_file_and_lies_outside_the_landing_zone(zone: tuple[Path, AnswerKey]) -> None:
    out, key = zone
    assert [file.path for file in key.files] == sorted(_contents(out))
    assert answers_path(out).parent == out.parent
    assert json.loads(answers_path(out).read_text(encoding="utf-8"))["canaries"] == list(key.canaries)


def test_every_planted_element_is_in_its_file_under_its_tag_path(zone: tuple[Path, AnswerKey]) -> None:
    out, key = zone
    for file in _whole_instances(key):
        dataset = pydicom.dcmread(out / file.path, force=True)
        assert len(file.header) > 30
        for planted in file.header:
            assert planted.text.casefold() in _value_at(dataset, planted.tag_path).casefold(), planted.tag_path


def _value_at(dataset: pydicom.Dataset, tag_path: str) -> str:
    """An element's text; that of the whole sequence where implicit VR hides that a private element is one."""
    *above, last = tag_path.split("].")
    for step in above:
        path, index = step.rsplit("[", 1)
        element = _element(dataset, path)
        if element.VR == "UN":
            return element.value.decode("latin-1")
        dataset = element.value[int(index)]
    element = _element(dataset, last)
    return element.value.decode("latin-1") if element.VR == "UN" else str(element.value)


def _element(dataset: pydicom.Dataset, path: str) -> pydicom.DataElement:
    parts = path.strip("()").split(",")
    if len(parts) == 3:
        return dataset.private_block(int(parts[0], 16), parts[1].strip('"'))[int(parts[2], 16)]
    return dataset[int(parts[0], 16), int(parts[1], 16)]


def test_phi_is_planted_in_sequences_private_elements_and_free_text(zone: tuple[Path, AnswerKey]) -> None:
    _, key = zone
    paths = {planted.tag_path for file in key.files for planted in file.header}
    assert any(path.count("].") == 2 for path in paths)
    assert any('"' in path for path in paths)
    assert {"(0008,1030)", "(0010,0010)", "(0020,4000)"} <= paths


def test_burned_in_text_is_where_the_key_says_and_nowhere_else(zone: tuple[Path, AnswerKey]) -> None:
    """Text is brighter (darker where high values are dark) than any anatomy, and its ink fills its box."""
    out, key = zone
    checked = 0
    for file in _whole_instances(key):
        dataset = pydicom.dcmread(out / file.path, force=True)
        if "TransferSyntaxUID" not in dataset.file_meta or file.transfer_syntax_uid.endswith("4.50"):
            continue
        frames = dataset.pixel_array.astype(np.int64).reshape(file.number_of_frames, dataset.Rows, dataset.Columns, -1)
        falling = dataset.PhotometricInterpretation in {"MONOCHROME1", "PALETTE COLOR"}
        reach = 2500 if dataset.PixelRepresentation else 2**dataset.BitsStored - 1
        start = -1000 if dataset.PixelRepresentation else 0
        shown = (frames[..., 0] - start) / reach
        ink = (1 - shown if falling else shown) > 0.9
        for frame_index in range(file.number_of_frames):
            outside = ink[frame_index].copy()
            for text in (text for text in file.pixels if text.frame_index == frame_index):
                box = text.box
                inside = ink[frame_index, box.top : box.bottom, box.left : box.right]
                columns = inside.any(axis=0)
                assert columns[:6].any(), text.text
                assert columns[-6:].any(), text.text
                outside[box.top : box.bottom, box.left : box.right] = False
                checked += 1
            assert not outside.any()
    assert checked > 50


def test_the_studies_cover_the_encodings_that_a_first_version_meets(zone: tuple[Path, AnswerKey]) -> None:
    out, key = zone
    instances = _whole_instances(key)
    assert {file.modality for file in instances} == {"CT", "MR", "DX", "CR", "US", "OT"}
    syntaxes = {file.transfer_syntax_uid.removeprefix("1.2.840.10008.1.2") for file in instances}
    assert syntaxes == {"", ".1", ".1.99", ".2", ".4.50", ".4.90", ".5"}
    assert any(file.number_of_frames > 1 for file in instances)
    assert [file.pixels != () for file in instances if file.status == "held"] == [True]
    assert any((out / file.path).read_bytes()[128:132] != b"DICM" for file in instances)
    datasets = [pydicom.dcmread(out / file.path, stop_before_pixels=True, force=True) for file in instances]
    assert any(not str(dataset.PatientID).strip() for dataset in datasets)
    studies = {(str(dataset.PatientID), str(dataset.StudyInstanceUID)) for dataset in datasets}
    patients = [patient for patient, _ in studies]
    assert len(patients) > len(set(patients))


def test_odd_files_are_what_they_pretend_to_be(zone: tuple[Path, AnswerKey]) -> None:
    out, key = zone
    content = {file.path: (out / file.path).read_bytes() for file in key.files}
    by_status = {file.status: file for file in key.files}
    duplicate = content[by_status["duplicate"].path]
    assert list(content.values()).count(duplicate) == 2
    cut = pydicom.dcmread(out / next(file.path for file in key.files if "cut" in file.path))
    assert len(cut.PixelData) < cut.Rows * cut.Columns * 2
    assert b"" in content.values()
    assert pydicom.dcmread(out / "DICOMDIR").file_meta.MediaStorageSOPClassUID.name == "Media Storage Directory Storage"


def test_canaries_are_long_enough_to_be_found_by_no_accident(zone: tuple[Path, AnswerKey]) -> None:
    _, key = zone
    assert len(key.canaries) > 40
    assert all(len(canary) >= 8 and not canary.isdigit() for canary in key.canaries)


@pytest.mark.parametrize("studies", [0, -1])
def test_a_landing_zone_without_studies_is_refused(tmp_path: Path, studies: int) -> None:
    with pytest.raises(SettingsError, match="at least one study"):
        write_landing_zone(tmp_path / "landing", studies=studies, seed=SEED)
    assert not (tmp_path / "landing").exists()


def test_a_folder_with_files_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(SettingsError, match="not empty"):
        write_landing_zone(tmp_path, studies=1, seed=SEED)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
