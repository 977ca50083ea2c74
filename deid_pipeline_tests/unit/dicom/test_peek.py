"""A first look finds the study without reading the whole file."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydicom import Dataset

from deid_pipeline.dicom import media_storage_class, peek_study_uid
from deid_pipeline.errors import SourceDataError
from deid_pipeline_tests.data_sets import SECONDARY_CAPTURE, SYNTAXES, explicit, raw_file, save

STUDY = explicit(0x0020000D, "UI", b"1.2.3.4\0")


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_the_study_is_found_in_every_syntax(tmp_path: Path, syntax: str) -> None:
    data_set = Dataset()
    data_set.PatientName = "A"
    data_set.StudyInstanceUID = "1.2.3.4"
    data_set.Rows = 1
    assert peek_study_uid(save(data_set, tmp_path / "a.dcm", syntax)) == "1.2.3.4"


def test_damage_behind_the_study_does_not_matter(tmp_path: Path) -> None:
    assert peek_study_uid(raw_file(tmp_path, STUDY + b"\x28\0\x10\0garbage")) == "1.2.3.4"


def test_damage_before_it_does(tmp_path: Path) -> None:
    with pytest.raises(SourceDataError):
        peek_study_uid(raw_file(tmp_path, explicit(0x00080005, "??", b"") + STUDY))


@pytest.mark.parametrize("data", [explicit(0x00100010, "PN", b"A "), explicit(0x00280010, "US", b"\1\0"), b""])
def test_a_file_without_a_study_gives_nothing(tmp_path: Path, data: bytes) -> None:
    assert peek_study_uid(raw_file(tmp_path, data)) == ""


def test_the_class_is_read_from_group_2(tmp_path: Path) -> None:
    assert media_storage_class(raw_file(tmp_path, STUDY)) == SECONDARY_CAPTURE


@pytest.mark.parametrize("look", [peek_study_uid, media_storage_class])
@pytest.mark.parametrize("content", [b"", b"no DICOM at all, but long enough to be something"])
def test_empty_and_foreign_files_are_source_data_errors(tmp_path: Path, look: object, content: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(content)
    with pytest.raises(SourceDataError):
        look(path)  # type: ignore[operator]
