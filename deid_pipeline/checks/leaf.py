"""One element as the checks see it: its place, its bytes, its text.

What belongs here: tag paths, decoding text by VR and character set, with pydicom's tables. What does not: finding
elements in a file (``reading``).
"""

from __future__ import annotations

import logging
import unicodedata
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

Bytes = bytes | memoryview

CODED_VRS = frozenset({"LO", "LT", "PN", "SH", "ST", "UC", "UT"})  # under Specific Character Set, PS3.5 6.1.2.3
PLAIN_VRS = frozenset({"AE", "AS", "CS", "DA", "DS", "DT", "IS", "TM", "UI", "UR"})

_DELIMITERS = set(b"\\^=\n\r\t\f")


@dataclass(frozen=True, slots=True)
class Leaf:
    """One element of one data set; ``raw`` is its value field as stored, empty for a sequence.

    ``path`` is its tag path (``model.ElementRow``). ``vr`` is the written one, for implicit VR and UN that of PS3.6;
    ``written_vr`` is empty for implicit VR. ``items`` counts the items of a sequence, None for other elements.
    """

    path: str
    tag: int  # (group << 16) | element
    vr: str
    written_vr: str
    raw: Bytes
    encodings: tuple[str, ...]
    items: int | None = None

    @property
    def place(self) -> str:
        """The tag alone, safe to show: a tag path may hold a private creator's text."""
        return f"({self.tag >> 16:04x},{self.tag & 0xFFFF:04x})"

    @property
    def text(self) -> str:
        """The value as text without padding; empty for binary VRs. Undecodable bytes become U+FFFD."""
        if self.vr in PLAIN_VRS or (self.vr in CODED_VRS and bytes(self.raw).isascii() and b"\x1b" not in self.raw):
            return bytes(self.raw).decode("latin-1").strip("\0 ")
        if self.vr not in CODED_VRS:
            return ""
        from pydicom.charset import decode_bytes

        with quiet():
            decoded = decode_bytes(bytes(self.raw), list(self.encodings), _DELIMITERS)
        return unicodedata.normalize("NFC", decoded).strip("\0 ")

    @property
    def values(self) -> list[str]:
        """The single values of :attr:`text`, stripped."""
        return [value.strip("\0 ") for value in self.text.split("\\")]


def step_name(tag: int, raw: Bytes, creators: dict[int, str], *, is_sequence: bool) -> str:
    """One step of a tag path; remembers in ``creators`` what it meets of private creators (PS3.5 7.8.1)."""
    group, number = tag >> 16, tag & 0xFFFF
    if group & 1 and 0x10 <= number <= 0xFF and not is_sequence:
        creators[group << 16 | number] = bytes(raw).decode("latin-1").strip("\0 ")
    elif group & 1 and number > 0xFF:
        creator = creators.get(group << 16 | number >> 8, "")
        if creator:
            return f'({group:04x},"{creator}",{number & 0xFF:02x})'
    return f"({group:04x},{number:04x})"


def dictionary_vr(tag: int) -> str:
    """The VR of PS3.6 for a tag, the first one where it has several; UN where it has none."""
    from pydicom.datadict import dictionary_VR

    if tag & 0xFFFF == 0:
        return "UL"
    if tag >> 16 & 1:
        return "LO" if 0x10 <= tag & 0xFFFF <= 0xFF else "UN"
    try:
        return dictionary_VR(tag).split(" or ")[0]
    except KeyError:
        return "UN"


def encodings_of(raw: bytes) -> tuple[str, ...]:
    """Python codecs of a Specific Character Set value; unknown terms count as the default one."""
    from pydicom.charset import convert_encodings

    with quiet():
        terms = [term.strip("\0 ") for term in raw.decode("latin-1").split("\\")]
        try:
            return tuple(convert_encodings(terms))
        except LookupError:
            return ("iso8859",)


@contextmanager
def quiet() -> Iterator[None]:
    """Silence pydicom: its warnings and log lines quote values."""
    logger = logging.getLogger("pydicom")
    before, logger.disabled = logger.disabled, True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.disabled = before
