"""Private elements that a list says may stay: their values as they come, in whatever VR they are written.

What belongs here: the rule for one such element. What does not: which are listed (the tables), public elements
(``keeping``).

Lists give one VR, files another or none: implicit VR and UN hide it. So a value is judged by all VRs that are known for
it. One that is a number or bytes stays, whatever the list says; one that is text loses what the header names.
"""

from __future__ import annotations

import re

from deid_pipeline.actions import Action, Effect, Rule, action_named
from deid_pipeline.strategy.keeping import mended_value, sound_value

_BULK = frozenset({"OB", "OW", "UN"})
_TEXT = frozenset({"AE", "LO", "LT", "SH", "ST", "UC", "UR", "UT"})
_NUMBERS = frozenset({"AT", "FD", "FL", "OD", "OF", "OL", "OV", "SL", "SS", "SV", "UL", "US", "UV"})
_DIGITS = frozenset({"AS", "DS", "IS", "TM"})
_FOLLOWING = {"DA": "shiftDateByRandomNbOfDays", "DT": "shiftDateByRandomNbOfDays", "PN": "replaceWithRandomName"}
_FOLLOWING |= {"UI": "hashId"}
_ITEM = b"\xfe\xff\x00\xe0", b"\xff\xfe\xe0\x00"  # a data set that came as bytes
_CONTROL = re.compile(rb"[\0-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def private_rule(
    action: Action, option: str, vrs: tuple[str, str], place: tuple[int, str], *, origin: str
) -> Rule | None:
    """The rule for a private element that a list keeps or cleans; None where the action itself decides.

    Parameters
    ----------
    action, option
        Those of the row.
    vrs
        The VR that came, UN where nothing says it, and the row's.
    place
        The element's tag and its private creator.
    origin
        Where the row stands.
    """
    vr, meant = vrs
    if action.name not in ("keep", "cleanTag") or vr == "SQ" or (vr in _BULK and meant == "SQ"):
        return None
    cleaning, mode = _named("cleanTag"), option if action.name == "cleanTag" else "header"
    if vr in _NUMBERS:
        return Rule(Effect.KEEP, mended_value(vr), "keep", origin, vr)
    if vr in _FOLLOWING and action.name == "keep":  # a list that thinks it is something else
        following = _named(_FOLLOWING[vr])
        return Rule(Effect.REWRITE, following.bind("", vr=vr), following.name, origin, vr)
    if vr in _TEXT:
        return Rule(Effect.REWRITE, cleaning.bind(mode, vr=vr), cleaning.name, origin, vr)
    if vr in _BULK:
        judge = _Bytes(frozenset({meant, *_known_vrs(place)}))
        return Rule(Effect.KEEP, cleaning.bind(mode, vr="UN"), cleaning.name, origin, "UN", judge)
    if vr in _DIGITS:
        return Rule(Effect.KEEP, cleaning.bind("remove", vr=vr), cleaning.name, origin, vr, sound_value(vr))
    return None


class _Bytes:
    """Judges a value whose VR nobody wrote: it stays as a number of one of its VRs, or as what is no text."""

    def __init__(self, known: frozenset[str]) -> None:
        self._forms = [judge for vr in sorted(known & _DIGITS) if (judge := sound_value(vr)) is not None]

    def __call__(self, raw: bytes) -> bool:
        if raw.startswith(_ITEM):
            return False
        return any(judge(raw) for judge in self._forms) or not _is_text(raw)


def _is_text(raw: bytes) -> bool:
    """Whether bytes may be text that somebody reads: UTF-8 without control characters."""
    bare = raw.rstrip(b"\0 ")
    if _CONTROL.search(bare):
        return False
    try:
        bare.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return bool(bare)


def _known_vrs(place: tuple[int, str]) -> list[str]:
    """The VR that pydicom's private dictionary has, if any."""
    from pydicom.datadict import private_dictionary_VR

    tag, creator = place
    try:
        return [private_dictionary_VR(tag, creator)]
    except KeyError:
        return []


def _named(name: str) -> Action:
    action = action_named(name)
    if action is None:
        raise KeyError(name)
    return action
