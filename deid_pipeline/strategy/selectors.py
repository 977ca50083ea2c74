"""Selectors: which elements a rule row speaks of.

What belongs here: the forms of the column ``Tags`` and their canonical text. What does not: which of several rows wins
(``compiled``).
"""

from __future__ import annotations

import re
from enum import IntEnum

from deid_pipeline.errors import StrategyError

_TAG = re.compile(r"\(?([0-9a-f]{2}[0-9a-fx]{2}),?([0-9a-fx]{4})\)?", re.IGNORECASE)
_PRIVATE = re.compile(r'\(([0-9a-f]{3}[13579bdf]),"([^"]+)",([0-9a-f]{2})(?:,([A-Z]{2}))?\)', re.IGNORECASE)
_GROUP = re.compile(r"[0-9a-f]{1,3}", re.IGNORECASE)
_KEYWORD = re.compile(r"keyword:([A-Za-z0-9*?]+)")
_ITEM = re.compile(r"\[(?:\d+|\*)\]$")


class Specificity(IntEnum):
    """How narrow a selector is: of two rows that speak of an element the narrower one wins."""

    VR = 1
    GROUP = 2
    KEYWORD = 3
    REPEATING = 4  # 60xx,4000
    TAG = 5
    PATH = 6


def canonical(tags: str, vr: str) -> str:
    """The canonical text of a selector.

    Parameters
    ----------
    tags
        The cell ``Tags``: ``(gggg,eeee)`` with ``x`` for any digit; ``(gggg,"CREATOR",ee)`` for a private element,
        ``(gggg,"CREATOR",ee,VR)`` for one that is written with that VR;
        sequence tags and an element's joined by dots for a place (``(0040,0275)[*].(0032,1060)``, any item);
        ``keyword:*Comments`` for keywords of PS3.6; ``*`` for all elements of the row's VR; the first 1 to 3 hex
        digits of group numbers when the VR is ``GROUP``.
    vr
        The cell ``VR``, upper case.

    Returns
    -------
    str
        ``00080050``, ``60xx4000``, ``0019"CREATOR"0c``, ``0019"CREATOR"0cCS``, ``00400275.00321060``,
        ``keyword:...``, ``vr:PN``, ``group:001``.

    Raises
    ------
    StrategyError
        The cell has none of these forms.
    """
    text = tags.strip()
    if vr == "GROUP":
        text = text.strip("(), ")
        if not _GROUP.fullmatch(text):
            raise StrategyError(f"{tags!r} is no prefix of a group number: 1 to 3 hex digits")
        return f"group:{text.lower()}"
    if text == "*":
        if not vr:
            raise StrategyError("the selector * needs a VR")
        return f"vr:{vr}"
    if _KEYWORD.fullmatch(text):
        return text
    if "." in text and not _PRIVATE.fullmatch(text):
        return ".".join(_one_tag(_ITEM.sub("", part.strip())) for part in text.split("."))
    return _one_tag(text)


def specificity(selector: str) -> Specificity:
    """How narrow a canonical selector is."""
    head = selector.split(":", 1)[0]
    if head in {"vr", "group", "keyword"}:
        return Specificity[head.upper()]
    if '"' in selector:
        return Specificity.TAG
    if "." in selector:
        return Specificity.PATH
    return Specificity.REPEATING if "x" in selector else Specificity.TAG


def private_selector(group: int, creator: str, element: int) -> str:
    """The canonical selector of a private element; creators are told apart without regard to case."""
    return f'{group:04x}"{creator.strip().upper()}"{element & 0xFF:02x}'


def as_written(selector: str) -> str:
    """A canonical selector as people write it."""
    if '"' in selector:
        group, creator, element = selector.split('"')
        return f'({group},"{creator}",{",".join(filter(None, (element[:2], element[2:])))})'
    if ":" in selector:
        return selector
    return ".".join(f"({part[:4]},{part[4:]})" for part in selector.split("."))


def _one_tag(text: str) -> str:
    if private := _PRIVATE.fullmatch(text):
        return private_selector(int(private[1], 16), private[2], int(private[3], 16)) + (private[4] or "").upper()
    match = _TAG.fullmatch(text.replace(" ", ""))
    if match is None:
        raise StrategyError(f"{text!r} is no tag")
    return (match[1] + match[2]).lower()
