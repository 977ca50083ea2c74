"""What the cleaner of an instance knows of its header, and what it makes of the strategy's choices."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydicom import Dataset, Sequence

from deid_pipeline.actions import Effect, ElementValue, InstanceContext, Rule, action_named
from deid_pipeline.dicom import AskedAlways, HeaderEditor, element_rows, open_dicom
from deid_pipeline.errors import SourceDataError
from deid_pipeline.model import IdentifierKind
from deid_pipeline.phi import harvest
from deid_pipeline.stages.cleaning import InstanceCleaner
from deid_pipeline_tests.data_sets import KEEP, explicit, joined, pseudonyms, raw_file
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


@pytest.mark.usefixtures("both_forms")
def test_what_one_mode_leaves_another_one_does_not(tmp_path: Path) -> None:
    """Values that are known to stay are known by mode and VR, and are still made even."""
    texts = [(0x0008103E, "LO", b"CHEST 20010101"), (0x00081030, "LO", b"CHEST 20010101"), (0x00081090, "LO", b"odd")]
    texts.append((0x00204000, "LT", b"CHEST 20010101"))
    data = b"".join(explicit(tag, vr, raw) for tag, vr, raw in sorted(texts))
    modes = {0x0008103E: "own", 0x00081030: "remove", 0x00081090: "own", 0x00204000: "remove"}
    action = action_named("cleanTag")
    assert action is not None
    rules = AskedAlways(
        lambda tag, vr, *_: Rule(Effect.REWRITE, action.bind(modes[tag], vr=vr), "cleanTag", "test", vr)
    )
    for _ in range(2):
        with open_dicom(raw_file(tmp_path, data)) as file:
            cleaner = InstanceCleaner(file, pseudonyms(), rules)
            edited = HeaderEditor(file, rules).edit(pseudonyms(), {}, context=InstanceContext(cleaner=cleaner))
            new = {change.tag_path: change.new_value for change in edited.changes}
            copy = joined(file, edited)
        assert new == {"(0008,1030)": "CHEST", "(0008,1090)": "odd", "(0020,4000)": "CHEST"}
        assert explicit(0x0008103E, "LO", b"CHEST 20010101") in copy
        assert explicit(0x00081090, "LO", b"odd ") in copy


@pytest.mark.usefixtures("both_forms")
def test_only_cleaning_is_passed_over(tmp_path: Path) -> None:
    """What another rewriting makes of a value does not follow from what cleaning leaves."""

    class Other:
        mode = "own"

        def __call__(self, element: ElementValue) -> bytes:  # noqa: ARG002 - the interface
            return b"GONE"

    cleaning = action_named("cleanTag")
    assert cleaning is not None
    chosen = {0x0008103E: cleaning.bind("own", vr="LO"), 0x00081090: Other()}
    rules = AskedAlways(lambda tag, vr, *_: Rule(Effect.REWRITE, chosen[tag], "test", "test", vr))
    data = explicit(0x0008103E, "LO", b"T1 tse") + explicit(0x00081090, "LO", b"T1 tse")
    with open_dicom(raw_file(tmp_path, data)) as file:
        context = InstanceContext(cleaner=InstanceCleaner(file, pseudonyms(), rules))
        edited = HeaderEditor(file, rules).edit(pseudonyms(), {}, context=context)
        assert joined(file, edited).endswith(explicit(0x00081090, "LO", b"GONE"))
