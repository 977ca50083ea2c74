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
