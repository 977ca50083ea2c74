"""What a kept value must look like, and what becomes of one that does not (PS3.5 6.2).

What belongs here: the judgement of values that a rule keeps. What does not: which elements are kept (``compiled``).

A slice thickness of ``John Fox`` is no number: whoever typed it put a text where no rule looks for one. So values whose
VR is made of digits keep only what can be such a value, generously: one that is merely too long stays. Code strings
are compared with the words that codes are made of; what is none is cleaned like any text. Texts that are kept, such as
the name of a filter or a drug, are made of words of everybody's; what is none is cleaned. And an element whose VR is a
text's though PS3.6 says number is cleaned; one that is a name or a date is deleted.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache

from deid_pipeline.actions import Action, ElementValue, Rewrite, Rule, action_named
from deid_pipeline.actions.literals import fitted
from deid_pipeline.phi import is_code_word, is_plain_word

Sound = Callable[[bytes], object]
"""Says whether a value field, with its padding, may stay as it is."""

_DAY = rb"\d{4}(?:\.?(?:0[1-9]|1[0-2])\.?(?:0[1-9]|[12]\d|3[01]))"
_FORMS = {
    "AS": rb"(?:[ \0]*\d{1,4}[DWMYdwmy][ \0]*|[ \0]*)",
    "DA": rb"(?:[ \0]*" + _DAY + rb"(?:[ ]*-[ ]*" + _DAY + rb")?[ \0]*|[ \0]*)",
}
_CHARACTERS = {
    "DS": b"0123456789+-.eE",
    "DT": b"0123456789+-.:",
    "IS": b"0123456789+-.",
    "TM": b"0123456789.:-",
    "UI": b"0123456789.",
}
_LONGEST_IS = 12  # characters; more digits are no number of IS, and may be a day or an id
_BULK = frozenset({"OB", "OD", "OF", "OL", "OV", "OW"})
_UNDECIDED = frozenset({"UN", "SQ"})  # nobody's VR, and what is looked into element by element
_TEXT = frozenset({"AE", "LO", "LT", "SH", "ST", "UC", "UR", "UT"})
_STRANGERS = dict.fromkeys(_TEXT, "cleanTag")
_STRANGERS |= {"DA": "delete", "DT": "delete", "PN": "delete", "UI": "hashId"}
_NOBODY, _EMPTY = b"UNKNOWN", b" \0\\"
_REMEMBERED = 4096  # values: a study has few of them, again and again
_LONGEST_REMEMBERED = 256  # bytes
_LEGAL_CODE = re.compile(rb"[A-Z0-9_ \\\0]*")
_LETTERS = re.compile(r"[^\W\d_]+")
_DIGITS_OF_AN_ID = re.compile(rb"\d{7}")
_TWO_DIGITS = re.compile(rb"\d\d")
_PLAIN_CODE = re.compile(rb"(?!.*\d{7})[A-Za-z0-9._-]*[ \0]*")


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
        return _CODE_STRINGS
    if vr in _CHARACTERS:
        return _OfCharacters(_CHARACTERS[vr] + b"\\ \0", longest=_LONGEST_IS if vr == "IS" else 0)
    form = _FORMS.get(vr)
    return re.compile(rb"(?:%s)(?:\\(?:%s))*" % (form, form)).fullmatch if form else None


class _OfCharacters:
    """The judgement by characters alone, and by the longest of several values.

    The compiled editor knows these by ``characters`` and ``longest``, 0 for any length, and judges by itself what is
    no longer than that.
    """

    def __init__(self, characters: bytes, *, longest: int = 0) -> None:
        self.characters, self.longest = characters, longest

    def __call__(self, raw: bytes) -> bool:
        if raw.translate(None, self.characters):
            return False
        longest = self.longest
        return not longest or len(raw) <= longest or max(map(len, raw.split(b"\\"))) <= longest + 1  # padded


@cache
def mended_value(vr: str) -> Rewrite:
    """The rewriting of a kept value that is not sound, and no rewriting at all for other VRs.

    What is no value of its VR is emptied and counted. A code string loses what identifies; without a cleaner it is
    emptied.
    """
    if vr == "CS":
        return _cleaned_codes
    return _emptied if vr in _FORMS or vr in _CHARACTERS else _same


@cache
def kept_text(vr: str, *, listed: bool, tag: int) -> tuple[Rewrite, Sound] | None:
    """How a kept text is rewritten unless it is sound, and the judgement; None for VRs that hold no text.

    Parameters
    ----------
    listed
        Whether a row says that the element stays. Then, and where makers describe their devices, only what the header
        names goes: serial numbers and versions look like anything.
    """
    if vr not in _TEXT:
        return None
    mode = "own" if listed or vr in ("AE", "UR") or _describes_a_device(tag) else "label"
    cleaning = action_named("cleanTag")
    if cleaning is None:
        raise KeyError("cleanTag")
    return cleaning.bind(mode, vr=vr), _PLAIN_TEXT


def never_empty(rule: Rule, vr: str) -> Rule:
    """The rule for an attribute that needs a value (Type 1): where cleaning leaves none, a word that says nothing."""
    if vr not in _TEXT | {"CS"} or vr == "UR" or rule.action not in ("keep", "cleanTag", "cleanCode"):
        return rule

    def rewrite(element: ElementValue) -> bytes | None:
        new = rule.rewrite(element)
        return _NOBODY if new is not None and not new.strip(_EMPTY) and element.raw.strip(_EMPTY) else new

    return replace(rule, rewrite=rewrite)


def _describes_a_device(tag: int) -> bool:
    from pydicom.datadict import keyword_for_tag

    keyword = keyword_for_tag(tag)
    return "Manufacturer" in keyword or keyword == "SoftwareVersions"


@cache
def sound_code(vr: str) -> Sound:
    """The judgement of a part of a coded entry that a local scheme may have filled: SH is the code, else its meaning.

    A code without a long number stays, and a meaning of plain words; only the others ask for a cleaner, and so for a
    look at the whole header.
    """
    return _PLAIN_CODE.fullmatch if vr == "SH" else _PLAIN_TEXT


class Remembering:
    """Remembers what it found of short values: a study has few of them, again and again.

    The compiled editor knows these by ``remembered``, the values that are sound, and does not ask about what is in
    there.
    """

    def __init__(self) -> None:
        self.remembered: set[bytes] = set()
        self._unsound: set[bytes] = set()

    def __call__(self, raw: bytes) -> bool:
        """Whether a value field may stay."""
        if raw in self.remembered:
            return True
        if raw in self._unsound:
            return False
        is_sound = self._judges(raw)
        if len(raw) <= _LONGEST_REMEMBERED:
            known = self.remembered if is_sound else self._unsound
            if len(known) >= _REMEMBERED:
                known.clear()
            known.add(raw)
        return is_sound

    def forget(self) -> None:
        """Begin anew."""
        self.remembered.clear()
        self._unsound.clear()

    def _judges(self, raw: bytes) -> bool:
        raise NotImplementedError


class _CodeStrings(Remembering):
    """Code strings whose words all are words of codes."""

    def _judges(self, raw: bytes) -> bool:
        if not _LEGAL_CODE.fullmatch(raw) or _DIGITS_OF_AN_ID.search(raw):
            return False
        return all(map(is_code_word, _LETTERS.findall(raw.decode("ascii"))))


class _PlainText(Remembering):
    """Texts of words that are in everybody's descriptors and in nobody's name, without numbers of more than a digit."""

    def _judges(self, raw: bytes) -> bool:
        if not raw.isascii() or _TWO_DIGITS.search(raw):
            return False
        return all(map(is_plain_word, _LETTERS.findall(raw.decode("ascii"))))


_CODE_STRINGS, _PLAIN_TEXT = _CodeStrings(), _PlainText()


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
