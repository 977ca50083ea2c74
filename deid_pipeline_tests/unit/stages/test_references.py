"""The UIDs of a study before and after form the same graph: references still lead where they led."""

from __future__ import annotations

from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset

from deid_pipeline_tests.instances import ROOT, save, small_ct
from deid_pipeline_tests.projects import outputs, project_in, run_stages

pytestmark = pytest.mark.usefixtures("both_forms")

REGISTERED = "1.2.840.10008."


def image(instance: int, referenced: list[int]) -> Dataset:
    dataset = small_ct(instance=str(instance))
    dataset.FrameOfReferenceUID = f"{ROOT}.99"
    dataset.SeriesInstanceUID = f"{ROOT}.1.{7 + instance % 2}"
    items = []
    for number in referenced:
        item = Dataset()
        item.ReferencedSOPClassUID = dataset.SOPClassUID
        item.ReferencedSOPInstanceUID = f"{ROOT}.1.7.{number}"
        items.append(item)
    if items:
        dataset.ReferencedImageSequence = items
    return dataset


def uids(dataset: Dataset) -> dict[str, list[str]]:
    """All UIDs of a data set by the place they stand in, outside group 2."""
    found: dict[str, list[str]] = {}

    def visit(inner: Dataset, path: str) -> None:
        for element in inner:
            if element.VR == "SQ":
                for number, item in enumerate(element.value):
                    visit(item, f"{path}{element.tag}[{number}]")
            elif element.VR == "UI" and element.value:
                found[f"{path}{element.tag}"] = [str(uid) for uid in pydicom.multival.MultiValue(str, [element.value])]

    visit(dataset, "")
    return found


@pytest.mark.parametrize("strategy", ["basic", "midi_b"])
def test_the_graph_of_uids_is_the_same_before_and_after(tmp_path: Path, strategy: str) -> None:
    project = project_in(tmp_path, strategy=strategy)
    graph = {1: [2, 3], 2: [], 3: [1, 2], 4: [4]}
    for instance, referenced in graph.items():
        save(image(instance, referenced), project.settings.landing / str(instance))
    rows = outputs(project, run_stages(project))
    assert {row.status for row in rows.values()} == {"released"}
    mapped: dict[str, str] = {}
    for name, row in rows.items():
        before = uids(pydicom.dcmread(project.settings.landing / name))
        after = uids(pydicom.dcmread(row.output_path))
        assert before.keys() == after.keys()
        for place, originals in before.items():
            for original, new in zip(originals, after[place], strict=True):
                assert mapped.setdefault(original, new) == new
                assert (original == new) == original.startswith(REGISTERED)
    assert len(set(mapped.values())) == len(mapped)
    assert len(mapped) > 7
