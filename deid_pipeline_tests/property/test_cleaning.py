"""Laws of the cleaning of free text: nothing of an identifier is left in any spelling, nothing else is touched."""

from __future__ import annotations

import os
import re
import string
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from deid_pipeline.model import Identifier, IdentifierKind
from deid_pipeline.phi import cleaner_for
from deid_pipeline.phi.cleaning import CleaningMode
from deid_pipeline.phi.text_words import flags

EXAMPLES = int(os.environ.get("CLEANING_EXAMPLES", "200"))
MODES: tuple[CleaningMode, ...] = ("remove", "deid", "mask")
CLEAN = (
    "CT UROGRAM",
    "XR CHEST AP PORTABLE",
    "PRONE BREAST",
    "t2_spc_rst_axial obl_Prostate",
    "MRI PROSTATE W WO CONTRAST",
    "512x512 T2 3.0 mm b=1000 TR 4500",
    "Series 1002 B30f",
    "LONG AXIS CINE",
    "Head and neck, stable",
    "DBT slices 0.625 mm",
)
TEMPLATES = ("{} {}", "{} for {}", "{} - {}", "{} ({})", "{}, {}", "{}; {}")
SEPARATORS = ("", "-", " ", ".", "/", "_")

WORDS = st.text(string.ascii_uppercase, min_size=5, max_size=11).filter(lambda word: word.casefold() not in flags())
DAYS = st.dates(date(1931, 1, 1), date(2029, 12, 31))
NAME_FORMS: tuple[Callable[[str, str], str], ...] = (
    lambda family, given: f"{family}^{given}",
    lambda family, given: f"{given} {family}",
    lambda family, given: f"{family}, {given}".title(),
    lambda family, given: f"{given.title()} {family.title()}",
    lambda family, given: f"{family}_{given}".lower(),
    lambda family, given: f"{given}.{family}".lower(),
    lambda family, given: f"{given}{family}",
    lambda family, given: f"{family}{given}".lower(),
    lambda family, given: f"{given[0]}. {family.title()}",
    lambda family, given: f"{family}, {given[0]}.",
    lambda family, given: f"{given[0]}{family}".lower(),
    lambda family, _: f"{family}'s",
    lambda _, given: given.title(),
    lambda family, _: f"Dr. {family.title()}",
)
DATE_FORMS = (
    *(
        "%Y%m%d",
        "%Y-%m-%d",
        "%Y/%m/%d",
        "%Y.%m.%d",
        "%d.%m.%Y",
        "%m/%d/%Y",
        "%d/%m/%Y",
        "%m-%d-%Y",
        "%m/%d/%y",
        "%d.%m.%y",
    ),
    *("%d %b %Y", "%d-%b-%Y", "%d%b%Y", "%b %d, %Y", "%B %d, %Y", "%d %B %Y", "%B %d %Y", "%b %Y", "%B %Y", "%b-%d-%Y"),
    *("%Y-%b-%d", "%d-%b-%y", "%m%d%Y", "%d%m%Y", "%Y%m%d123456", "%y%m%d", "%m/%Y", "%Y %b %d", "%d. %B %Y"),
)


def known(kind: IdentifierKind, value: str) -> Identifier:
    return Identifier(kind, "", value, ())


def assert_only_clean_is_left(identifiers: list[Identifier], clean: str, template: str, written: str) -> None:
    cleaner = cleaner_for(identifiers)
    text = template.format(clean, written)
    assert cleaner.clean(text, "remove") == clean
    front = f"{written} {clean}"
    assert cleaner.clean(front, "remove") == clean
    for mode in MODES:
        for one in (text, front):
            cleaned = cleaner.clean(one, mode)
            assert cleaner.clean(cleaned, mode) == cleaned
            assert clean in cleaned
            if mode == "mask":
                assert len(cleaned) == len(one)
            rest = re.sub("<[A-Z]+>", "", cleaned.replace(clean, ""))
            assert not any(map(str.isalnum, re.sub(r"\bfor\b|\bdr\b", "", rest, flags=re.IGNORECASE)))


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.sampled_from(CLEAN), st.sampled_from(TEMPLATES), WORDS, WORDS, st.sampled_from(NAME_FORMS))
def test_a_name_goes_in_every_spelling_and_nothing_else(
    clean: str, template: str, family: str, given_name: str, form: Callable[[str, str], str]
) -> None:
    identifiers = [known(IdentifierKind.NAME, f"{family}^{given_name}")]
    assert_only_clean_is_left(identifiers, clean, template, form(family, given_name))


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    st.sampled_from(CLEAN),
    st.sampled_from(TEMPLATES),
    st.integers(10_000, 10**11),
    st.integers(0, 3),
    st.sampled_from(SEPARATORS),
    st.integers(1, 4),
)
def test_an_id_goes_with_and_without_zeros_and_separators(
    clean: str, template: str, number: int, zeros: int, separator: str, at: int
) -> None:
    digits = f"{number}"
    assume(digits[at] != "0")  # a group of its own would lose its zeros
    written = "0" * zeros + digits[:at] + separator + digits[at:]
    assert_only_clean_is_left([known(IdentifierKind.ID, digits)], clean, template, written)
    assert_only_clean_is_left([known(IdentifierKind.ID, written)], clean, template, digits)


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    st.sampled_from(CLEAN), st.sampled_from(TEMPLATES), DAYS, st.sampled_from(DATE_FORMS), st.booleans(), st.booleans()
)
def test_a_date_goes_in_every_spelling_whether_the_header_has_it_or_not(
    clean: str, template: str, day: date, form: str, capitals: bool, in_header: bool
) -> None:
    assume(in_header or form != "%y%m%d")
    written = day.strftime(form)
    identifiers = [known(IdentifierKind.DATE, f"{day:%Y%m%d}")] if in_header else []
    assert_only_clean_is_left(identifiers, clean, template, written.upper() if capitals else written)


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    DAYS,
    st.integers(1, 4000),
    st.sampled_from([form for form in DATE_FORMS if "%b %Y" != form != "%B %Y" and form != "%m/%Y"]),
)
def test_a_date_of_the_header_moves_in_its_own_spelling(day: date, days: int, form: str) -> None:
    moved = day - timedelta(days=days)
    assume(5 not in (day.month, moved.month) or "%b" not in form)  # in English, May is short and not
    assume(form != "%y%m%d" or day.year % 100 > 31)
    assume(day.day != day.month)  # else which is which cannot be told
    cleaner = cleaner_for([known(IdentifierKind.DATE, f"{day:%Y%m%d}")], days_offset=-days)
    written = cleaner.clean(f"CT {day.strftime(form)} AP", "surrogate")
    expected = f"CT {moved.strftime(form)} AP"
    assert re.sub(r"\b0(\d)\b", r"\1", written) == re.sub(r"\b0(\d)\b", r"\1", expected)


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    st.lists(st.sampled_from(CLEAN), min_size=1, max_size=6),
    st.sampled_from([" ", ", ", "; ", "\n", "  "]),
    WORDS,
    DAYS,
)
def test_text_without_identifiers_stays_as_it_is(parts: list[str], sign: str, family: str, day: date) -> None:
    identifiers = [known(IdentifierKind.NAME, f"{family}^ANY"), known(IdentifierKind.DATE, f"{day:%Y%m%d}")]
    text = sign.join(parts)
    for mode in (*MODES, "surrogate"):
        assert cleaner_for(identifiers, days_offset=-9).clean(text, mode) == text


PIECES = st.sampled_from(
    [
        *"DDr.^-_/:,;()[]<>*' \n0123456789",
        "for",
        "Dr.",
        "MRN",
        "DAVIDSON",
        "Douglas",
        "2013",
        "07",
        "13",
        "Jul",
        "<NAME>",
        "**",
        "山田",
    ]
)
ANY_TEXT = (
    st.text(max_size=60) | st.lists(PIECES, max_size=25).map("".join) | st.lists(PIECES, max_size=25).map(" ".join)
)
HEADER = [
    known(IdentifierKind.NAME, "DAVIDSON^DOUGLAS=山田^太郎"),
    known(IdentifierKind.ID, "0013-07-A"),
    known(IdentifierKind.DATE, "20130713"),
    known(IdentifierKind.PLACE, "Mercy General Hospital, 12 Oak St"),
    known(IdentifierKind.CONTACT, "614-555-0188"),
]


@pytest.mark.parametrize("mode", MODES)
@settings(max_examples=EXAMPLES, deadline=None)
@given(text=ANY_TEXT)
def test_cleaning_twice_is_cleaning_once_whatever_the_text(mode: CleaningMode, text: str) -> None:
    cleaner = cleaner_for(HEADER)
    once = cleaner.clean(text, mode)
    assert cleaner.clean(once, mode) == once
    assert "davidson" not in once.casefold()
    if mode == "mask":
        assert len(once) == len(text)
        assert all(new in (old, "*") for new, old in zip(once, text, strict=True))


@settings(max_examples=EXAMPLES, deadline=None)
@given(text=ANY_TEXT)
def test_surrogates_never_leave_the_name(text: str) -> None:
    cleaner = cleaner_for(HEADER, pseudonym=lambda *_: "PSEUDO", days_offset=-1000)
    assert "davidson" not in cleaner.clean(text, "surrogate").casefold()
