"""The law of the first look: what it finds no trace of, the finders find nothing in."""

from __future__ import annotations

import os

from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from deid_pipeline.model import ElementRow, IdentifierKind
from deid_pipeline.phi import CleaningMode, cleaner_for, cleaner_of, harvest, identifying_values
from deid_pipeline.phi.cleaning import Finder
from deid_pipeline.phi.first_look import first_look
from deid_pipeline.phi.text_tokens import Tokens

EXAMPLES = int(os.environ.get("CLEANING_EXAMPLES", "1500"))
KNOWN_ONLY: tuple[CleaningMode, ...] = ("own", "header")
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


def is_looked_through(finder: Finder, text: str) -> bool:
    """Whether the first look is not enough."""
    look = first_look(text)
    return look is None or finder._traces.may_be_in(look) or finder._traces.says_date(look)


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
@settings(max_examples=EXAMPLES, deadline=None)
@given(case=CASES)
def test_looking_first_finds_what_looking_through_finds(case: tuple[dict[IdentifierKind, list[str]], str]) -> None:
    header, text = case
    finder = cleaner_of(frozenset((kind, value) for kind, values in header.items() for value in values))._finder
    event(f"looked through: {is_looked_through(finder, text)}")
    for places in (True, False):
        found, dates = finder.find(text, places=places)
        expected, expected_dates = finder.search(Tokens(text), places=places)
        assert (list(found), dict(dates)) == (expected, expected_dates)
    for mode in KNOWN_ONLY:
        assert list(finder.find_known(text, mode)) == finder.search_known(Tokens(text), mode)


@settings(max_examples=EXAMPLES, deadline=None)
@given(header=HEADERS)
def test_values_without_spellings_are_those_that_are_harvested(header: dict[IdentifierKind, list[str]]) -> None:
    for kind, values in header.items():
        vr, keyword = KINDS[kind]
        for value in values:
            harvested = [(one.kind, one.value) for one in harvest([ElementRow("", "", "", "", vr, keyword, "", value)])]
            assert list(dict.fromkeys(identifying_values(vr, keyword, value))) == list(dict.fromkeys(harvested))


def test_a_text_that_has_nothing_of_the_header_is_not_looked_through() -> None:
    header = {
        IdentifierKind.NAME: "DAVIDSON^DOUGLAS",
        IdentifierKind.ID: "292821506",
        IdentifierKind.DATE: "20130713",
        IdentifierKind.PLACE: "Mercy General Hospital, 12 Oak St",
        IdentifierKind.CONTACT: "614-555-0188",
    }
    finder = cleaner_of(frozenset(header.items()))._finder
    for text in ("SIEMENS", "syngo MR B17", "Philips Medical Systems", "5.2", "CHEST 2 views 12/2019"):
        assert not is_looked_through(finder, text), text
    for kind, value in header.items():
        text = f"CHEST {value} AP"
        assert is_looked_through(finder, text), kind
        look = first_look(text)
        assert look is not None
        assert finder._traces.says_date(look) is not finder._traces.may_be_in(look) is (kind is not IdentifierKind.DATE)


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
