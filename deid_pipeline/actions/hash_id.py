"""``hashId``: an identifier becomes its pseudonym, the same wherever it occurs."""

from __future__ import annotations

import re
from functools import cache

from deid_pipeline.actions.protocol import ActionDefaults, ElementValue, Rewrite, refuse_option

_SHAPED_LIKE_A_UID = re.compile(r"2\.25\.\d{8,39}|[0-2](?:\.(?:0|[1-9]\d*)){3,}")


class HashId(ActionDefaults):
    """PS3.15 U for UIDs, D for other identifiers.

    UIDs registered in PS3.6 Annex A (classes, transfer syntaxes, well-known frames of reference) keep their value;
    others become ``2.25.`` and 122 bits of the keyed hash, at most 44 characters. Other identifiers become 16 digits,
    which SH can just hold: 9 * 10^15 numbers, so among 10^5 identifiers of one element two become one with a
    probability below 10^-6. A UID whose VR is hidden, as that of a private element, is one all the same.
    """

    name = "hashId"
    aliases: tuple[str, ...] = ("hashUid",)
    code = "U"
    vrs = frozenset({"UI", "SH", "LO"})
    summary = "replaces UIDs by `2.25.*` pseudonyms and other identifiers by 16 digits; empty stays empty"

    def bind(self, option: str, *, vr: str) -> Rewrite:
        """Check that there is no option but Visual NLP's ``coherent``, which is so anyway; return the rewriting."""
        if option.casefold() != "coherent":
            refuse_option(self.name, option)
        return _uids if vr == "UI" else _number


def _uids(element: ElementValue) -> bytes | None:
    text = element.raw.decode("latin-1")
    if "\\" not in text:  # as nearly always
        return _uid(text.strip("\0 "), element).encode("ascii", "replace")
    return "\\".join([_uid(value.strip("\0 "), element) for value in text.split("\\")]).encode("ascii", "replace")


def _uid(value: str, element: ElementValue) -> str:
    return value if not value or value in _registered() else element.pseudonyms.uid(value)


def _number(element: ElementValue) -> bytes | None:
    text, purpose = element.text(), f"{element.tag:08x}"
    return "\\".join([_pseudonym(value.strip(), purpose, element) for value in text.split("\\")]).encode("ascii")


def _pseudonym(value: str, purpose: str, element: ElementValue) -> str:
    if not value:
        return ""
    if element.vr != "SH" and _SHAPED_LIKE_A_UID.fullmatch(value):
        return _uid(value, element)
    return element.pseudonyms.number(purpose, value)


@cache
def _registered() -> frozenset[str]:
    from pydicom._uid_dict import UID_dictionary

    return frozenset(UID_dictionary)
