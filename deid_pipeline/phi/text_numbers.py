"""Numbers and addresses of machines in a text: ids, phones, UIDs, links, ages over 89.

What belongs here: shapes that hold for any patient, and what tells a measured number from an id. What does not: dates
(``text_dates``), numbers of the header (``header_words``).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from deid_pipeline.model import IdentifierKind
from deid_pipeline.phi.text_tokens import Found, Tokens
from deid_pipeline.phi.text_words import Flag, flags

STANDARD_UID_ROOT = "1.2.840.10008."
_ID, _CONTACT, _AGE, _UID = IdentifierKind.ID, IdentifierKind.CONTACT, IdentifierKind.AGE, IdentifierKind.UID

_LINKS = (
    r"(?:https?|ftp|sftp|dicom|file)://[^\s<>\"]+|www\.[^\s<>\"]+"
    r"|(?<![\w.@-])(?:[\w-]+\.)+(?:com|org|net|edu|gov|mil|info|local)(?![\w-])(?:/[^\s<>\"]*)?"
)
_MAIL = r"(?<![\w.+%-])[\w.+%-]+@[\w-]+(?:\.[\w-]+)*"
# An id behind its label. Short labels are also words: they need a sign, or a number of five characters and more.
_NUMBER = r"(?: ?(?:no|num(?:ber)?|#))"
_LABELS = "|".join(
    [
        r"m\.?r\.?n",
        r"pid|ssn|s/n|sn|csn|fin|dl|vin|badge|zip(?: ?code)?",
        r"(?:patient|pat|pt)(?:'?s)?[ _]?id",
        r"(?:study|exam|device|member|subject|employee|plate)[ _]id",
        rf"(?:mr|acc|case|order|hosp(?:ital)?|req(?:uisition)?|patient|employee){_NUMBER}",
        rf"med(?:ical)? ?rec(?:ord)?{_NUMBER}?",
        rf"(?:accession|account|acct|policy|lic(?:en[cs]e)?|passport|serial|chart|encounter){_NUMBER}?",
        rf"(?:social security|insurance|specimen|medicare|medicaid|mbi|nhs|inmate)(?:{_NUMBER}| id)?",
    ]
)
_SHORT_LABELS = r"id|acc|case|order|visit|exam|hosp|study no|ref no|ref"
_VALUE = r"(?=[\w/.-]*\d)[^\W_][\w/.-]*[^\W_]|\d"
_WITH_LABEL = (
    rf"(?<![^\W_])(?:{_LABELS})(?![^\W_])[ \t]*(?:no\.?|number|is)?[ \t.:=#-]{{0,4}}(?P<labelled>{_VALUE}(?:[ -]\d+)*)"
    rf"|(?<![^\W_])(?:{_SHORT_LABELS})[ \t]*(?:no\.?)?[ \t]*[:=#][ \t:=#]*(?P<short>{_VALUE}(?:[ -]\d+)*)"
    rf"|(?<![^\W_])(?<!-)(?:{_SHORT_LABELS})[ \t]+(?P<long>(?=[\w-]*\d{{4}})[A-Za-z0-9][\w-]{{4,}})"
    r"|(?<![^\W_])(?:for|patient|pt)[ \t]+(?P<subject>\d{4,6})(?![\w.]|[ \t]*(?:ms|mm|cm|ml|hz|s|sec|kv|hu)\b)"
)
_PHONES = (
    r"(?<![\w+])\+\d{1,3}[ .-]?(?:\(\d{1,5}\)[ .-]?)?\d{1,5}(?:[ .-]\d{2,6}){1,5}"
    r"|(?<![\w.-])(?:\+?\d{1,3}[-. ])?\(\d{3}\)[-. ]?\d{3}[-. ]\d{4}"
    r"|(?<![\w.-])(?:\+?\d{1,3}[-.])?[2-9]\d\d[-.]\d{3}[-.]\d{4}(?![\d-])"
    r"|(?<![\w.-])001-[2-9]\d\d-\d{3}-\d{4}(?!\d)"
    r"|(?<![\w.-])[2-9]\d\d/[2-9]\d\d[-.]\d{4}(?![\d-])"
    r"|(?<![\w./-])(?P<short>[2-9]\d\d-\d{4})(?![\w./-])"
    r"|(?<![\w.-])(?P<spaced>[2-9]\d\d [2-9]\d\d \d{4})(?![\d.]| ?[x×])"
)
_EXTENSION = r"(?:[ ,]*(?:x|ext\.?|extension)[ ]*\d{1,6})?"
_CALL_WORDS = r"(?<![^\W_])(?:tel(?:ephone)?|ph(?:one)?|fax|cell|mobile|call|pager|beeper|ext(?:ension)?)(?![^\W_])"
_CALLED = (
    rf"{_CALL_WORDS}[ .:#]{{1,3}}(?!\d{{1,2}}\.\d{{1,3}}(?![\d.]))"
    r"(?P<called>(?:x|ext\.?)? ?\+?[(\d][\d(). /-]{2,}\d)"
)
_SSN = r"(?<![\d.-])\d{3}-\d{2}-\d{4}(?![\d-])|(?<![\d.] )(?<![\d.])\d{3} \d{2} \d{4}(?![\d.])"
# Seven digits and more are an id, with the letters that stand before them; behind a decimal point they are a fraction.
_LONG = (
    r"(?<!\d\.)(?<![\d#])(?:(?<![A-Za-z])[A-Za-z]{1,4}-?)?\d{7,}(?:-\d+)*|(?<![A-Za-z\d.])[A-Za-z]{1,3}\d{6}(?![\w.])"
)
# Behind a # that no measure precedes.
_HASHED = r"(?<![\w#])#[ ]?(?P<hashed>[A-Z]{0,3}-?\d{4,}(?![\w.]))"
_OPAQUE = r"(?<![\w.-])(?=[A-Z]*\d)(?=(?:[A-Z]*\d){5})(?=\d*[A-Z])[A-Z\d]{10,}(?![\w.])"
_OVER_89 = r"(?:0?9\d|1[0-2]\d)"
_OLD = (
    r"y/?o\b\.?|y\.o\.|yr?s?[ -]?old\b|years?(?:[ -]*(?:of age|old))?\b|yrs?\b\.?|(?<=\d)y\b|-?jährig\w*|ans\b|años\b"
)
_AGES = (
    rf"(?<![\w.]){_OVER_89}[ -]?(?:{_OLD})(?! +(?:ago|history|prior))"
    rf"|(?<![^\W_])(?:ninety(?:[- ](?:one|two|three|four|five|six|seven|eight|nine))?|(?:one|a) hundred)[- ](?:{_OLD})"
    rf"|(?<![^\W_])age[ds]?[ :=]{{1,3}}(?P<aged>{_OVER_89})(?![\d.])"
    rf"|(?<![\w.^-])(?<!tc )(?P<sexed>{_OVER_89}) ?/? ?[MF](?![\w.^]|[- ]?Tc)"
)
_UID_SHAPE = r"(?<![\w.])(?:2\.25\.\d{8,39}|[0-2](?:\.(?:0|[1-9]\d*)){4,})(?![\w])"
_FEWEST_DOTS = 4  # of a UID that is none of ``2.25.``
_MACHINE = (
    r"(?<![\w:-])(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}(?![\w:-])"
    r"|(?<![\w:])(?=[0-9:]*(?:[a-f]|::))(?=(?:[0-9a-f]*:){3})[0-9a-f]{1,4}(?::{1,2}[0-9a-f]{1,4}){2,7}(?![\w:])"
)
_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_IP = (
    rf"(?<![\w.:])(?P<ip>[1-9]\d{{1,2}}(?:\.{_OCTET}){{3}})(?::\d{{2,5}})?(?![\w.])"
    r"|(?<![^\W_])ip[ :=]+(?P<address>\d+(?:\.\d+){3})"
)


@cache
def _shapes() -> dict[str, re.Pattern[str]]:
    """The shapes that need a digit, compiled together where they overlap."""
    flags = re.IGNORECASE
    return {
        "uid": re.compile(_UID_SHAPE),
        "ip": re.compile(_IP, flags),
        "labelled": re.compile(_WITH_LABEL, flags),
        "phones": re.compile(f"(?:{_PHONES}){_EXTENSION}", flags),
        "called": re.compile(f"{_CALLED}{_EXTENSION}", flags),
        "ssn": re.compile(_SSN),
        "long": re.compile(_LONG),
        "opaque": re.compile(_OPAQUE),
        "hashed": re.compile(_HASHED, flags),
        "ages": re.compile(_AGES, flags),
        "links": re.compile(_LINKS, flags),
        "mail": re.compile(_MAIL),
        "gate": re.compile(r"\d{3}[-. )]+\d{2}|\d{4}|[+(] ?\d"),
        "age_gate": re.compile(r"9\d|1[0-2]\d"),
        "worded_ages": re.compile("ninety|hundred", flags),
        "machine": re.compile(_MACHINE, flags),
        "link_gate": re.compile(r"://|www\.|\.(?:com|org|net|edu|gov|mil|info|local)(?!\w)", flags),
    }


def find_numbers(tokens: Tokens) -> Iterator[Found]:
    """Ids, phones, UIDs, links and ages over 89."""
    text, shapes = tokens.text, _shapes()
    if shapes["link_gate"].search(text):
        yield from _trimmed(shapes["links"], text)
    if "@" in text:
        yield from _all(shapes["mail"], text, _CONTACT)
    if shapes["worded_ages"].search(text):
        yield from _all(shapes["ages"], text, _AGE)
    if not tokens.has_digits:
        return
    if text.count(":") > 2 or text.count("-") > 4:
        yield from _all(shapes["machine"], text, _CONTACT)
    yield from find_uids(text)
    if text.count(".") >= 3:
        yield from _all(shapes["ip"], text, _CONTACT)
    if shapes["gate"].search(text):
        yield from _long_numbers(tokens)
    if shapes["age_gate"].search(text):
        yield from _all(shapes["ages"], text, _AGE)
    if tokens.any & Flag.LABEL:
        yield from _all(shapes["labelled"], text, _ID)
        yield from _all(shapes["called"], text, _CONTACT)


def find_uids(text: str) -> Iterator[Found]:
    """UIDs other than the standard's."""
    if text.count(".") < _FEWEST_DOTS and "2.25." not in text:
        return
    for found in _all(_shapes()["uid"], text, _UID):
        if not text.startswith(STANDARD_UID_ROOT, found.start) and found.end - found.start >= 12:
            yield found


def _long_numbers(tokens: Tokens) -> Iterator[Found]:
    text, shapes = tokens.text, _shapes()
    standard = [m.span() for m in shapes["uid"].finditer(text) if text.startswith(STANDARD_UID_ROOT, m.start())]
    for matched in shapes["phones"].finditer(text):
        unsure = matched.lastgroup is not None
        if unsure and (_technical_before(text, matched.start()) or _measured_behind(tokens, matched.end())):
            continue
        yield Found(*matched.span(), _CONTACT)
    yield from _all(shapes["ssn"], text, _ID)
    for matched in shapes["hashed"].finditer(text) if "#" in text else ():
        if not _technical_before(text, matched.start()):
            yield Found(*matched.span("hashed"), _ID)
    for name in ("long", "opaque"):
        for found in _all(shapes[name], text, _ID):
            if not any(start <= found.start < end for start, end in standard):
                yield _without_word(text, found)


def _without_word(text: str, found: Found) -> Found:
    """A number without the word of descriptors that stands right before it: ``KNEE7788119922``."""
    known = flags()
    matched = _WORD_AHEAD.match(text, found.start, found.end)
    flag = known.get(matched.group().lower(), 0) if matched is not None else 0
    if matched is None or not flag & Flag.SAFE or flag & Flag.LABEL or not text[matched.end() : found.end].isdecimal():
        return found
    return replace(found, start=matched.end())


def _measured_behind(tokens: Tokens, end: int) -> bool:
    """Whether a unit follows a number."""
    at = bisect_left(tokens.starts, end)
    return at < len(tokens) and bool(tokens.flags[at] & Flag.UNIT) and tokens.starts[at] <= end + 1


def _all(shape: re.Pattern[str], text: str, kind: IdentifierKind) -> Iterator[Found]:
    for matched in shape.finditer(text):
        group = matched.lastgroup or 0
        yield Found(*matched.span(group), kind)


def _trimmed(shape: re.Pattern[str], text: str) -> Iterator[Found]:
    """Links, without the punctuation of the sentence around them."""
    for matched in shape.finditer(text):
        link = matched.group().rstrip(".,;:!?)]}'")
        yield Found(matched.start(), matched.start() + len(link), _CONTACT)


_LABEL_TAIL = re.compile(
    rf"(?<![^\W_])(?:{_LABELS}|{_SHORT_LABELS}|for|patient|pt|room)[ \t]*(?:no\.?)?[ \t.:=#-]{{0,3}}$", re.IGNORECASE
)
_ANY_LABEL = re.compile(
    rf"#|(?<![^\W_])(?:no|(?:{_LABELS}|{_SHORT_LABELS}|for|patient|pt|room)(?:no)?)(?![A-Za-z])", re.IGNORECASE
)
_SIGN_TAIL = re.compile(r"(?:#|(?<![^\W_])no\.?)[ \t]*$", re.IGNORECASE)
_TECHNICAL_TAIL = re.compile(r"(?<![^\W_])([A-Za-z]+) ?\.?[ :=#]{0,2}$")
_WORD_AHEAD = re.compile(r"[A-Za-z]{3,}")
_FACTOR_TAIL = re.compile(r"\d ?[x×*] ?$|[<>=±~] ?$")


def has_id_label(text: str) -> bool:
    """Whether there may be a place in a text before which :func:`id_label_before` finds a label."""
    return _ANY_LABEL.search(text) is not None


def id_label_before(text: str, start: int) -> bool:
    """Whether what stands before a place says that an id follows."""
    if _LABEL_TAIL.search(text, max(0, start - 40), start) is not None:
        return True
    signed = _SIGN_TAIL.search(text, max(0, start - 8), start)
    return signed is not None and not _technical_before(text, signed.start())


def _technical_before(text: str, start: int) -> bool:
    matched = _TECHNICAL_TAIL.search(text, max(0, start - 24), start)
    return matched is not None and bool(flags().get(matched.group(1).lower(), 0) & Flag.TECHNICAL)


def measures(tokens: Tokens, at: int) -> bool:
    """Whether a number measures: behind a technical label, before a unit, a factor of a matrix, part of a decimal."""
    text, start, end = tokens.text, tokens.starts[at], tokens.ends[at]
    if not tokens.words[at].isdecimal() or id_label_before(text, start):
        return False
    if text[start - 1 : start] == "." and text[start - 2 : start - 1].isdecimal():
        return True
    if text[end : end + 1] == "." and text[end + 1 : end + 2].isdecimal():
        return True
    if _technical_before(text, start) or _FACTOR_TAIL.search(text, max(0, start - 6), start):
        return True
    if at + 1 == len(tokens) or not tokens.flags[at + 1] & Flag.UNIT:
        return False
    behind = text[tokens.ends[at + 1] : tokens.ends[at + 1] + 1]
    whole = not behind.isalnum() and behind != "_"
    return whole and (tokens.gap(at) == "" or (tokens.gap(at) == " " and len(tokens.words[at + 1]) > 1))
