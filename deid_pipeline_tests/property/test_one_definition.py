"""The cleaning and the gate go by one definition: what was cleaned holds nothing that the gate looks for."""

from __future__ import annotations

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from deid_pipeline.checks.needles import needle_set
from deid_pipeline.model import ElementRow, Identifier
from deid_pipeline.phi import cleaner_for, harvest, still_names

NAMES = [
    "Long^May^Li", "Head^Art", "Baker^Seán", "Quillfeather^Ottoline", "Van der Berg^Mary Anne", "Müller^Jörg",
    "O'Connor^Li", "Test01^Qc", "Yamada^Taro=山田^太郎", "Man^Ual", "Abernathy-Quill^S",
]  # fmt: skip
IDS = ["0042", "42", "00000815", "46198", "A42", "MR01", "PORTABLE", "ABCD", "RU 889 10 2", "X-3391-ZA", "00123-B"]
PLACES = ["MGH", "Head Clinic", "CHEST", "Summit", "Mercy General Hospital", "4 West", "Ward 4B\r\nHarbour Street 12"]
CONTACTS = ["614-555-0188", "(614)555-0188", "jo@example.org"]
FIELDS = (("PN", "PatientName", NAMES), ("LO", "PatientID", IDS), ("SH", "AccessionNumber", IDS))
FIELDS += (("LO", "InstitutionName", PLACES), ("SH", "PatientTelephoneNumbers", CONTACTS))

VALUES = st.tuples(*(st.sampled_from(values) for _, _, values in FIELDS))
SIGNS = st.sampled_from(["", " ", "-", "_", "#", " (", ") ", "^", ", ", ".", "'s ", " for ", " Dr. ", "/", "  ", " 3"])
WORDS = st.sampled_from(["CT", "axis", "ms", "HEAD", "TR", "knee", "cyst", "x", "ID:", "follow-up", "May", "Long"])


def header(values: tuple[str, ...]) -> tuple[Identifier, ...]:
    rows = [
        ElementRow("", "", "(0010,0010)", "00100010", vr, keyword, "", value)
        for (vr, keyword, _), value in zip(FIELDS, values, strict=True)
    ]
    return harvest(rows)


@st.composite
def cases(draw: st.DrawFn) -> tuple[tuple[Identifier, ...], str]:
    identifiers = header(draw(VALUES))
    spellings = sorted({one for each in identifiers for one in each.spellings})
    pieces = []
    for _ in range(draw(st.integers(1, 4))):
        written = draw(st.sampled_from(spellings) | WORDS)
        pieces += [draw(st.sampled_from([str.upper, str.title, str.lower]))(written), draw(SIGNS)]
    return identifiers, "".join(pieces)


@settings(max_examples=500, deadline=None)
@given(cases(), st.sampled_from(["remove", "header", "deid"]))
def test_what_the_gate_looks_for_is_gone(case: tuple[tuple[Identifier, ...], str], mode: str) -> None:
    identifiers, text = case
    cleaned = cleaner_for(identifiers).clean(text, mode)  # type: ignore[arg-type]
    needles = needle_set(identifiers)
    folded = unicodedata.normalize("NFC", cleaned.casefold()).encode()
    for at, needle in needles.in_text.find(folded):
        spelling = needles.spellings[needle.key]
        inside_a_mark = folded[at - 1 : at] == b"<"
        assert inside_a_mark or (spelling.ordinary and not still_names(identifiers, cleaned)), (spelling, cleaned)
