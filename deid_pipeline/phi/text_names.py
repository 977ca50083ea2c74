"""People in a text whom no header names, found by what stands around them.

What belongs here: titles, leads, given names, credentials. What does not: names of the header (``header_words``),
places (``text_places``), the lists (``text_names.toml``, ``text_words.toml``).

A word counts as a name behind a lead when no list knows it as another word; without a lead only frequent given names
do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from deid_pipeline.model import IdentifierKind
from deid_pipeline.phi.text_tokens import Found, Tokens
from deid_pipeline.phi.text_words import KNOWN, NAMELIKE, Flag

_NAME = IdentifierKind.NAME
_MODALITY_TITLES = frozenset({"mr", "ms", "mrs", "dr"})
_FOR = frozenset({"for", "by", "per", "pt", "patient"})
_LEADS = Flag.TITLE | Flag.PERSON | Flag.WEAK_LEAD
_INTERESTING = _LEADS | Flag.GIVEN | Flag.CREDENTIAL | Flag.SURNAME
_STOPS = Flag.UNIT | Flag.MONTH | Flag.TITLE | Flag.PERSON | Flag.WEAK_LEAD | Flag.EPONYM
_AMBIGUOUS_CREDENTIALS = frozenset({"RT", "RTR", "DO", "NP", "II", "III", "IV", "SR", "PA"})  # behind a comma only
_TERMS = frozenset(
    "black|blood bright|blood white|matter gray|matter grey|matter brown|fat long|axis long|bone short|axis".split()
)
_INTRODUCING = frozenset({"with", "w", "by", "per", "from", "via"})  # before DR, which then is no modality
_SIDES = frozenset("lrapmfwtsc")  # single letters that mean something else before a word
_HUMP = re.compile(r"[^\W\d_]{3}[a-zß-ÿ][A-ZÀ-Þ]")  # not that of McDonald
_VOWEL = re.compile("[aeiouy]")
_LONGEST = 5  # words of a name


def find_names(tokens: Tokens) -> Iterator[Found]:
    """Names of people."""
    caret = "^" in tokens.text
    if not caret and not tokens.any & _INTERESTING:
        return
    for at, known in enumerate(tokens.flags):
        if known & _INTERESTING:
            if known & Flag.TITLE:
                yield from _after_title(tokens, at)
            if known & Flag.PERSON:
                yield from _after_label(tokens, at)
            if known & (Flag.WEAK_LEAD | Flag.PERSON):
                yield from _after_lead(tokens, at)
            if known & Flag.GIVEN:
                yield from _around_given(tokens, at)
            if known & Flag.CREDENTIAL:
                yield from _before_credential(tokens, at)
            if known & Flag.SURNAME and at and len(tokens.words[at - 1]) == 1:
                yield from _behind_initial(tokens, at)
            elif known & Flag.SURNAME and at and tokens.flags[at - 1] & Flag.GIVEN_UNSURE:
                yield from _behind_unsure(tokens, at)
        if caret and at + 1 < len(tokens) and tokens.gap(at) == "^":
            yield from _at_caret(tokens, at)


def _span(tokens: Tokens, first: int, last: int) -> Found:
    return Found(tokens.starts[first], tokens.end_of_name(last), _NAME)


def _is_initial(tokens: Tokens, at: int) -> bool:
    return len(tokens.words[at]) == 1 and tokens.is_word(at) and tokens.capitalised(at)


def _may_be_name(tokens: Tokens, at: int) -> bool:
    """Whether a word is written like a name and no list knows it as anything else."""
    known = tokens.flags[at]
    if not tokens.is_word(at) or not tokens.capitalised(at) or known & (_STOPS | Flag.ANATOMY):
        return False
    if not known and _HUMP.search(tokens.original(at)):
        return False  # several words in one
    return not known & KNOWN or bool(known & NAMELIKE and not known & Flag.SAFE)


def _is_part(tokens: Tokens, at: int) -> bool:
    """Whether a word continues a name that has begun: also a safe word that is a frequent surname."""
    known = tokens.flags[at]
    if _may_be_name(tokens, at) or _is_initial(tokens, at):
        return True
    if known & Flag.PARTICLE and tokens.is_word(at) and not known & Flag.UNIT:
        return at + 1 < len(tokens) and tokens.near(at) and tokens.is_word(at + 1) and _may_be_name(tokens, at + 1)
    return bool(known & Flag.SURNAME and tokens.capitalised(at) and not known & (Flag.ANATOMY | Flag.UNIT | Flag.MONTH))


def _forward(tokens: Tokens, first: int, *, begun: bool = False) -> int:
    """The last token of a name that goes on from ``first``, ``begun`` before it or not."""
    last = first
    known = tokens.flags[first]
    lone_given = bool(known & (Flag.GIVEN | Flag.GIVEN_UNSURE)) or len(tokens.words[first]) == 1
    unknown = not known & (NAMELIKE | KNOWN)  # a given name that no list has, or a surname
    while last + 1 < len(tokens) and last - first + 1 < _LONGEST and tokens.near(last):
        gap = tokens.gap(last)
        if "=" in gap or ("," in gap and tokens.upper and last > first) or (gap == "_" and last > first + 1):
            break
        if "." in gap and len(tokens.words[last]) > 3:
            break
        if _is_initial(tokens, last + 1) and not _initial_belongs(tokens, last + 1):
            break
        if not _is_part(tokens, last + 1):
            break
        safe = tokens.flags[last + 1] & Flag.SAFE and len(tokens.words[last + 1]) > 1
        if safe and (begun or not (lone_given or (unknown and last == first and not _is_term(tokens, last + 1)))):
            break  # the name is complete, and this is a word of descriptors too
        lone_given = lone_given and len(tokens.words[last + 1]) == 1
        last += 1
    while last > first and tokens.flags[last] & Flag.PARTICLE and tokens.flags[last] & Flag.UNIT:
        last -= 1
    return _credentials(tokens, last)


def _is_term(tokens: Tokens, at: int) -> bool:
    """Whether a word and the next one are a term, as in ``long axis``, though the first may be a surname."""
    return at + 1 < len(tokens) and f"{tokens.words[at]}|{tokens.words[at + 1]}" in _TERMS


def _initial_belongs(tokens: Tokens, at: int) -> bool:
    """A single letter inside a name has a dot, or stands before another part; else it may be a side or a sex."""
    if tokens.text[tokens.ends[at] : tokens.ends[at] + 1] == ".":
        return True
    if at + 1 < len(tokens) and tokens.near(at) and tokens.is_word(at + 1) and _may_be_name(tokens, at + 1):
        return True
    return tokens.words[at] not in "lrmfapw" or at + 1 == len(tokens)


def _credentials(tokens: Tokens, last: int) -> int:
    while last + 1 < len(tokens) and tokens.flags[last + 1] & Flag.CREDENTIAL and tokens.gap(last) in (" ", ", ", ","):
        written = tokens.original(last + 1)
        if not written[0].isupper() or ("," not in tokens.gap(last) and written in _AMBIGUOUS_CREDENTIALS):
            break
        last += 1
    return last


def _after_title(tokens: Tokens, at: int) -> Iterator[Found]:
    if at + 1 >= len(tokens) or not tokens.follows(at) or not tokens.is_word(at + 1):
        return
    written, dotted = tokens.original(at), "." in tokens.gap(at)
    first, known = at + 1, tokens.flags[at + 1]
    lower = not tokens.capitalised(first)
    if lower and known & (KNOWN | Flag.WEAK_LEAD):
        return
    if tokens.words[at] in _MODALITY_TITLES and written.isupper() and not dotted:
        plain = not known & (KNOWN | _STOPS) or known & NAMELIKE
        after = tokens.flags[first + 1] if first + 1 < len(tokens) else 0
        introduced = at > 0 and tokens.words[at - 1] in _INTRODUCING and known & Flag.SURNAME
        if (
            not plain
            or known & Flag.ANATOMY
            or (known & Flag.SAFE and after & Flag.SAFE and not introduced)
            or _is_term(tokens, first)
            or len(tokens.words[first]) < 3
        ):
            return
        if not known & NAMELIKE and tokens.words[at] != "dr":
            return
    elif not dotted and known & KNOWN and not known & NAMELIKE:
        return
    yield _span(tokens, first, _forward(tokens, first))


def _after_label(tokens: Tokens, at: int) -> Iterator[Found]:
    """``Tech: JW``; also without a sign where initials in capitals follow."""
    if at + 1 >= len(tokens) or not tokens.follows(at) or not tokens.is_word(at + 1):
        return
    first, word = at + 1, tokens.words[at + 1]
    if tokens.words[at] == "initials" and len(word) <= 4:
        yield _span(tokens, first, first)
        return
    known, signed = tokens.flags[first], tokens.signed(at)
    if known & (KNOWN | _STOPS) and not known & NAMELIKE:
        return
    if known & Flag.SAFE and known & NAMELIKE and (not tokens.capitalised(first) or known & Flag.ANATOMY):
        return
    if signed:
        last = _forward(tokens, first)
        if last == first and not tokens.capitalised(first):
            last = _small_letters(tokens, first)
        yield _span(tokens, first, last)
    elif 2 <= len(word) <= 3 and tokens.original(first).isupper() and tokens.words[at] not in ("patient", "pt", "name"):
        yield _span(tokens, first, _forward(tokens, first))


def _small_letters(tokens: Tokens, first: int, *, listed: bool = False) -> int:
    """The end of a name in small letters: frequent names and, unless only ``listed``, unknown words."""
    last = first
    while last + 1 < len(tokens) and tokens.gap(last) == " " and last < first + 2 and tokens.is_word(last + 1):
        known = tokens.flags[last + 1]
        if known & (Flag.ANATOMY | _STOPS) or ((listed or known & KNOWN) and not known & NAMELIKE):
            break
        last += 1
    return last


def _after_lead(tokens: Tokens, at: int) -> Iterator[Found]:
    first = at + 1
    if first >= len(tokens) or not tokens.follows(at) or not tokens.is_word(first):
        return
    if tokens.flags[first] & Flag.EPONYM_NOUN and not tokens.flags[first] & Flag.SURNAME:
        return
    begins = _may_be_name(tokens, first) or _is_initial(tokens, first)
    surname = tokens.flags[first] & NAMELIKE and tokens.capitalised(first) and not tokens.flags[first] & Flag.ANATOMY
    if not begins and not surname:
        return
    last = _forward(tokens, first)
    parts = [look for look in range(first, last + 1) if len(tokens.words[look]) > 1]
    if _is_thing(tokens, last) or not parts:
        return
    if _convinces(tokens, at, parts):
        yield _span(tokens, first, last)


def _is_thing(tokens: Tokens, last: int) -> bool:
    return bool(last + 1 < len(tokens) and tokens.near(last) and tokens.flags[last + 1] & Flag.EPONYM_NOUN)


def _convinces(tokens: Tokens, at: int, parts: list[int]) -> bool:
    """Whether capitalised words behind a lead are a name."""
    lead, known = tokens.words[at], [tokens.flags[look] for look in parts]
    if any(flag & Flag.GIVEN for flag in known):
        return True
    strong_lead = bool(tokens.flags[at] & (Flag.SURE_LEAD | Flag.PERSON)) and lead not in ("pt", "patient")
    named = sum(bool(flag & NAMELIKE) for flag in known)
    if lead not in _FOR and not strong_lead:
        return named >= 1 and len(parts) > 1
    if any(flag & NAMELIKE and not flag & KNOWN for flag in known) or (named and len(parts) > 1):
        return True
    if any(flag & KNOWN for flag in known):
        return False
    written = tokens.original(parts[0])
    if len(parts) > 1:
        return strong_lead or not tokens.upper or any(len(tokens.words[look]) > 4 for look in parts)
    if written.isupper():
        return (strong_lead and lead != "per") or (len(written) > 5 and bool(_VOWEL.search(tokens.words[parts[0]])))
    return True


def _around_given(tokens: Tokens, at: int) -> Iterator[Found]:
    """A given name and the surname beside it: ``Amanda Hill``, ``WALSH, JENNIFER M``."""
    last = _forward(tokens, at) if tokens.capitalised(at) else _small_letters(tokens, at, listed=True)
    first = at
    if at > 0 and tokens.near(at - 1):
        gap, known = tokens.gap(at - 1), tokens.flags[at - 1]
        joined = "," in gap or "^" in gap
        surname = known & Flag.SURNAME and tokens.capitalised(at - 1) and not known & (Flag.ANATOMY | Flag.UNIT)
        alone = gap in (" ", "_") and surname and not known & Flag.SAFE
        if alone or (joined and (surname or _may_be_name(tokens, at - 1))):
            first = at - 1
        while first > 0 and tokens.gap(first - 1) in ("-", "'", "’") and tokens.capitalised(first - 1):
            if _HUMP.search(tokens.original(first - 1)):
                break
            first -= 1
    if first > 0 and tokens.words[first - 1] in ("st", "saint") and tokens.gap(first - 1) in (" ", ". "):
        first -= tokens.capitalised(first - 1)
    if last == at == first and _is_thing(tokens, at):
        return
    yield _span(tokens, first, last)


def _before_credential(tokens: Tokens, at: int) -> Iterator[Found]:
    """``Mendoza, MD``."""
    written = tokens.original(at)
    if at == 0 or len(written) < 2 or tokens.gap(at - 1) not in (", ", " ", ","):
        return
    if written not in ("MD", "DO", "RN", "PhD", "Ph", "MBBS", "FRCR", "CRNA", "DDS", "PA-C") or not _may_be_name(
        tokens, at - 1
    ):
        return
    if tokens.upper and "," not in tokens.gap(at - 1):
        return
    first = at - 1
    while (
        first > 0
        and at - first < _LONGEST
        and tokens.gap(first - 1) in (" ", ". ", "-")
        and _is_part(tokens, first - 1)
    ):
        first -= 1
    yield _span(tokens, first, at)


def _behind_initial(tokens: Tokens, at: int) -> Iterator[Found]:
    """``J. Smith``, and ``J SMITH`` where nothing stands before it; not ``T. Wood`` nor ``L HILL``."""
    known, first = tokens.flags[at], at - 1
    if known & (KNOWN | Flag.EPONYM | _STOPS) or not tokens.capitalised(at) or not _is_initial(tokens, first):
        return
    if _is_thing(tokens, at):
        return
    gap, letter = tokens.gap(first), tokens.words[first]
    before = tokens.text[: tokens.starts[first]].rstrip(" ")
    alone = not before or before[-1] in ",:;/(-"
    if gap in (". ", ".") or (gap == " " and alone and letter not in _SIDES):
        while first > 0 and len(tokens.words[first - 1]) == 1 and tokens.gap(first - 1) in (".", ". "):
            first -= 1
        yield _span(tokens, first, _credentials(tokens, at))


def _behind_unsure(tokens: Tokens, at: int) -> Iterator[Found]:
    """``Frank Miller``: a given name that is also another word, and a surname that is none."""
    known, given = tokens.flags[at], tokens.flags[at - 1]
    if known & (KNOWN | Flag.EPONYM | _STOPS) or tokens.gap(at - 1) != " " or _is_thing(tokens, at):
        return
    if given & (Flag.UNIT | Flag.ANATOMY) or (given & Flag.SAFE and tokens.upper):
        return
    if tokens.capitalised(at - 1) and tokens.capitalised(at) and len(tokens.words[at - 1]) > 2:
        yield _span(tokens, at - 1, _credentials(tokens, at))


def _at_caret(tokens: Tokens, at: int) -> Iterator[Found]:
    """Two words with a caret between them are a name's components unless they describe a protocol."""
    both = (at, at + 1)
    if any(not tokens.is_word(look) or len(tokens.words[look]) < 2 for look in both):
        return
    unknown = [look for look in both if not tokens.flags[look] & KNOWN]
    namelike = [look for look in both if tokens.flags[look] & NAMELIKE]
    if (
        len(unknown) == 2
        or (unknown and namelike)
        or (len(namelike) == 2 and all(_may_be_name(tokens, k) for k in both))
    ):
        yield _span(tokens, at, _forward(tokens, at + 1, begun=True))
