"""Damaged files: read as far as they are sound, or refused with a place and without a value. Nothing else ever."""

from __future__ import annotations

import logging
import random
import re
import struct
import time
from pathlib import Path

import pytest

from deid_pipeline.dicom import open_dicom
from deid_pipeline.errors import SourceDataError
from deid_pipeline.strategy import CompiledStrategy, load
from deid_pipeline_tests.data_sets import (
    EXPLICIT,
    ITEM,
    ITEM_END,
    SEQUENCE_END,
    UNDEFINED,
    explicit,
    implicit,
    item,
    open_item,
    open_sequence,
    put,
    raw_file,
)
from deid_pipeline_tests.unit.dicom.damage import CANARY, data_sets, file_bytes, go_through, mutant

SAMPLES = data_sets()
MUTANTS_OF_EACH = 2000  # of five samples: 10,000
_LONGEST = 2.0  # CPU seconds that one of them may take; most take a few tenths of a millisecond


@pytest.fixture(scope="module")
def basic() -> CompiledStrategy:
    return load("basic")


def outcome(path: Path, strategy: CompiledStrategy) -> SourceDataError | bytes:
    try:
        return go_through(path, strategy)
    except SourceDataError as refusal:
        error = refusal
    assert CANARY not in str(error) + error.tag_path
    return error


@pytest.mark.parametrize("name", SAMPLES)
def test_the_whole_samples_are_sound(tmp_path: Path, basic: CompiledStrategy, name: str) -> None:
    path = tmp_path / "a.dcm"
    path.write_bytes(file_bytes(*SAMPLES[name]))
    edited = outcome(path, basic)
    assert isinstance(edited, bytes)
    path.write_bytes(edited)
    with open_dicom(path) as file:
        assert CANARY.encode() not in bytes(file.buffer[:])


@pytest.mark.parametrize("name", SAMPLES)
def test_a_file_cut_anywhere_is_read_up_to_an_elements_end_or_refused(
    tmp_path: Path, basic: CompiledStrategy, name: str
) -> None:
    syntax, data = SAMPLES[name]
    whole, path = file_bytes(syntax, data), tmp_path / "a.dcm"
    path.write_bytes(whole)
    with open_dicom(path) as file:
        sound = set() if file.is_deflated else {element.end for element in file.elements}
    read = set()
    for length in range(len(whole)):
        if isinstance(outcome(put(path, whole[:length]), basic), bytes):
            read.add(length)
    assert read == sound - {len(whole)}


PLACED = re.compile(r"\((?:\([0-9a-f]{4},[0-9a-f]{4}\)(?:\[\d+\]\.)?)*(?: at )?byte \d+\)$")
NAME = explicit(0x00100010, "PN", b"CANARYVALUE ")
LURE = implicit(SEQUENCE_END)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (explicit(0x00100010, "??", b"CANARYVALUE "), "no valid VR"),
        (explicit(0x00100010, "pn", b"CANARYVALUE "), "no valid VR"),
        (explicit(0x00100010, "PN", b"CANARYVALUE ", length=60_000), "inside an element's value"),
        (explicit(0x00100010, "UT", b"CANARYVALUE ", length=0xFFFFFFFE), "inside an element's value"),
        (explicit(0x00100010, "UT", b"CANARYVALUE ", length=UNDEFINED), "undefined length"),
        (explicit(0x00081140, "SQ", item(NAME), length=0xFFFFFFF0), "inside an element's value"),
        (explicit(0x00081140, "SQ", item(NAME, length=500)), "behind its sequence"),
        (explicit(0x00081140, "SQ", item(NAME, length=0xFFFFFFFE)), "behind its sequence"),
        (explicit(0x00081140, "SQ", item(NAME)[:-2]), "behind its sequence"),
        (explicit(0x00081140, "SQ", item(NAME, length=10)), "inside an element's value"),
        (explicit(0x00081140, "SQ", item(NAME) + b"\0\0"), "inside an item's header"),
        (explicit(0x00081140, "SQ", NAME), "something else than items"),
        (explicit(0x00081140, "SQ", LURE), "something else than items"),
        (explicit(0x00081140, "SQ", item(NAME), length=UNDEFINED), "has no end"),
        (explicit(0x00081140, "SQ", item(NAME, length=UNDEFINED)), "has no end"),
        (open_sequence(0x00081140, item(NAME, length=UNDEFINED)), "delimiter stands outside"),
        (open_sequence(0x00081140, open_item(LURE)), "delimiter stands outside"),
        (open_sequence(0x00081140, open_item(item(NAME))), "delimiter stands outside"),
        (open_sequence(0x00081140, implicit(ITEM_END)), "something else than items"),
        (NAME + implicit(ITEM_END), "delimiter stands outside"),
        (NAME + implicit(ITEM), "delimiter stands outside"),
        (LURE + NAME, "delimiter stands outside"),
        (explicit(0x7FE00010, "OB", item(b"ab"), length=UNDEFINED), "have no end"),
        (explicit(0x7FE00010, "OB", item(b"ab", length=500), length=UNDEFINED) + LURE, "fragment"),
        (explicit(0x7FE00010, "OB", item(b"ab", length=UNDEFINED), length=UNDEFINED) + LURE, "fragment"),
        (explicit(0x7FE00010, "OB", implicit(ITEM_END), length=UNDEFINED) + LURE, "fragment"),
        (explicit(0x7FE00010, "OB", NAME, length=UNDEFINED) + LURE, "fragment"),
        (NAME + b"\0" * 6, "inside an element's header"),
        (NAME + explicit(0x00100020, "UT")[:10], "inside an element's header"),
        (explicit(0x00081140, "UN", item(NAME)), "inside an element's value"),  # explicit where implicit belongs
    ],
)
def test_damage_is_told_with_its_place_and_no_value(
    tmp_path: Path, basic: CompiledStrategy, data: bytes, told: str
) -> None:
    sound = explicit(0x00080018, "UI", b"1.2\0")
    error = outcome(raw_file(tmp_path, sound + data), basic)
    assert isinstance(error, SourceDataError)
    assert told in str(error)
    assert PLACED.search(str(error)), str(error)
    assert error.offset is not None
    assert error.offset >= 132


@pytest.mark.parametrize("order", [1, -1])
def test_a_place_is_the_damaged_elements_own(tmp_path: Path, basic: CompiledStrategy, order: int) -> None:
    inner = [explicit(0x00080100, "SH", b"C1"), explicit(0x00080102, "??", b"CANARYVALUE ")][::order]
    data = explicit(0x00081140, "SQ", item() + item(b"".join(inner)))
    path = raw_file(tmp_path, data)
    error = outcome(path, basic)
    assert isinstance(error, SourceDataError)
    assert error.tag_path == "(0008,1140)[1].(0008,0102)"
    assert error.offset == path.read_bytes().index(struct.pack("<HH", 0x0008, 0x0102))


@pytest.mark.parametrize("depth", [101, 1000, 5000])
@pytest.mark.parametrize("form", ["defined", "open"])
def test_deep_nesting_is_refused_and_never_exhausts_the_stack(
    tmp_path: Path, basic: CompiledStrategy, depth: int, form: str
) -> None:
    if form == "open":
        head = explicit(0x00081140, "SQ", item(length=UNDEFINED), length=UNDEFINED)
        data = head * depth + NAME + (implicit(ITEM_END) + LURE) * depth
    else:
        heads, inside = [], len(NAME)
        for _ in range(depth):
            heads.append(explicit(0x00081140, "SQ", length=inside + 8) + item(length=inside))
            inside += 20
        data = b"".join(reversed(heads)) + NAME
    error = outcome(raw_file(tmp_path, data), basic)
    assert isinstance(error, SourceDataError)
    assert "nested deeper" in str(error)
    assert len(str(error)) < 3000


def test_the_deepest_allowed_nesting_is_read_and_edited(tmp_path: Path) -> None:
    strategy = load("basic")
    head = explicit(0x00081140, "SQ", item(length=UNDEFINED), length=UNDEFINED)
    data = head * 100 + NAME + (implicit(ITEM_END) + LURE) * 100
    edited = outcome(raw_file(tmp_path, data), strategy)
    assert isinstance(edited, bytes)
    assert CANARY.encode() not in edited


@pytest.mark.parametrize("name", SAMPLES)
def test_ten_thousand_damaged_files_are_read_or_refused(
    tmp_path: Path, basic: CompiledStrategy, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    syntax, data = SAMPLES[name]
    chance = random.Random(f"damage to {name}")
    path, read = tmp_path / "a.dcm", 0
    with caplog.at_level(logging.DEBUG):
        for _ in range(MUTANTS_OF_EACH):
            if syntax == SAMPLES["deflated"][0] and chance.random() < 0.7:
                content = file_bytes(syntax, mutant(bytes(132) + data, chance)[132:])
            else:
                content = mutant(file_bytes(syntax, data), chance)
            start = time.process_time()
            edited = outcome(put(path, content), basic)
            assert time.process_time() - start < _LONGEST
            if isinstance(edited, bytes):  # what came out can be read again, and editing is done with it
                read += 1
                assert isinstance(outcome(put(path, edited), basic), bytes)
            else:
                assert str(edited)
    assert CANARY not in caplog.text
    assert 0 < read < MUTANTS_OF_EACH


def test_an_explicit_file_named_implicit_and_the_reverse_are_refused(tmp_path: Path, basic: CompiledStrategy) -> None:
    for data, syntax in ((SAMPLES["explicit"][1], SAMPLES["implicit"][0]), (SAMPLES["implicit"][1], EXPLICIT)):
        assert isinstance(outcome(raw_file(tmp_path, data, syntax), basic), SourceDataError)
