"""What an action is: a named rewriting of one element's value.

What belongs here: the protocol, the element and its instance as an action sees them, text coding by VR. What does not:
any action, nor which element gets which (``strategy``).
"""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

from deid_pipeline.errors import StrategyError

TEXT_VRS = frozenset("AE AS CS DA DS DT IS LO LT PN SH ST TM UC UI UR UT".split())
CODED_VRS = frozenset("LO LT PN SH ST UC UT".split())  # under Specific Character Set (PS3.5 6.1.2.3)
BINARY_VRS = frozenset("AT FD FL OB OD OF OL OV OW SL SS SV UL UN US UV".split())
ALL_VRS = TEXT_VRS | BINARY_VRS | {"SQ"}

_DELIMITERS = set(b"\\^=\n\r\t\f")  # where ISO 2022 code extensions end (PS3.5 6.1.2.5.3)
_AT_DELIMITERS = re.compile(r"([\\^=\n\r\t\f])")

CleaningMode = Literal["remove", "deid", "mask", "surrogate", "header", "label", "own"]
"""What takes the place of an identifier in text: nothing, ``<KIND>``, asterisks, or a pseudonym.

``header`` is ``remove`` for what the header names and for dates only, in values that are known to hold no other;
``label`` for all but places that the header does not name; ``own`` for what the header names, of dates too. What the
copy keeps openly, as the name of a station, stays in these two."""


Untouched = dict[tuple[CleaningMode, str], set[bytes]]
"""Value fields, all ASCII, that a mode leaves as they are in elements of a VR, by mode and VR."""


class PseudonymSource(Protocol):
    """Where actions get pseudonyms from; all are stable for one project and patient."""

    def uid(self, original: str) -> str:
        """The pseudonym of a UID."""

    def patient_id(self) -> str:
        """The patient's id."""

    def patient_name(self) -> str:
        """The patient's invented name."""

    def person_name(self, original: str) -> str:
        """Another person's invented name."""

    def number(self, purpose: str, original: str) -> str:
        """16 digits for an identifier."""

    def days_offset(self) -> int:
        """Whole days by which dates move, negative."""

    def seconds_offset(self, study_uid: str, *, lowest: int, highest: int) -> int:
        """Seconds, in these bounds and not 0, by which the times of a study move; 0 where nothing else is left."""

    def age_offset(self, largest: int) -> int:
        """Units, from ``-largest`` to ``largest`` and not 0, by which the patient's ages move."""


class TextCleaner(Protocol):
    """Who finds identifiers in free text; made for one instance, whose header says what to look for."""

    def clean(self, text: str, mode: CleaningMode) -> str:
        """The text without its identifiers; equal to ``text`` if it holds none."""

    def untouched(self, mode: CleaningMode) -> Untouched | None:
        """Value fields that are known to stay under a mode, None where nobody remembers them.

        Whoever finds another one, of ASCII, puts it in.
        """


class OverlayRedactor(Protocol):
    """Who takes text out of overlay planes; made for one instance, whose planes were read before."""

    def redact(self, tag: int, raw: bytes) -> bytes | None:
        """The bits of a plane without the text found in it; None when nobody read that plane."""


@dataclass(frozen=True, slots=True)
class InstanceContext:
    """What actions may need to know of the instance that an element belongs to; all of it is the source's.

    ``last_day`` is the latest day on which the instance says that it was made, as an ordinal of the calendar, None when
    it does not say so. ``emptied`` counts values that had to be emptied because they are not what their VR says, by a
    PHI-free word.
    """

    source_path: str = ""
    sop_instance_uid: str = ""
    study_instance_uid: str = ""
    patient_id: str = ""
    patient_name: str = ""  # decoded Patient's Name
    last_day: int | None = None
    cleaner: TextCleaner | None = None
    emptied: Counter[str] | None = None
    overlays: OverlayRedactor | None = None

    def count(self, what: str) -> None:
        """Count one emptied value."""
        if self.emptied is not None:
            self.emptied[what] += 1


NO_CONTEXT = InstanceContext()
"""Of an instance that nothing is known of: actions that need more fall closed."""


def _nothing(tag: int) -> bytes:  # noqa: ARG001
    """What stands beside an element that nobody knows the neighbours of."""
    return b""


class ElementValue(NamedTuple):
    """An element as an action sees it.

    ``raw`` is the value field as stored, with its padding; ``encodings`` are the Python codecs of its Specific
    Character Set, the first one for writing. ``explicit`` and ``big_endian`` are the syntax that numbers, and the items
    of a sequence, are written in. ``nested`` is true inside sequences. ``beside`` gives the value field of another
    element of the same data set or item, empty when there is none.
    """

    tag: int  # (group << 16) | element
    vr: str
    raw: bytes
    encodings: Sequence[str]
    pseudonyms: PseudonymSource
    context: InstanceContext = NO_CONTEXT
    explicit: bool = True
    big_endian: bool = False
    nested: bool = False
    beside: Callable[[int], bytes] = _nothing

    def text(self) -> str:
        """The value as text without padding; undecodable bytes become U+FFFD."""
        if self.vr not in CODED_VRS:
            return self.raw.decode("latin-1").strip("\0 ")
        return decode_text(self.raw, self.encodings).strip("\0 ")


Rewrite = Callable[[ElementValue], bytes | None]
"""Gives the new value field without padding, or None to delete the element."""


class Action(Protocol):
    """A member of the room: one file, one line in ``ACTIONS``."""

    name: str
    aliases: tuple[str, ...]  # other names it is known by
    code: str  # the PS3.15 action code it stands for: D, Z, X, K, C or U
    vrs: frozenset[str]
    summary: str  # one line for the generated tables
    inserts: bool  # whether its rules also make elements that the source lacks, from an empty value

    def bind(self, option: str, *, vr: str) -> Rewrite:
        """Check the option for a VR once and return the rewriting.

        Raises
        ------
        StrategyError
            The option is not valid, or cannot work on this VR.
        """

    def describe(self, option: str) -> str:
        """What it does under a valid option, in one line without a full stop."""

    def located(self, option: str, folder: Path) -> str:
        """The option with files it names below ``folder`` made absolute."""

    def provenance(self, option: str) -> str:
        """What stands for the option in a strategy's hash: the contents of files, not where they lie."""


class ActionDefaults:
    """What most members have in common: no other name, no file in the option, nothing put in."""

    aliases: tuple[str, ...] = ()
    inserts = False
    summary: str

    def describe(self, option: str) -> str:
        """What it does under a valid option, in one line without a full stop."""
        return f"{self.summary} ({option})" if option else self.summary

    def located(self, option: str, folder: Path) -> str:  # noqa: ARG002
        """The option as it is."""
        return option

    def provenance(self, option: str) -> str:
        """The option as it is."""
        return option


def refuse_option(action: str, option: str) -> None:
    """Raise for an option given to an action that takes none.

    Raises
    ------
    StrategyError
        ``option`` is not empty.
    """
    if option:
        raise StrategyError(f"{action} takes no option")


def decode_text(raw: bytes, encodings: Sequence[str]) -> str:
    """Text under a Specific Character Set, ISO 2022 escapes included; undecodable bytes become U+FFFD."""
    if b"\x1b" not in raw and raw.isascii():
        return raw.decode("ascii")
    from pydicom.charset import decode_bytes

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return decode_bytes(raw, list(encodings), _DELIMITERS)


def encode_text(text: str, encodings: Sequence[str]) -> bytes | None:
    """Bytes that :func:`decode_text` reads as ``text``; None when the character set cannot carry it."""
    if text.isascii():
        return text.encode("ascii")
    from pydicom.charset import encode_string

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # Piece by piece: after a delimiter the first code set holds again.
        raw = b"".join(encode_string(piece, list(encodings)) for piece in _AT_DELIMITERS.split(text) if piece)
    return raw if decode_text(raw, encodings) == text else None
