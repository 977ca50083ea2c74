"""Values of elements: bytes to text and numbers.

What belongs here: decoding by VR and Specific Character Set (PS3.5 section 6). What does not: finding elements
(``structure``), rewriting them (``actions``).
"""

from __future__ import annotations

import re
import struct
from functools import cache, lru_cache

from deid_pipeline.actions.protocol import CODED_VRS, TEXT_VRS, decode_text
from deid_pipeline.dicom.structure import Buffer, Element

_NUMBERS = {"US": "H", "SS": "h", "UL": "L", "SL": "l", "FL": "f", "FD": "d", "UV": "Q", "SV": "q"}
_MAXIMUM_NUMBERS = 64  # more are bulk data, a look-up table say
_DEFAULT = "iso8859"
_STAND_ALONE = frozenset({"ISOIR192", "GB18030", "GBK"})
_SEPARATORS = re.compile(r"[^A-Z0-9]")
_WHOLE_NUMBER = re.compile(r"[+-]?\d{1,20}", re.ASCII)
_SINGLE_TEXT = frozenset({"LT", "ST", "UT", "UR"})


def text_value(raw: bytes, vr: str, encodings: tuple[str, ...], *, big_endian: bool = False) -> str:
    """A value as text: values joined by a backslash, numbers in decimal; empty for binary and bulk values.

    Bytes that the character set cannot hold become U+FFFD.
    """
    if vr in CODED_VRS:
        return decode_text(raw, encodings).rstrip("\0 ")
    if vr in TEXT_VRS:
        return raw.decode("latin-1").strip("\0 ") if vr not in _SINGLE_TEXT else raw.decode("latin-1").rstrip("\0 ")
    order = ">" if big_endian else "<"
    if vr == "AT" and len(raw) % 4 == 0:
        words = struct.unpack(f"{order}{len(raw) // 2}H", raw)
        return "\\".join(f"({words[i]:04x},{words[i + 1]:04x})" for i in range(0, len(words), 2))
    code = _NUMBERS.get(vr)
    if code is None:
        return ""
    width = struct.calcsize(f"<{code}")
    if len(raw) % width or len(raw) // width > _MAXIMUM_NUMBERS:
        return ""
    return "\\".join(str(number) for number in struct.unpack(f"{order}{len(raw) // width}{code}", raw))


@lru_cache(maxsize=256)
def encodings_for(raw: bytes) -> tuple[str, ...]:
    """The Python codecs of a Specific Character Set value (0008,0005); unknown terms count as ISO-IR 6.

    Terms are looked up here and not by pydicom, which would log a damaged one and take the name of any Python codec
    for a term. UTF-8, GB18030 and GBK stand alone (PS3.3 C.12.1.1.2): as first term they end the list, as later ones
    they are passed over.
    """
    terms = [_SEPARATORS.sub("", term.upper()) for term in raw.decode("latin-1").strip("\0 ").split("\\")]
    if terms[0] in _STAND_ALONE:
        terms = terms[:1]
    first, *others = terms
    return tuple(_codecs().get(term, _DEFAULT) for term in (first, *(t for t in others if t not in _STAND_ALONE)))


@cache
def _codecs() -> dict[str, str]:
    """Python codecs by defined term, in upper case and of letters and digits alone."""
    from pydicom.charset import python_encoding

    return {_SEPARATORS.sub("", term.upper()): codec for term, codec in python_encoding.items()}


def element_bytes(buffer: Buffer, element: Element) -> bytes:
    """The value field of an element as bytes."""
    raw = buffer[element.value : element.end]
    return raw if isinstance(raw, bytes) else bytes(raw)


def first_number(buffer: Buffer, element: Element | None, *, big_endian: bool, default: int = 0) -> int:
    """The first whole number of a US or IS element, ``default`` when it is absent, empty or no number."""
    if element is None or element.items is not None:
        return default
    raw = element_bytes(buffer, element)
    if len(raw) == 2 and element.vr == "US":
        return int.from_bytes(raw, "big" if big_endian else "little")
    if element.vr in ("US", "UN"):
        sound = raw and len(raw) % 2 == 0 and len(raw) <= 2 * _MAXIMUM_NUMBERS
        return int.from_bytes(raw[:2], "big" if big_endian else "little") if sound else default
    text = text_value(raw, element.vr, ("ascii",), big_endian=big_endian)
    first = text.split("\\")[0].strip()
    return int(first) if _WHOLE_NUMBER.fullmatch(first) else default


def first_text(buffer: Buffer, element: Element | None) -> str:
    """The first value of a text element of the default character set, stripped; empty when it is absent."""
    if element is None or element.items is not None:
        return ""
    return element_bytes(buffer, element).decode("latin-1").split("\\")[0].strip("\0 ")
