"""What a kept value must look like, and what becomes of one that does not (PS3.5 6.2).

What belongs here: the judgement of values that a rule keeps. What does not: which elements are kept (``compiled``).

A slice thickness of ``John Fox`` is no number: whoever typed it put a text where no rule looks for one. So values whose
VR is made of digits keep only what can be such a value, generously: one that is merely too long stays. Code strings
are compared with the words that codes are made of; what is none is cleaned like any text. And an element whose VR is a
text's though PS3.6 says number is cleaned; one that is a name or a date is deleted.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from deid_pipeline.actions import Action, ElementValue, Rewrite, action_named
from deid_pipeline.actions.literals import fitted
from deid_pipeline.phi import is_code_word

Sound = Callable[[bytes], object]
"""Says whether a value field, with its padding, may stay as it is."""

_DAY = rb"\d{4}(?:\.?(?:0[1-9]|1[0-2])\.?(?:0[1-9]|[12]\d|3[01]))"
_FORMS = {
    "AS": rb"(?:[ \0]*\d{1,4}[DWMYdwmy][ \0]*|[ \0]*)",
    "DA": rb"(?:[ \0]*" + _DAY + rb"(?:[ ]*-[ ]*" + _DAY + rb")?[ \0]*|[ \0]*)",
    "DS": rb"[0-9+\-.eE \0]*",
    "DT": rb"[0-9+\-.: \0]*",
    "IS": rb"(?![^\\]*\d{13})[0-9+\-. \0]*",  # more digits are no number of IS, and may be a day or an id
    "TM": rb"[0-9.:\- \0]*",
    "UI": rb"[0-9. \0]*",
}
_BULK = frozenset({"OB", "OD", "OF", "OL", "OV", "OW"})
_UNDECIDED = frozenset({"UN", "SQ"})  # nobody's VR, and what is looked into element by element
_TEXT = frozenset({"AE", "LO", "LT", "SH", "ST", "UC", "UR", "UT"})
_STRANGERS = dict.fromkeys(_TEXT, "cleanTag")
_STRANGERS |= {"DA": "delete", "DT": "delete", "PN": "delete", "UI": "hashId"}
_REMEMBERED = 4096  # code strings
_LEGAL_CODE = re.compile(rb"[A-Z0-9_ \\\0]*")
_LETTERS = re.compile(r"[^\W\d_]+")
_DIGITS_OF_AN_ID = re.compile(rb"\d{6}")


def action_for_stranger(vr: str, meant: str) -> Action | None:
    """What happens instead of keeping to an element whose VR is another than was meant; None: it is kept all the same.

    Parameters
    ----------
    vr
        As written.
    meant
        PS3.6's or the row's VR, several as in ``US or SS``; empty or UN where nobody knows.
    """
    known = set(meant.split(" or ")) - {"", "UN", "NONE"}
    if not known or vr in known or vr in _UNDECIDED or (vr in _TEXT and known & _TEXT):
        return None
    name = _STRANGERS.get(vr, "delete" if vr in _BULK and not known & _BULK else None)
    return action_named(name) if name else None


@cache
def sound_value(vr: str) -> Sound | None:
    """The judgement for a VR; None for VRs whose kept values stay whatever they are."""
    if vr == "CS":
        return _CodeStrings()
    form = _FORMS.get(vr)
    return re.compile(rb"(?:%s)(?:\\(?:%s))*" % (form, form)).fullmatch if form else None


@cache
def mended_value(vr: str) -> Rewrite:
    """The rewriting of a kept value that is not sound, and no rewriting at all for other VRs.

    What is no value of its VR is emptied and counted. A code string loses what identifies; without a cleaner it is
    emptied.
    """
    return _cleaned_codes if vr == "CS" else _emptied if vr in _FORMS else _same


class _CodeStrings:
    """Remembers the code strings whose words all are words of codes: a study has few of them, again and again."""

    def __init__(self) -> None:
        self._known: set[bytes] = set()

    def __call__(self, raw: bytes) -> bool:
        if raw in self._known:
            return True
        if not _LEGAL_CODE.fullmatch(raw) or _DIGITS_OF_AN_ID.search(raw):
            return False
        if not all(map(is_code_word, _LETTERS.findall(raw.decode("ascii")))):
            return False
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known.add(raw)
        return True


def _same(element: ElementValue) -> bytes | None:
    return element.raw


def _emptied(element: ElementValue) -> bytes | None:
    element.context.count(f"invalid {element.vr}")
    return b""


def _cleaned_codes(element: ElementValue) -> bytes | None:
    cleaner = element.context.cleaner
    if cleaner is None:
        element.context.count("unreadable text")
        return b""
    text, codec = _decoded(element.raw)
    values = [value.strip("\0 ") for value in text.split("\\")]
    cleaned = [cleaner.clean(value, "remove") if value else value for value in values]
    if cleaned == values:
        return element.raw
    new = (old if one == old else fitted(one, "CS") for one, old in zip(cleaned, values, strict=True))
    return "\\".join(new).encode(codec)


def _decoded(raw: bytes) -> tuple[str, str]:
    """A code string as text, also one that is not ASCII as it should be, and the codec that gives its bytes back."""
    try:
        return raw.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return raw.decode("latin-1"), "latin-1"
