"""What an action is: a named rewriting of one element's value.

What belongs here: the protocol, the element as an action sees it, text coding by VR. What does not: any action, nor
which element gets which (``strategy``).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from deid_pipeline.errors import StrategyError

TEXT_VRS = frozenset("AE AS CS DA DS DT IS LO LT PN SH ST TM UC UI UR UT".split())
CODED_VRS = frozenset("LO LT PN SH ST UC UT".split())  # under Specific Character Set (PS3.5 6.1.2.3)
BINARY_VRS = frozenset("AT FD FL OB OD OF OL OV OW SL SS SV UL UN US UV".split())
ALL_VRS = TEXT_VRS | BINARY_VRS | {"SQ"}

_DELIMITERS = set(b"\\^=\n\r\t\f")  # where ISO 2022 code extensions end (PS3.5 6.1.2.5.3)


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


@dataclass(frozen=True, slots=True)
class ElementValue:
    """An element as an action sees it.

    ``raw`` is the value field as stored, with its padding; ``encodings`` are the Python codecs of its Specific
    Character Set, the first one for writing.
    """

    tag: int  # (group << 16) | element
    vr: str
    raw: bytes
    encodings: Sequence[str]
    pseudonyms: PseudonymSource

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
    code: str  # the PS3.15 action code it stands for: D, Z, X, K, C or U
    vrs: frozenset[str]
    summary: str  # one line for the generated tables

    def bind(self, option: str, *, vr: str) -> Rewrite:
        """Check the option for a VR once and return the rewriting.

        Raises
        ------
        StrategyError
            The option is not valid, or cannot work on this VR.
        """


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
