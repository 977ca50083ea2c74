"""Names, ids and places of a header that are also everybody's words: one judgement for the cleaning and the gate."""

from __future__ import annotations

import pytest

from deid_pipeline.model import ElementRow, Identifier
from deid_pipeline.phi import cleaner_for, harvest, still_names


def header(**values: str) -> tuple[Identifier, ...]:
    vrs = {"PatientName": "PN", "PatientID": "LO"}
    return harvest(
        ElementRow("", "", "(0010,0010)", "00100010", vrs.get(keyword, "LO"), keyword, "", value)
        for keyword, value in values.items()
    )


@pytest.mark.parametrize(
    ("name", "text", "clean"),
    [
        ("Long^A", "Long leg Long", "Long leg Long"),
        ("Long^A", "LONG", ""),
        ("Long^A", "Dr. Long", ""),
        ("Long^A", "for long axis", "for long axis"),
        ("Lee^May", "AX May be repeated", "AX May be repeated"),
        ("Head^John", "HEAD CT HEAD", "HEAD CT HEAD"),
        ("Head^John", "CT for Head", "CT"),
        ("Head^John", "for Head injury", "for Head injury"),
        ("Cox^Art", "Art phase Cox", "Art phase"),
        ("Thorax^Pat", "Thorax PA", "Thorax PA"),
        ("Baker^A", "Baker cyst", "Baker cyst"),
    ],
)
def test_a_surname_that_is_a_word_stays_without_a_context_and_is_no_leak_then(name: str, text: str, clean: str) -> None:
    identifiers = header(PatientName=name)
    assert cleaner_for(identifiers).clean(text, "remove") == clean
    assert not still_names(identifiers, clean)
    assert still_names(identifiers, text) == (clean != text)


def test_only_words_of_everybody_are_ordinary() -> None:
    (one,) = header(PatientName="Long^Ottoline")
    assert one.ordinary == {"long"}
    assert {"ottoline", "long ottoline", "ottolinelong"} <= set(one.spellings) - one.ordinary


@pytest.mark.parametrize("text", ["ABD 0042 X", "ABD_0042_X", "ABD (0042) X", "ABD 004 2 X", "ABD ID 42 X"])
def test_a_short_id_counts_with_its_zeros_or_behind_a_label(text: str) -> None:
    cleaned = cleaner_for(header(PatientID="0042")).clean(text, "remove")
    assert "42" not in cleaned.replace("004 2", "42")
    assert cleaned.startswith("ABD")
    assert cleaned.endswith("X")


@pytest.mark.parametrize("text", ["ABD 42 X", "TR 0042", "0042 ms"])
def test_a_short_id_without_its_zeros_and_a_number_that_measures_are_none(text: str) -> None:
    identifiers = header(PatientID="0042")
    assert cleaner_for(identifiers).clean(text, "remove") == text
    assert not still_names(identifiers, text)


def test_a_place_that_is_a_word_of_descriptors_is_not_looked_for_and_one_of_three_letters_is() -> None:
    identifiers = header(InstitutionName="MGH", InstitutionalDepartmentName="Chest")
    assert cleaner_for(identifiers).clean("CHEST PA at MGH", "remove") == "CHEST PA"
    assert [one.ordinary for one in identifiers] == [frozenset(), {"chest"}]
