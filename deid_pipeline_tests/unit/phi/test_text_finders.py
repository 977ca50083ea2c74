"""What the finders take out of a text by its shape and by what stands around it, and what they leave."""

from __future__ import annotations

import pytest

from deid_pipeline.model import Identifier, IdentifierKind
from deid_pipeline.phi import cleaner_for

NAME, ID = IdentifierKind.NAME, IdentifierKind.ID
UID = "2.25.329800735698586629295641978511506172918"


def removed(text: str, *known: tuple[IdentifierKind, str]) -> str:
    return cleaner_for([Identifier(kind, "", value, ()) for kind, value in known]).clean(text, "remove")


def test_a_uid_of_two_dots_becomes_its_pseudonym_and_goes_where_there_is_none() -> None:
    mapped = cleaner_for([], pseudonym=lambda kind, original: f"2.25.{'7' * 38}{kind == 'UID' and original == UID}")
    assert mapped.clean(f"KNEE see {UID}", "remove") == f"KNEE see 2.25.{'7' * 38}True"
    assert removed(f"KNEE study {UID}") == "KNEE study"
    assert removed("KNEE 2.25.1 mm, 2.25 mm") == "KNEE 2.25.1 mm, 2.25 mm"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("#5512345 KNEE", "KNEE"),
        ("ABD #ACC5512345 X", "ABD X"),
        ("ABD # 5512345 X", "ABD X"),
        ("KNEE #42 DELAYED", "KNEE DELAYED"),
        ("KNEE No. 4 2 DELAYED", "KNEE No. DELAYED"),
        ("Series #42", "Series #42"),
        ("Echo no. 42", "Echo no. 42"),
        ("KNEE #3 of 7", "KNEE #3 of 7"),
    ],
)
def test_a_number_behind_its_sign_goes_with_the_sign(text: str, clean: str) -> None:
    assert removed(text, (ID, "ACC5512345"), (ID, "42")) == clean


@pytest.mark.parametrize(
    ("name", "text", "clean"),
    [
        ("SMITH^JOHN", "AbdomenSMITHJOHNRoutine", "AbdomenRoutine"),
        ("SMITH^JOHN", "AbdomenJohnSmithRoutine", "AbdomenRoutine"),
        ("Quillfeather^B", "Quillfeathers knee", "knee"),
        ("O'Connor-Van der Berg^Mary Anne", "AbdomenO'Connor-Van der BergMary AnneRoutine", "AbdomenO' Routine"),
        ("O'Connor-Van der Berg^Mary Anne", "KNEE LT 3V - O'Connor-Van der Berg, Mary Anne", "KNEE LT 3V"),
        ("LI^AN", "LI's follow-up knee MRI", "follow-up knee MRI"),
        ("LI^AN", "LI view, AN 3", "LI view, AN 3"),
        ("Long^A", "Long's knee", "knee"),
        ("MÜLLER^JÖRG", "Emergency contact Henrietta MÜLLER 443-555-0177", "Emergency contact"),
        ("Quillfeather^Bartholomew", "Bart Quillfeather knee", "knee"),
        ("Quillfeather^Bartholomew", "Knee Quillfeather, SIEMENS Quillfeather", "Knee, SIEMENS"),
        ("Quillfeather^Bartholomew", "TOPOGRAMX QUILLFEATHER", "TOPOGRAMX"),
        ("de la Cruz^María", "Coronariografía de María", "Coronariografía"),
        ("de la Cruz^María", "Abdomende la Cruz MaríaRoutine", "Abdomende Routine"),
        ("Nguyen^Thi Minh Khai", "AbdomenNguyenThi Minh KhaiRoutine", "Abdomen Routine"),
        ("SMITH^\uff9e", "SMITH knee", "knee"),  # a voicing mark that stands alone has no letter
    ],
)
def test_a_name_of_the_header_goes_whole_and_the_words_around_it_stay(name: str, text: str, clean: str) -> None:
    assert removed(text, (NAME, name)) == clean


@pytest.mark.parametrize("text", ["No. 001 23- B X", "00123  B X", "00123 -B X", "001 23 - B X"])
def test_an_id_goes_however_it_is_cut(text: str) -> None:
    assert removed(text, (ID, "00123-B")).removeprefix("No. ") == "X"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Emergency contact Ysolde Abernathy-Quill 443-555-0177", "Emergency contact"),
        ("next of kin Ysolde Quill", "next of kin"),
        ("wohnhaft Lindenweg 17, 69120 Heidelberg, HWS", "wohnhaft, HWS"),
        ("HWS Bahnhofstraße 4a", "HWS"),
        ("KNEE 221B Baker Street London", "KNEE"),
        ("KNEE Springfield IL", "KNEE"),
        ("KNEE Boston MA", "KNEE"),
        ("KNEE 555-0142", "KNEE"),
        ("KNEE 410/555-0142", "KNEE"),
        ("KNEE call x5512", "KNEE call"),
        ("KNEE lic D123-456-789-012", "KNEE lic"),
        ("KNEE 00:1B:44:11:3A:B7", "KNEE"),
        ("KNEE fe80::1ff:fe23:4567:890a", "KNEE"),
        ("KNEE RN Carmichael", "KNEE RN"),
        ("KNEE Mass General", "KNEE"),
        ("KNEE VA Medical Center", "KNEE"),
        ("KNEE Children's Hospital of Philadelphia", "KNEE"),
        ("KNEE St Mary's ED", "KNEE ED"),
        ("KNEE ninety-two year old", "KNEE"),
        ("KNEE77881199221", "KNEE"),
        ("since 2011-07-02 cough", "since cough"),
    ],
)
def test_people_places_and_numbers_of_no_header_go(text: str, clean: str) -> None:
    assert removed(text) == clean


@pytest.mark.parametrize(
    "text",
    [
        "CHEST PA", "Skyline PA view", "Ottawa ankle rules", "Milwaukee shoulder", "BOSTON brace AP", "contact lens",
        "TE 100-1200", "400-1200 ms", "10:11:12", "ratio 1:2:3:4", "RN Bone scan", "PSMA-1007 PET", "Isovue-300 100cc",
        "FLAIR 3 weg 17", "B=0 50 800", "one hundred ml", "300-1024 mm",
    ],
)  # fmt: skip
def test_what_looks_alike_stays(text: str) -> None:
    assert removed(text) == text
