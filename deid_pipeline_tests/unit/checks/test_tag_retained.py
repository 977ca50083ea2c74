"""Elements that were lost, altered, added or not rewritten as planned."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from deid_pipeline.checks import run_checks
from deid_pipeline.model import ElementChange
from deid_pipeline_tests.unit.checks.pair import INSTANCE, Pair, failures, source_data_set


@pytest.mark.parametrize(
    ("edit", "detail"),
    [
        (lambda data: data.pop("Manufacturer"), "(0008,0070) is missing"),
        (lambda data: setattr(data, "Manufacturer", "Other"), "(0008,0070) has changed"),
        (lambda data: setattr(data, "Manufacturer", ""), "(0008,0070) has changed"),
        (lambda data: data.add_new(0x00080070, "SH", "Maker"), "(0008,0070) has another VR"),
        (lambda data: data.ReferencedImageSequence[0].pop("ReferencedSOPClassUID"), "(0008,1150) is missing"),
        (lambda data: data.ReferencedImageSequence.append(Dataset()), "(0008,1140) has another number of items"),
        (lambda data: setattr(data, "KVP", "120"), "(0018,0060) came from nowhere"),
        (lambda data: setattr(data, "PatientName", "Some^Body"), "(0010,0010) is not as it was rewritten"),
        (lambda data: data.pop("PatientName"), "(0010,0010) was to be rewritten"),
        (lambda data: setattr(data, "StudyDescription", "Abdomen"), "(0008,1030) was to be removed"),
        (lambda data: setattr(data, "StudyDescription", ""), "(0008,1030) was to be removed"),
        (lambda data: data.pop("PixelData"), "(7fe0,0010) is missing"),
    ],
)
def test_each_kind_of_difference_is_named(pair: Pair, edit: Callable[[Dataset], Any], detail: str) -> None:
    if "7fe0" in detail:
        pair.save()
        content = pair.output_path.read_bytes()
        pair.output_path.write_bytes(content[: content.index(b"\xe0\x7f\x10\x00OW")])
        assert detail in failures(run_checks(pair.case()))["tag_retained"]
    else:
        assert pair.failed(edit)["tag_retained"] == detail


def test_a_change_of_padding_alone_is_a_change(pair: Pair) -> None:
    def edit(content: bytearray) -> None:
        at = content.index(b"Maker ")
        content[at + 5] = 0

    assert pair.failed_bytes(edit)["tag_retained"] == "(0008,0070) has changed"


@pytest.mark.parametrize(
    ("value", "passes"), [(b"Maker ", True), (b"Maker\0", True), (b"Makerx", False), (b"Mak", False)]
)
def test_an_odd_value_may_get_its_padding_byte_and_no_other(pair: Pair, value: bytes, *, passes: bool) -> None:
    content = pair.source_path.read_bytes()
    at = content.index(b"\x08\x00\x70\x00LO")
    pair.source_path.write_bytes(content[: at + 6] + b"\5\0Maker" + content[at + 14 :])

    def edit(made: bytearray) -> None:
        place = made.index(b"\x08\x00\x70\x00LO")
        made[place + 6 : place + 14] = len(value).to_bytes(2, "little") + value

    assert ("tag_retained" not in pair.failed_bytes(edit)) is passes


def test_elements_in_a_removed_sequence_need_no_record_of_their_own(pair: Pair) -> None:
    changes = [change for change in pair.case().element_changes if "[" not in change.tag_path]
    changes.append(ElementChange("", "", "(0008,1140)", "delete", "", None))
    values = {path: text for path, text in pair.case().expected_values.items() if "[" not in path}
    edit: Callable[[Dataset], Any] = lambda data: data.pop("ReferencedImageSequence")  # noqa: E731
    assert pair.failed(edit, element_changes=changes, expected_values=values) == {}
    assert (
        "(0008,1140) was to be removed" in pair.failed(element_changes=changes, expected_values=values)["tag_retained"]
    )


def test_a_sequence_filled_anew_may_hold_new_elements(pair: Pair) -> None:
    def edit(data: Dataset) -> None:
        item = Dataset()
        item.CodeValue = "new"
        data.ReferencedImageSequence = Sequence([item])

    changes = [change for change in pair.case().element_changes if "[" not in change.tag_path]
    changes.append(ElementChange("", "", "(0008,1140)", "dummy", "", ""))
    values = {path: text for path, text in pair.case().expected_values.items() if "[" not in path} | {"(0008,1140)": ""}
    assert pair.failed(edit, element_changes=changes, expected_values=values) == {}


def test_retired_group_lengths_may_go(tmp_path: Any) -> None:
    source = source_data_set()
    pair = Pair(tmp_path, source_data=source)
    content = pair.source_path.read_bytes()
    at = content.index(b"\x08\x00\x05\x00CS")
    pair.source_path.write_bytes(content[:at] + b"\x08\0\0\0UL\x04\0\x01\0\0\0" + content[at:])
    assert pair.failed() == {}


def test_an_element_twice_and_tags_out_of_order_are_found(pair: Pair) -> None:
    def edit(content: bytearray) -> None:
        at = content.index(b"\x08\x00\x70\x00LO")
        content[at:at] = b"\x08\x00\x70\x00LO\x06\x00Maker "

    assert pair.failed_bytes(edit)["tag_retained"] == "(0008,0070) is there more often; tags do not ascend"


def test_a_private_element_is_named_by_its_tag_alone(pair: Pair) -> None:
    def edit(data: Dataset) -> None:
        data.private_block(0x0029, "SECRET WORD", create=True).add_new(0x01, "LO", INSTANCE)

    detail = pair.failed(edit)["tag_retained"]
    assert detail == "(0029,0010) came from nowhere; (0029,1001) came from nowhere"
