"""Private blocks: what a rule keeps stays with its creator, what none keeps goes with it (PS3.5 7.8)."""

from __future__ import annotations

from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset

from deid_pipeline.dicom import edit_data_set, file_head, open_dicom, write_dicom
from deid_pipeline.pseudonyms import ProjectSecret, Pseudonyms
from deid_pipeline.strategy import load
from deid_pipeline_tests.instances import save, small_ct

ROWS = 'Tags,VR,Name,Status,Action,Option\n"(0019,""ACME"",0c)",IS,,,keep,\n"(0019,""ACME"",0d)",UI,,,hashId,\n'


def edited(folder: Path, dataset: Dataset) -> Dataset:
    (folder / "rows.csv").write_text(ROWS)
    source = save(dataset, folder / "in.dcm")
    rules = load(str(folder / "rows.csv"))
    with open_dicom(source) as file:
        result = edit_data_set(
            file,
            rule_for=rules.rule,
            pseudonyms=Pseudonyms.for_patient(ProjectSecret(b"k" * 32), patient_id="1", study_uid="2"),
            markers={},
        )
        head = file_head(sop_class_uid="1.2", sop_instance_uid="1.2", transfer_syntax_uid=file.transfer_syntax_uid)
        write_dicom(folder / "out.dcm", file, head=head, segments=result.segments)
    return pydicom.dcmread(folder / "out.dcm")


@pytest.mark.parametrize("first_block", [0x10, 0x44])
def test_a_kept_element_keeps_its_creator_wherever_the_block_lies(tmp_path: Path, first_block: int) -> None:
    dataset = small_ct()
    dataset.add_new(0x00190000 | first_block, "LO", "ACME")
    dataset.add_new(0x00190001 | first_block, "LO", "OTHER")
    dataset.add_new(0x00190000 | first_block << 8 | 0x0C, "IS", "42")
    dataset.add_new(0x00190000 | first_block << 8 | 0x0E, "LO", "Quillfeather")
    dataset.add_new(0x00190000 | (first_block + 1) << 8 | 0x0C, "IS", "43")
    result = edited(tmp_path, dataset)
    assert [element.tag for element in result.group_dataset(0x0019)] == [
        0x00190000 | first_block,
        0x00190000 | first_block << 8 | 0x0C,
    ]
    assert result.private_block(0x0019, "ACME")[0x0C].value == 42


def test_a_block_of_which_nothing_stays_loses_its_creator(tmp_path: Path) -> None:
    dataset = small_ct()
    block = dataset.private_block(0x0019, "ACME", create=True)
    block.add_new(0x0E, "LO", "Quillfeather")
    assert not edited(tmp_path, dataset).group_dataset(0x0019)


def test_private_elements_inside_a_kept_sequence_follow_the_same_rules(tmp_path: Path) -> None:
    item = Dataset()
    item.ReferencedSOPInstanceUID = "1.2.3"
    block = item.private_block(0x0019, "ACME", create=True)
    block.add_new(0x0C, "IS", "42")
    block.add_new(0x0D, "UI", "1.2.3")
    block.add_new(0x0F, "LO", "Quillfeather")
    dataset = small_ct()
    dataset.ReferencedImageSequence = [item]
    (inside,) = edited(tmp_path, dataset).ReferencedImageSequence
    kept = inside.private_block(0x0019, "ACME")
    assert kept[0x0C].value == 42
    assert kept[0x0D].value == inside.ReferencedSOPInstanceUID != "1.2.3"
    assert 0x0F not in kept
