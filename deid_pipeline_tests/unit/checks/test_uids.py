"""UIDs that are left, inconsistent or invalid."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset

from deid_pipeline.model import ElementChange
from deid_pipeline_tests.unit.checks.pair import (
    INSTANCE,
    REFERENCED,
    SERIES,
    STUDY,
    Pair,
    code_item,
    pseudonym,
    source_data_set,
)


@pytest.mark.parametrize("uid", [INSTANCE, STUDY, SERIES, REFERENCED])
@pytest.mark.parametrize("form", ["see {}", "{}", "\\{}", "({})"])
def test_an_original_uid_in_any_text_is_found(pair: Pair, uid: str, form: str) -> None:
    edit = lambda data: setattr(data, "ImageComments", form.format(uid))  # noqa: E731
    assert pair.failed(edit)["uid_changed"] == "an original UID"


def test_another_uid_that_only_begins_alike_is_no_leak(pair: Pair) -> None:
    assert "uid_changed" not in pair.failed(
        lambda data: setattr(data, "ImageComments", f"{INSTANCE}7 {STUDY}.1 3{STUDY}")
    )


def test_an_original_uid_in_group_2_the_preamble_and_pixel_data_is_found(pair: Pair) -> None:
    def in_pixels(data: Dataset) -> None:
        data.PixelData = data.PixelData[:700] + INSTANCE.encode() + data.PixelData[700 + len(INSTANCE) :]

    assert pair.failed(in_pixels)["uid_changed"] == "an original UID in the pixel data"
    assert "uid_changed" in pair.failed_bytes(lambda content: content.__setitem__(slice(0, len(STUDY)), STUDY.encode()))


def test_a_uid_that_is_not_the_pseudonym_is_inconsistent(pair: Pair) -> None:
    def edit(data: Dataset) -> None:
        data.ReferencedImageSequence[0].ReferencedSOPInstanceUID = pseudonym("another")

    assert pair.failed(edit)["uid_consistent"] == "(0008,1155) is not the pseudonym of the original"


def test_the_editors_own_word_is_not_enough_for_a_uid(pair: Pair) -> None:
    """Even when the editor says it wrote that very value, it must be the pseudonym."""
    values = dict(pair.case().expected_values) | {"(0020,000e)": "2.25.5"}
    found = pair.failed(lambda data: setattr(data, "SeriesInstanceUID", "2.25.5"), expected_values=values)
    assert found == {"uid_consistent": "(0020,000e) is not the pseudonym of the original"}


def test_a_class_uid_that_changed_is_found(pair: Pair) -> None:
    def edit(data: Dataset) -> None:
        data.ReferencedImageSequence[0].ReferencedSOPClassUID = pseudonym("class")

    assert pair.failed(edit)["uid_consistent"] == "(0008,1150) has changed"


def test_instance_uids_may_only_stay_when_the_option_is_claimed(tmp_path: Path) -> None:
    kept = ("(0008,0018)", "(0020,000d)", "(0020,000e)", "(0008,1140)[0].(0008,1155)")
    pair = Pair(tmp_path, kept=kept)
    pair.data.SOPInstanceUID, pair.data.StudyInstanceUID, pair.data.SeriesInstanceUID = INSTANCE, STUDY, SERIES
    pair.data.ReferencedImageSequence[0].ReferencedSOPInstanceUID = REFERENCED
    assert set(pair.failed()) == {"uid_changed", "uid_consistent"}
    pair.data.DeidentificationMethodCodeSequence.append(code_item("113110"))
    assert pair.failed() == {}


@pytest.mark.filterwarnings("ignore:.*:UserWarning")  # pydicom warns of what it is made to write
@pytest.mark.parametrize("uid", ["1.2.03", "2.25." + "1" * 70, "1..2", "abc"])
def test_an_invalid_uid_is_found(pair: Pair, uid: str) -> None:
    assert (
        "(0020,0052) is no valid UID" in pair.failed(lambda data: data.add_new(0x00200052, "UI", uid))["uid_consistent"]
    )


def with_frames(tmp_path: Path, change: ElementChange, new: str) -> dict[str, str]:
    """A pair whose source has a device UID, rewritten by some rule."""
    source = source_data_set()
    source.DeviceUID = "1.2.3.4.5"
    pair = Pair(tmp_path, source_data=source)
    changes = [*pair.case().element_changes, change]
    values = dict(pair.case().expected_values) | {change.tag_path: new}
    edit: Callable[[Dataset], Any] = lambda data: setattr(data, "DeviceUID", new)  # noqa: E731
    return pair.failed(edit, element_changes=changes, expected_values=values)


def test_a_rule_that_puts_a_dummy_in_place_of_a_uid_is_consistent_one_that_maps_is_not(tmp_path: Path) -> None:
    change = ElementChange("st-1", "s", "(0018,1002)", "replaceWithDummy", "rule", "2.25.0")
    assert with_frames(tmp_path, change, "2.25.0") == {}
    assert set(with_frames(tmp_path, change._replace(action="hashId"), "2.25.0")) == {"uid_consistent"}
