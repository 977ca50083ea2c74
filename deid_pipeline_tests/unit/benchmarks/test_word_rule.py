"""The text rule: words are counted as the MIDI-B validator counts them."""

from __future__ import annotations

import pytest

from benchmarks.word_rule import share_present, tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("XR CHEST AP PORTABLE for Douglas Davidson", ["xr", "chest", "ap", "portable", "douglas", "davidson"]),
        ("BLADDER CA, 188.9, PRE-OP", ["bladder", "ca", "188.9", "pre-op"]),
        ("UNIQUE: S:200 FC d:1.7", ["unique", "s:200", "fc", "d:1.7"]),  # a colon before a digit does not part
        ("DOE^JOHN", ["doe^john"]),
        ("H20 & OMNI (oral)", ["h20", "omni", "oral"]),
        ("Seen. Again", ["seen"]),
        ("it's the", ["'s"]),
        ("for the", []),
    ],
)
def test_words_are_those_of_the_treebank_without_stop_words_and_punctuation(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


@pytest.mark.parametrize(
    ("wanted", "value", "share"),
    [
        ("1.50", "1.5", 1.0),  # numbers are compared as numbers
        ("15", "151", 0.0),
        ("-1024.0", "-1024", 0.0),  # but negative ones as text
        ("CT Chest", "<ct chest>", 1.0),
        ("CHEST AP", "AP of the CHEST", 1.0),  # each word, in any order
        ("CHEST AP", "CHEST", 0.5),
        ("DOE", "undoeing", 1.0),  # a word inside another one counts
        ("DOE^JOHN", "DOE JOHN", 0.0),
        ("for the", "chest", None),
    ],
)
def test_the_share_of_a_text_that_a_value_holds(wanted: str, value: str, share: float | None) -> None:
    assert share_present(wanted, value) == share
