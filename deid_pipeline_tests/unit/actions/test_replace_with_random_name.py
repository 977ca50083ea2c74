"""Invented names: the same for the same person, never the person's."""

from __future__ import annotations

import re

import pytest
from pydicom.charset import decode_bytes, encode_string

from deid_pipeline.actions import NO_CONTEXT, ElementValue, InstanceContext, action_named
from deid_pipeline.actions.alphabets import _HAN, alphabet_of, written_in
from deid_pipeline.errors import StrategyError
from deid_pipeline_tests.data_sets import pseudonyms

PATIENT, PHYSICIAN = 0x00100010, 0x00080090


def renamed(
    raw: bytes, tag: int, *, encodings: tuple[str, ...] = ("iso8859",), patient_id: str = "P1", option: str = "",
    context: InstanceContext = NO_CONTEXT, vr: str = "PN",
) -> bytes:  # fmt: skip
    action = action_named("replaceWithRandomName")
    assert action is not None
    source = pseudonyms(patient_id=patient_id)
    new = action.bind(option, vr=vr)(ElementValue(tag, vr, raw, encodings, source, context=context))
    assert new is not None
    return new


def test_the_patients_name_belongs_to_the_pseudonym_not_to_the_spelling() -> None:
    assert renamed(b"Doe^Jane", PATIENT) == renamed(b"DOE, JANE ", PATIENT) == renamed(b"Smith^Jane", PATIENT)
    assert renamed(b"Doe^Jane", PATIENT) != renamed(b"Doe^Jane", PATIENT, patient_id="P2")


@pytest.mark.parametrize(
    "spelling",
    [
        b"Who^Doctor",
        b"WHO^DOCTOR",
        b"Who, Doctor",
        b"Doctor Who",
        b"who^doctor^^Dr^MD",
        b"Dr. Doctor WHO",
        b"Who^Doctor=x",
    ],
)
def test_a_person_is_known_in_every_spelling(spelling: bytes) -> None:
    family, given = renamed(b"Who^Doctor", PHYSICIAN).split(b"^")
    assert renamed(spelling, PHYSICIAN).split(b"=")[0].split(b"^")[:2] == [family, given]


@pytest.mark.parametrize("spelling", [b"Who^Doctor^X", b"Who^Doc", b"Whom^Doctor", b"Doctor", b"Who"])
def test_another_name_is_another_person(spelling: bytes) -> None:
    assert renamed(spelling, PHYSICIAN).split(b"^")[0] != renamed(b"Who^Doctor", PHYSICIAN).split(b"^")[0]


def test_the_patient_is_known_in_elements_for_others() -> None:
    context = InstanceContext(patient_name="Doe^Jane")
    assert (
        renamed(b"DOE, Jane", PHYSICIAN, context=context)
        == renamed(b"x", PATIENT) + b"^" + renamed(b"x^y", PATIENT).split(b"^")[1]
    )
    assert renamed(b"Doe^Jim", PHYSICIAN, context=context) == renamed(b"Doe^Jim", PHYSICIAN)


@pytest.mark.parametrize(
    ("source", "form"),
    [
        (b"Who", "a"), (b"Who^Doctor", "a^a"), (b"Who^Doctor^^Dr", "a^a^^"), (b"Who^^^^", "a^^^^"), (b"^Doctor", "^a"),
        (b"Who^Doctor^Of^Prof^Jr", "a^a^a^^"), (b"A^B=C^D=E", "a^a=a^a=a"), (b"A^B==E", "a^a==a"), (b"^^", ""),
        (b"A^B=^", "a^a=^"),
        (b"A^B^C^D^E^F^G", "a^a^a^^"), (b"A=B=C=D", "a=a=a"),
    ],
)  # fmt: skip
def test_components_and_groups_keep_their_number(source: bytes, form: str) -> None:
    assert re.sub("[A-Za-z]+", "a", renamed(source, PHYSICIAN).decode()) == form


def test_each_file_has_other_names_under_random_and_the_same_person_one_in_it() -> None:
    one, other = (InstanceContext(sop_instance_uid=uid, patient_name="Doe^Jane") for uid in ("1.2", "1.3"))
    for tag in (PATIENT, PHYSICIAN):
        names = [renamed(b"Doe^Jane", tag, option="random", context=context) for context in (one, other)]
        assert names[0] != names[1]
        assert names[0] == renamed(b"Doe, Jane", tag, option="random", context=one)
    assert renamed(b"Doe^Jane", PATIENT, option="coherent", context=one) == renamed(b"Doe^Jane", PATIENT)


def test_lo_and_sh_get_a_name_in_words() -> None:
    family, given = renamed(b"Who^Doctor", PHYSICIAN).split(b"^")
    assert renamed(b"Doctor Who", PHYSICIAN, vr="LO") == given + b" " + family
    assert renamed(b"Doctor Who", PHYSICIAN, vr="SH") == (given + b" " + family)[:16]


def test_another_person_has_one_name_in_all_files_of_all_patients() -> None:
    assert renamed(b"Who^Doctor", PHYSICIAN) == renamed(b"Who^Doctor ", 0x00081050, patient_id="P2")
    assert renamed(b"Who^Doctor", PHYSICIAN) != renamed(b"No^Doctor", PHYSICIAN)


def test_lists_of_persons_keep_their_number() -> None:
    new = renamed(b"Who^Doctor\\\\No^Doctor", PHYSICIAN).split(b"\\")
    assert new == [renamed(b"Who^Doctor", PHYSICIAN), b"", renamed(b"No^Doctor", PHYSICIAN)]


JAPANESE, KOREAN = ("iso8859", "iso2022_jp"), ("iso8859", "euc_kr")


@pytest.mark.parametrize(
    ("source", "encodings", "alphabets"),
    [
        ("Yamada^Tarou=山田^太郎=やまだ^たろう", JAPANESE, ["LATIN", "CJK", "HIRAGANA"]),
        ("Yamada^Tarou=山田^太郎=ヤマダ^タロウ", ("UTF8",), ["LATIN", "CJK", "KATAKANA"]),
        ("Hong^Gildong=洪^吉洞=홍^길동", KOREAN, ["LATIN", "CJK", "HANGUL"]),
        ("Wang^XiaoDong=王^小东", ("GB18030",), ["LATIN", "CJK"]),
        ("Люкceмбypг", ("iso_ir_144",), ["CYRILLIC"]),
        ("Διονυσιος", ("iso_ir_126",), ["GREEK"]),
        ("Διονυσιος", ("UTF8",), ["GREEK"]),
        ("ﾔﾏﾀ^ﾀﾛｳ", ("shift_jis",), ["LATIN"]),  # JIS X 0201 has no other kana
        ("قباني^لنزار", ("UTF8",), ["LATIN"]),  # an alphabet that no name is made in
        ("Müller^Jörg", ("latin_1",), ["LATIN"]),
    ],
)
def test_each_group_keeps_its_alphabet_where_the_character_set_can_carry_it(
    source: str, encodings: tuple[str, ...], alphabets: list[str]
) -> None:
    if encodings == ("shift_jis",):
        raw = source.encode("shift_jis")
    else:
        raw = b"=".join(encode_string(group, list(encodings)) for group in source.split("="))
    new = decode_bytes(renamed(raw, PHYSICIAN, encodings=encodings), [*encodings], set(b"^=\\"))
    assert [alphabet_of(group) for group in new.split("=")] == alphabets
    assert [group.count("^") for group in new.split("=")] == [group.count("^") for group in source.split("=")]
    assert not set(re.split("[=^]", new)) & set(re.split("[=^]", source))


@pytest.mark.parametrize(
    ("alphabet", "expected"),
    [
        ("CYRILLIC", ("Кобалимафе", "Тосавиза")), ("GREEK", ("Κοβαλιμαφε", "Τοσαψιζα")),
        ("KATAKANA", ("コバイ", "トサユ")),
        ("HIRAGANA", ("こばい", "とさゆ")), ("HANGUL", ("코", "토사")), ("LATIN", ("Kobalimafe", "Tosaviza")),
    ],
)  # fmt: skip
def test_an_invented_name_is_written_in_every_alphabet(alphabet: str, expected: tuple[str, str]) -> None:
    assert written_in(alphabet, "Kobalimafe", "Tosaviza") == expected


@pytest.mark.parametrize("codec", ["gb2312", "iso2022_jp", "euc_kr", "big5"])
def test_invented_ideographs_are_in_every_countrys_character_set(codec: str) -> None:
    assert len(set(_HAN)) == 64
    assert _HAN.encode(codec).decode(codec) == _HAN


@pytest.mark.parametrize("option", ["Jane", "COHERENTLY", " "])
def test_other_options_are_refused(option: str) -> None:
    with pytest.raises(StrategyError):
        renamed(b"x", PATIENT, option=option)


def test_empty_stays_empty() -> None:
    for raw in (b"", b" ", b"\0"):
        assert renamed(raw, PATIENT) == renamed(raw, PHYSICIAN) == b""
