"""Codes of local schemes are cleaned; those of registered ones stay, their meanings but for what the header names."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from deid_pipeline.actions import ElementValue
from deid_pipeline.actions.clean_code import CleanCode
from deid_pipeline.errors import StrategyError
from deid_pipeline_tests.acting import CONTEXT
from deid_pipeline_tests.data_sets import pseudonyms
from deid_pipeline_tests.instances import small_ct
from deid_pipeline_tests.releasing import release


def cleaned(scheme: bytes | None, raw: bytes, tag: int = 0x00080104) -> bytes | None:
    element = ElementValue(
        tag,
        "LO",
        raw,
        ("iso8859",),
        pseudonyms(),
        context=CONTEXT,
        beside=lambda tag: (scheme or b"") if tag == 0x00080102 else b"",
    )
    return CleanCode().bind("remove", vr="LO")(element)


@pytest.mark.parametrize("scheme", [b"SCT ", b"DCM", b"SRT\0", b"LN", b"sct"])
def test_registered_schemes_stay(scheme: bytes) -> None:
    assert cleaned(scheme, b"DOE-7 ", 0x00080100) == b"DOE-7 "
    assert cleaned(scheme, b"seen by Doe ") == b""  # the tests' cleaner finds an identifier in everything


@pytest.mark.parametrize("scheme", [b"99LOCAL ", b"99SCT", b"MERCY ", b"", None])
def test_local_and_unnamed_schemes_are_cleaned(scheme: bytes | None) -> None:
    assert cleaned(scheme, b"chest of Doe") == b""  # the tests' cleaner finds an identifier in everything


def test_an_option_is_a_mode() -> None:
    with pytest.raises(StrategyError, match="cleanCode"):
        CleanCode().bind("thoroughly", vr="LO")


@pytest.mark.parametrize("strategy", ["basic", "midi_b"])
def test_names_and_ids_go_from_a_hospitals_own_codes_alone(tmp_path: Path, strategy: str) -> None:
    local, known = Dataset(), Dataset()
    local.CodeValue, local.CodingSchemeDesignator = "QF-0042917", "99MERCY"
    local.CodeMeaning = "CT thorax for Ottoline Quillfeather"
    known.CodeValue, known.CodingSchemeDesignator, known.CodeMeaning = "51185008", "SCT", "Chest"
    dataset = small_ct()
    dataset.AnatomicRegionSequence = [local, known]
    result = release(tmp_path, dataset, strategy)
    assert (result.status, result.reason) == ("released", "")
    first, second = result.dataset.AnatomicRegionSequence
    assert (first.CodeValue, first.CodeMeaning) == ("UNKNOWN", "CT thorax")
    assert second == known
