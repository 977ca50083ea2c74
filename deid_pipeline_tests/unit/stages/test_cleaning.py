"""What the cleaner of an instance knows of its header, and what it makes of the strategy's choices."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydicom import Dataset, Sequence

from deid_pipeline.actions import Effect, Rule
from deid_pipeline.dicom import AskedAlways, element_rows, open_dicom
from deid_pipeline.errors import SourceDataError
from deid_pipeline.model import IdentifierKind
from deid_pipeline.phi import harvest
from deid_pipeline.stages.cleaning import InstanceCleaner
from deid_pipeline_tests.data_sets import KEEP, pseudonyms
from deid_pipeline_tests.instances import save, small_ct
from deid_pipeline_tests.unit.dicom.test_real_files import BUNDLED

DELETE = Rule(Effect.DELETE, lambda _: None, "delete", "test")
UNSOUGHT = (IdentifierKind.AGE, IdentifierKind.UID)


def kept(tag: int, vr: str, creator: str = "", parents: tuple[int, ...] = ()) -> Rule:  # noqa: ARG001
    return KEEP


@pytest.mark.parametrize("path", BUNDLED, ids=lambda path: path.name)
def test_texts_are_searched_for_all_that_a_header_names(path: Path) -> None:
    try:
        with open_dicom(path) as file:
            found = InstanceCleaner(file, pseudonyms(), AskedAlways(kept))._header.all
            harvested = harvest(element_rows(file))
    except SourceDataError:
        pytest.skip("the file cannot be read")
    assert found == {(one.kind, one.value) for one in harvested if one.kind not in UNSOUGHT}


def nested_station(folder: Path, name: str) -> Path:
    dataset, item = small_ct(), Dataset()
    item.StationName = name
    dataset.StationName = ""
    dataset.ReferencedStudySequence = Sequence([item])
    return save(dataset, folder / "nested.dcm")


@pytest.mark.parametrize(("mode", "gone"), [("own", False), ("label", False), ("header", True), ("remove", True)])
def test_what_is_kept_openly_is_no_secret_of_kept_texts(tmp_path: Path, mode: str, gone: bool) -> None:
    with open_dicom(nested_station(tmp_path, "AWP45557")) as file:
        cleaned = InstanceCleaner(file, pseudonyms(), AskedAlways(kept)).clean("CHEST AWP45557", mode)  # type: ignore[arg-type]
    assert cleaned == ("CHEST" if gone else "CHEST AWP45557")


def test_rules_are_asked_with_the_sequences_around_an_element(tmp_path: Path) -> None:
    def only_at_the_top(tag: int, vr: str, creator: str = "", parents: tuple[int, ...] = ()) -> Rule:  # noqa: ARG001
        return DELETE if parents == (0x00081110,) else KEEP

    with open_dicom(nested_station(tmp_path, "AWP45557")) as file:
        assert (
            InstanceCleaner(file, pseudonyms(), AskedAlways(only_at_the_top)).clean("CHEST AWP45557", "own") == "CHEST"
        )
