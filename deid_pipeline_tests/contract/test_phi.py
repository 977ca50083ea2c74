"""What every recognizer of the PHI room keeps to."""

from __future__ import annotations

import importlib
import pickle
import typing
from pathlib import Path

import pytest

from deid_pipeline import phi
from deid_pipeline.model import ElementRow, IdentifierKind
from deid_pipeline.phi import RECOGNIZERS, Cleaner, CleaningMode, Recognizer, cleaner_for, harvest

PLAIN_FILES = {"__init__", "protocol", "identifiers", "spellings", "words", "labelling"}
CLEANING_FILES = {
    "cleaning",
    "code_words",
    "first_look",
    "header_index",
    "header_spellings",
    "header_traces",
    "header_words",
    "ordinary",
    "replacing",
    "text_dates",
    "text_names",
    "text_numbers",
    "text_places",
    "text_tokens",
    "text_words",
}
HEADER = harvest([ElementRow("", "", "(0010,0010)", "00100010", "PN", "PatientName", "", "DAVIDSON^DOUGLAS")])
TEXTS = ["", " ", "Name: DAVIDSON DOUGLAS 2013-07-13", "ﬁ ß İ 山田 ½", "\x00\ufffd", "DAVIDSON" * 50]


def test_every_file_of_the_room_is_a_registered_member_or_known_as_none() -> None:
    files = {path.stem for path in Path(str(phi.__file__)).parent.glob("*.py")} - PLAIN_FILES - CLEANING_FILES
    assert files == {recognizer.name for recognizer in RECOGNIZERS}
    for name in files:
        assert importlib.import_module(f"deid_pipeline.phi.{name}").__doc__


@pytest.mark.parametrize("recognizer", RECOGNIZERS, ids=lambda recognizer: recognizer.name)
@pytest.mark.parametrize("text", TEXTS)
def test_spans_lie_in_the_text_and_reasons_hold_none_of_it(recognizer: Recognizer, text: str) -> None:
    for span in recognizer.find(text, HEADER):
        assert 0 <= span.start < span.end <= len(text)
        assert span.entity in set(IdentifierKind)
        assert 0 < span.score <= 1
        assert text[span.start : span.end] not in span.reason


@pytest.mark.parametrize("recognizer", RECOGNIZERS, ids=lambda recognizer: recognizer.name)
def test_recognizers_travel_to_worker_processes(recognizer: Recognizer) -> None:
    again = pickle.loads(pickle.dumps(recognizer))
    assert again.find(TEXTS[2], HEADER) == recognizer.find(TEXTS[2], HEADER)


def test_every_file_of_the_cleaning_says_what_belongs_in_it() -> None:
    for name in CLEANING_FILES:
        assert "does not" in str(importlib.import_module(f"deid_pipeline.phi.{name}").__doc__), name


@pytest.mark.parametrize("mode", typing.get_args(CleaningMode))
@pytest.mark.parametrize("text", TEXTS)
def test_every_mode_of_cleaning_leaves_no_name_and_takes_any_text(mode: CleaningMode, text: str) -> None:
    cleaner = cleaner_for(HEADER, pseudonym=lambda *_: "X", days_offset=-1)
    assert isinstance(cleaner, Cleaner)
    assert "DAVIDSON" not in cleaner.clean(text, mode)


def test_modes_are_those_of_the_actions() -> None:
    from deid_pipeline.actions import protocol

    assert typing.get_args(CleaningMode) == typing.get_args(protocol.CleaningMode)


def test_no_word_protects_and_names_alone_at_once() -> None:
    from deid_pipeline.phi.text_words import Flag, flags

    assert not [word for word, known in flags().items() if known & Flag.GIVEN and known & Flag.SAFE]
