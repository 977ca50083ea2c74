"""The law of the first look: what it finds no trace of, the finders find nothing in."""

from __future__ import annotations

import os

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from deid_pipeline.model import ElementRow, IdentifierKind
from deid_pipeline.phi import CleaningMode, cleaner_for, cleaner_of, harvest, identifying_values

EXAMPLES = int(os.environ.get("CLEANING_EXAMPLES", "300"))
MODES: tuple[CleaningMode, ...] = ("own", "header", "label", "remove", "deid", "mask", "surrogate")
KINDS = {
    IdentifierKind.NAME: ("PN", "PatientName"),
    IdentifierKind.ID: ("LO", "PatientID"),
    IdentifierKind.DATE: ("DA", "StudyDate"),
    IdentifierKind.PLACE: ("LO", "InstitutionName"),
    IdentifierKind.CONTACT: ("SH", "PatientTelephoneNumbers"),
}

LETTERS = st.text("abdeilnorsuäéßøЯ山", min_size=1, max_size=7)
NAMES = st.lists(
    LETTERS | st.sampled_from(["Ct1", "a1b2c3", "x_y_z", "van", "O'Neil"]), min_size=1, max_size=4
).flatmap(lambda parts: st.sampled_from("^^ ,=-").map(lambda sign: sign.join(parts)))
IDS = st.text("0012AB7-. ", min_size=1, max_size=9)
DAYS = st.dates().map(lambda day: f"{day:%Y%m%d}".zfill(8))
PLACES = st.lists(
    LETTERS | st.sampled_from(["Mercy", "General", "Hospital", "Suite 5", "00123", ",", "St."]), min_size=1, max_size=5
).map(" ".join)
PHONES = st.text("0123456789-() ", min_size=2, max_size=14)
VALUES = {
    IdentifierKind.NAME: NAMES,
    IdentifierKind.ID: IDS,
    IdentifierKind.DATE: DAYS,
    IdentifierKind.PLACE: PLACES,
    IdentifierKind.CONTACT: PHONES,
}
HEADERS = st.fixed_dictionaries({kind: st.lists(values, max_size=1) for kind, values in VALUES.items()})
OTHER_WORDS = st.sampled_from(
    """
    SIEMENS GE Philips syngo MR B17 VA25A_SP2 V5.0.1 1.2.3.4.5678.9.12 Chest HEAD for by Dr. id: MRN acc #77 No. on
    3/4 13.07.2013 Jul 2013 4 0 00 born J. DJ Suite T2 axial 07 1999 x ^ _ - / <NAME> ( ) * ü 山田 room name is
    """.split()
)


def mangled(value: str, how: int) -> str:
    """A header's value as it may stand in a text."""
    words = "".join(character if character.isalnum() else " " for character in value).split() or [value]
    digits = "".join(filter(str.isdecimal, value))
    forms = [value, *words, "".join(words), "".join(reversed(words)), "".join(word[0] for word in words).upper()]
    forms += [words[-1].title() + words[0].title(), words[0] + words[-1][:1], "_".join(words), value.lstrip("0")]
    forms += [f"{digits[4:6]}/{digits[6:8]}/{digits[:4]}", f"{digits[6:8]}.{digits[4:6]}.{digits[2:4]}", digits[2:]]
    form = forms[how % len(forms)]
    return (form, form.upper(), form.title(), f"Chest{form}", f"{form}s", f"00{form}")[how // len(forms) % 6]


def texts(header: dict[IdentifierKind, list[str]]) -> st.SearchStrategy[str]:
    """Texts with and without pieces of a header."""
    values = [value for found in header.values() for value in found] or ["x"]
    own = st.builds(mangled, st.sampled_from(values), st.integers(0, 1 << 16))
    return st.lists(own | OTHER_WORDS | OTHER_WORDS, min_size=1, max_size=4).flatmap(
        lambda pieces: st.sampled_from([" ", " ", "", "_", ", ", "-"]).map(lambda sign: sign.join(pieces))
    )


CASES = HEADERS.flatmap(lambda header: st.tuples(st.just(header), texts(header)))


def one(kind: IdentifierKind, value: str) -> dict[IdentifierKind, list[str]]:
    return {kind: [value]}


@example((one(IdentifierKind.NAME, "A B^C D^Smith"), "CHEST ABCD"))
@example((one(IdentifierKind.NAME, "smith li_wu"), "CHEST liwu li_wu"))
@example((one(IdentifierKind.NAME, "A12^B34^Smith"), "A12 B34"))
@example((one(IdentifierKind.NAME, "DOE^JOHN"), "for JD"))
@example((one(IdentifierKind.NAME, "Lee Davidson^Anna"), "ChestLee"))
@example((one(IdentifierKind.NAME, "MÜLLER^JÜRGEN"), "MUELLER"))
@example((one(IdentifierKind.ID, "12"), "patient id: 12"))
@example((one(IdentifierKind.ID, "10-010-001"), "10 10 1"))
@example((one(IdentifierKind.ID, "ID-Ä1234"), "id1234"))
@example((one(IdentifierKind.DATE, "20130713"), "7/13"))
@example((one(IdentifierKind.DATE, "20130713"), "July 2013"))
@example((one(IdentifierKind.PLACE, "Suite 5, 00123 Ulm"), "R123"))
@example((one(IdentifierKind.PLACE, "00000"), "T 0"))
@example((one(IdentifierKind.CONTACT, "0000012"), "T 12"))
@pytest.mark.parametrize("mode", MODES)
@settings(max_examples=EXAMPLES, deadline=None)
@given(case=CASES)
def test_what_the_first_look_passes_over_has_nothing_to_find(
    mode: CleaningMode, case: tuple[dict[IdentifierKind, list[str]], str]
) -> None:
    header, text = case
    known = frozenset((kind, value) for kind, values in header.items() for value in values)
    cleaner = cleaner_of(known, pseudonym=lambda *_: "PSEUDO", days_offset=-9)
    looked = cleaner._finder.may_find(text, mode)
    event(f"looked through: {looked}")
    if not looked:
        assert cleaner._cleaned(text, mode) == text


@settings(max_examples=EXAMPLES, deadline=None)
@given(header=HEADERS)
def test_values_without_spellings_are_those_that_are_harvested(header: dict[IdentifierKind, list[str]]) -> None:
    for kind, values in header.items():
        vr, keyword = KINDS[kind]
        for value in values:
            harvested = [(one.kind, one.value) for one in harvest([ElementRow("", "", "", "", vr, keyword, "", value)])]
            assert list(dict.fromkeys(identifying_values(vr, keyword, value))) == list(dict.fromkeys(harvested))


@pytest.mark.parametrize("mode", MODES)
def test_a_text_that_has_nothing_of_the_header_is_not_looked_through(mode: CleaningMode) -> None:
    header = {
        IdentifierKind.NAME: "DAVIDSON^DOUGLAS",
        IdentifierKind.ID: "292821506",
        IdentifierKind.DATE: "20130713",
        IdentifierKind.PLACE: "Mercy General Hospital, 12 Oak St",
        IdentifierKind.CONTACT: "614-555-0188",
    }
    finder = cleaner_of(frozenset(header.items()))._finder
    assert not any(
        finder.may_find(text, mode) for text in ("SIEMENS", "syngo MR B17", "Philips Medical Systems", "5.2")
    )
    for kind, value in header.items():
        assert finder.may_find(f"CHEST {value} AP", mode), kind


def test_a_cleaner_with_other_recognizers_looks_at_every_text() -> None:
    class Nothing:
        name = "nothing"
        asked = 0

        def find(self, *_: object) -> list[object]:
            self.asked += 1
            return []

    recognizer = Nothing()
    assert cleaner_for([], recognizers=[recognizer]).clean("SIEMENS", "remove") == "SIEMENS"  # type: ignore[list-item]
    assert recognizer.asked
