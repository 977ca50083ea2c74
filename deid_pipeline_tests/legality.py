"""What a value may look like for its VR (PS3.5 Table 6.2-1), judged by pydicom and by arithmetic, not by our code.

What belongs here: one judgement of a padded value field. What does not: what an action should make of a value.
"""

from __future__ import annotations

import datetime
import re

from pydicom import config
from pydicom.charset import decode_bytes
from pydicom.valuerep import validate_value

WIDTHS = {"AT": 4, "FD": 8, "FL": 4, "OD": 8, "OF": 4, "OL": 4, "OV": 8, "OW": 2, "SL": 4, "SS": 2, "SV": 8}
WIDTHS |= {"UL": 4, "US": 2, "UV": 8, "OB": 1, "UN": 1}
SINGLE_VALUED = frozenset({"LT", "ST", "UT", "UR"})
_DELIMITERS = set(b"\\^=")
_CONTROLS_IN_TEXT = frozenset("\t\n\f\r\x1b")


def assert_legal(vr: str, padded: bytes, encodings: tuple[str, ...] = ("ascii",)) -> None:
    """Fail unless the value field is legal for its VR: even length, padding, length, characters, real dates.

    Names may use the character set of ``encodings``, all other text is ASCII.
    """
    assert len(padded) % 2 == 0, "odd length"
    if vr in WIDTHS:
        assert len(padded) % WIDTHS[vr] == 0, f"{len(padded)} bytes are no whole {vr}"
        return
    text = padded.decode("ascii") if vr != "PN" or padded.isascii() else decode_bytes(padded, [*encodings], _DELIMITERS)
    if vr == "PN" and "\x1b" in text:  # code extensions of ISO 2022
        text = decode_bytes(padded, [*encodings], _DELIMITERS)
    assert "\N{REPLACEMENT CHARACTER}" not in text
    padding = "\0" if vr == "UI" else " "
    text = text.removesuffix(padding)
    for value in [text] if vr in SINGLE_VALUED else text.split("\\"):
        _assert_value(vr, value)


def _assert_value(vr: str, value: str) -> None:
    allowed = _CONTROLS_IN_TEXT if vr in {"LT", "ST", "UT"} else frozenset()
    assert not [character for character in value if ord(character) < 0x20 and character not in allowed], "control"
    if not value:
        return
    validate_value(vr, value, config.RAISE)
    if vr in {"LO", "PN"}:
        assert all(len(group) <= 64 for group in value.split("="))
    if vr == "DA":
        for end in value.split("-"):
            assert re.fullmatch(r"\d{8}", end), "no whole date"
            datetime.date(int(end[:4]), int(end[4:6]), int(end[6:8]))
    if vr == "DT":
        year, month, day = re.match(r"(\d{4})(\d{2})?(\d{2})?", value).groups("01")
        datetime.date(int(year), int(month), int(day))
