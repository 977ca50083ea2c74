"""What every check keeps to."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import JPEGBaseline8Bit

from deid_pipeline import checks
from deid_pipeline.checks import CHECKS, Check, CheckCase, Outcome, run_checks
from deid_pipeline.errors import SourceDataError
from deid_pipeline_tests.unit.checks.pair import INSTANCE, Pair, source_data_set

PLAIN_FILES = {
    "__init__",
    "case",
    "codestreams",
    "decoding",
    "decompressed",
    "expected",
    "extremes",
    "leaf",
    "needles",
    "protocol",
    "reading",
    "resemblance",
    "running",
    "samples",
    "scanning",
}


def flip_outside(data: Dataset) -> None:
    pixels = bytearray(data.PixelData)
    pixels[0] ^= 1
    data.PixelData = bytes(pixels)


def flip_inside(data: Dataset) -> None:
    pixels = bytearray(data.PixelData)
    pixels[(24 * 32 + 5 * 32 + 6) * 2] ^= 1
    data.PixelData = bytes(pixels)


def set_unused_bit(data: Dataset) -> None:
    pixels = bytearray(data.PixelData)
    pixels[1] |= 0x80
    data.PixelData = bytes(pixels)


def put_in_a_comment(data: Dataset) -> None:
    data.PixelData = encapsulate([compressed(frame, comment=b"a private note") for frame in (0, 1)])


def compressed(frame: int, *, comment: bytes = b"") -> bytes:
    """A JPEG stream without a picture."""
    segment = b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment
    return b"\xff\xd8" + segment + b"\xff\xda\x00\x02" + bytes([1 + frame]) * 4 + b"\xff\xd9"


VIOLATIONS: dict[str, Callable[[Dataset], Any]] = {
    "file_structure": lambda data: data.add_new(0x00290010, "LO", "ACME"),
    "markers": lambda data: data.pop("PatientIdentityRemoved"),
    "tag_retained": lambda data: setattr(data, "Manufacturer", "Maker 2"),
    "uid_changed": lambda data: setattr(data, "ImageComments", f"copy of {INSTANCE}"),
    "uid_consistent": lambda data: setattr(data, "SeriesInstanceUID", "2.25.12345"),
    "patid_consistent": lambda data: setattr(data, "PatientID", "4711"),
    "date_shifted": lambda data: setattr(data, "StudyDate", "20130713"),
    "text_removed": lambda data: setattr(data, "ImageComments", "Quentin"),
    "pixels_retained": flip_outside,
    "pixels_hidden": flip_inside,
    "unused_bits": set_unused_bit,
    "overlay_planes": lambda data: data.add_new(0x60003000, "OW", b"\x01\x02"),
    "side_data_removed": put_in_a_comment,
}


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    return Pair(tmp_path)


def pair_for(name: str, folder: Path) -> Pair:
    """A clean pair in which the violation of a check can be planted."""
    if name != "side_data_removed":
        return Pair(folder)
    source = source_data_set()
    source.PixelData = encapsulate([compressed(0), compressed(1)])
    return Pair(folder, source_data=source, boxes={}, syntax=JPEGBaseline8Bit)


def test_every_file_of_the_room_is_a_registered_member_or_known_as_none() -> None:
    files = {path.stem for path in Path(str(checks.__file__)).parent.glob("*.py")} - PLAIN_FILES
    assert files == {check.name for check in CHECKS}
    for name in files:
        assert (importlib.import_module(f"deid_pipeline.checks.{name}").__doc__ or "").startswith("Check: ")


def test_names_are_unique_and_summaries_are_one_line() -> None:
    assert len({check.name for check in CHECKS}) == len(CHECKS)
    assert all(check.summary and "\n" not in check.summary for check in CHECKS)


def test_a_violation_is_known_for_every_check() -> None:
    assert set(VIOLATIONS) == {check.name for check in CHECKS}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_a_clean_pair_passes_with_nothing_to_say(check: Check, tmp_path: Path) -> None:
    pair = pair_for(check.name, tmp_path)
    pair.save()
    assert check.run(pair.case()) == Outcome(True, "")


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_a_planted_violation_fails_and_the_detail_says_where(check: Check, tmp_path: Path) -> None:
    pair = pair_for(check.name, tmp_path)
    pair.save(VIOLATIONS[check.name])
    answer = check.run(pair.case())
    assert not answer.passed
    assert answer.detail


@pytest.mark.parametrize("name", VIOLATIONS)
def test_no_detail_of_any_check_holds_a_value(name: str, tmp_path: Path) -> None:
    pair = pair_for(name, tmp_path)
    pair.save(VIOLATIONS[name])
    case = pair.case()
    values = {leaf.text.casefold() for file in (case.source, case.output) for leaf in file.leaves}
    values = {value for value in values if len(value) >= 4 and value not in {"head", "dcm"}}
    for result in run_checks(case):
        assert not [value for value in values if value in result.detail.casefold()]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
@pytest.mark.parametrize("content", [b"", b"no DICOM at all" * 20], ids=["empty", "garbage"])
def test_an_unreadable_output_never_passes(check: Check, pair: Pair, content: bytes) -> None:
    pair.output_path.write_bytes(content)
    (result,) = run_checks(pair.case(), checks=[check])
    assert not result.passed


@pytest.mark.parametrize("length", [200, 700, 1500, -1])
def test_an_output_cut_off_anywhere_never_passes(pair: Pair, length: int) -> None:
    pair.save()
    pair.output_path.write_bytes(pair.output_path.read_bytes()[:length])
    assert not all(result.passed for result in run_checks(pair.case()))


@pytest.mark.parametrize("error", [SourceDataError("x"), ValueError("secret"), KeyError("secret"), ZeroDivisionError()])
def test_a_check_that_crashes_is_neither_passed_nor_failed_and_its_message_is_not_told(
    pair: Pair, error: Exception
) -> None:
    class Crashing:
        name, summary = "crashing", "always crashes"

        def run(self, case: CheckCase) -> Outcome:  # noqa: ARG002 - the protocol's
            raise error

    pair.save()
    crashed, after = run_checks(pair.case(), checks=[Crashing(), CHECKS[0]])
    assert (crashed.check, crashed.passed, crashed.detail) == ("crashing", None, f"crashed: {type(error).__name__}")
    assert after.passed


def test_results_name_the_partition_and_the_output(pair: Pair) -> None:
    pair.save()
    assert {(result.partition_key, result.output_path) for result in run_checks(pair.case())} == {
        ("st-1", "output.dcm")
    }
