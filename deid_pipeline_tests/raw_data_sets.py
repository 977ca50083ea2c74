"""Data sets of any shape that bytes can have, for Hypothesis: sound, odd, and some damaged.

What belongs here: drawing elements byte by byte. What does not: data sets that pydicom writes (``test_editing``), any
expectation of a test.
"""

from __future__ import annotations

import re

from hypothesis import strategies as st

from deid_pipeline.strategy import load
from deid_pipeline_tests.data_sets import (
    BIG_ENDIAN,
    EXPLICIT,
    IMPLICIT,
    ITEM_END,
    LONG_VRS,
    SEQUENCE_END,
    SHORT_VRS,
    UNDEFINED,
    explicit,
    implicit,
    item,
    open_item,
)

_VRS = tuple(sorted(SHORT_VRS | LONG_VRS - {"SQ"}))
_PUBLIC = {
    0x00080005: "CS", 0x00080008: "CS", 0x00080012: "DA", 0x00080013: "TM", 0x00080016: "UI", 0x00080018: "UI",
    0x00080020: "DA", 0x0008002A: "DT", 0x00080050: "SH", 0x00080060: "CS", 0x00080080: "LO", 0x00080090: "PN",
    0x00080100: "SH", 0x00080102: "SH", 0x00080104: "LO", 0x00081030: "LO", 0x0008103E: "LO", 0x00081155: "UI",
    0x00100010: "PN", 0x00100020: "LO", 0x00100030: "DA", 0x00101010: "AS", 0x00104000: "LT", 0x00120062: "CS",
    0x00180015: "CS", 0x00180050: "DS", 0x0018106A: "CS", 0x00189306: "FD", 0x0020000D: "UI",
    0x0020000E: "UI", 0x00200010: "SH", 0x00200013: "IS", 0x00200052: "UI", 0x00204000: "LT", 0x00280002: "US",
    0x00280010: "US", 0x00280103: "US", 0x00280301: "CS", 0x00281101: "US", 0x00281201: "OW", 0x00282000: "OB",
    0x00400254: "LO", 0x0040A120: "DT", 0x0040A123: "PN", 0x0040A124: "UI", 0x0040A160: "UT", 0x00420011: "OB",
    0x50003000: "OW", 0x60000010: "US", 0x60003000: "OB", 0x60004000: "LT", 0x7FE00010: "OW", 0xFFFCFFFC: "OB",
    0x00080000: "UL", 0x00100000: "UL", 0x01010010: "LO", 0x00030010: "LO", 0xFFFFFFFF: "UN", 0x00000000: "UL",
    0x00010000: "UL", 0x00090000: "UL",
}  # fmt: skip
_SEQUENCES = (
    0x00081140,
    0x00081111,
    0x00400275,
    0x0040A730,
    0x00540016,
    0x00082218,
    0x00120064,
    0x00091020,
    0x00400260,
)
_TEXTS = (
    b"", b" ", b"\0", b"CT", b"CANARY", b"Canary^Ann", b"CANARY^ANN^B^^DR=\x1b$B;3", b"1.2.840.10008.5.1.4.1.1.2",
    b"1.2.840.10008.5.1.4.1.1.2\0", b"1.2.3.4", b"1.2.3.4\0", b"1.2.3\\1.2.4", b"20240229", b"20241301", b"120000.5",
    b"20240229120000+0100", b"047Y", b"099Y", b"1", b"12\\-3.5", b"ORIGINAL\\PRIMARY", b"ISO_IR 100", b"ISO_IR 192",
    b"\\ISO 2022 IR 87", b"Quillfeather", b"Dr Ann Canary phoned 2024-02-29", b"HEAD", b"head neck", b"\xff\xfe\0\1",
    b"M\xc3\xbcller", b"M\xfcller", b"\x80" * 3, b"x" * 65, b"X" * 17, b"YES", b"ACC7733190", b" 1.5 \\ ", b"a\\b\\",
    b"T1 AXIAL", b"121322", b"DCM", b"\0\0", b"\1\0\2\0", b"\1\0\0\0\0\0\0\0", b"Canary\tAnn\r\nCanary", b"-", b"\\",
    b"1234567890123", b"1234567890123\\2", b"12.5E+3", b"1\x0e2\x0f3\x7f", b"NONE\\none", b"  YES", b"1.2.3 ",
    b"A1234567",
)  # fmt: skip
_PRIVATE = re.compile(r'([0-9a-f]{4})"([^"]+)"([0-9a-f]{2})')


def _listed_privates() -> list[tuple[int, str, int, str]]:
    """Group, creator, element and VR of some private elements that a shipped strategy names."""
    rows = [(row, _PRIVATE.match(row.pattern)) for row in load("midi_b").rows]
    named = [(int(m[1], 16), m[2], int(m[3], 16), row.vr or "UN") for row, m in rows if m is not None]
    return named[::29]


_PRIVATES = _listed_privates()
_GROUPS = (0x0009, 0x0019, 0x0003, 0xFFFF)
_CREATORS = ("ACME", "", "\u00fcber \\ x", *sorted({creator for _, creator, _, _ in _PRIVATES})[:5])
_EVEN = tuple(text + b" " * (len(text) & 1) for text in _TEXTS)
_values = st.sampled_from(_EVEN + _EVEN + _TEXTS + tuple(bytes((7 * n, n)) for n in range(0, 36, 2)))


_Form = tuple[bool, str]  # explicit VR, byte order
_Elements = list[tuple[int, bytes]]  # tags and encoded elements
PUBLIC_TAGS = sorted(_PUBLIC)
_MOST = (12, 5, 3, 2)  # parts of a data set or item, by depth


@st.composite
def raw_data_sets(draw: st.DrawFn) -> tuple[str, bytes]:
    """A transfer syntax and the bytes of a data set in it; mostly sound, mostly little endian."""
    syntax = draw(st.sampled_from((EXPLICIT, IMPLICIT, EXPLICIT, IMPLICIT, EXPLICIT, IMPLICIT, BIG_ENDIAN)))
    form = (syntax != IMPLICIT, ">" if syntax == BIG_ENDIAN else "<")
    damaged = draw(st.integers(0, 5)) == 5
    return syntax, draw(_contents(form, 0, damaged)) or _element(form, 0x00100010, "PN", b"CANARY")


@st.composite
def _contents(draw: st.DrawFn, form: _Form, depth: int, damaged: bool) -> bytes:
    """Elements one after the other: in the order of their tags, mostly."""
    parts = draw(st.lists(_part(form, depth, damaged), min_size=0 if depth else 4, max_size=_MOST[depth]))
    elements = [element for part in parts for element in part]
    if draw(st.integers(0, 3)):
        elements.sort(key=lambda element: element[0])
    return b"".join(content for _, content in elements)


@st.composite
def _part(draw: st.DrawFn, form: _Form, depth: int, damaged: bool) -> _Elements:
    """Elements that belong together. Not a choice among strategies: Hypothesis would weigh all inner choices alike."""
    kind = draw(st.integers(0, 13))
    if kind < 6:
        return draw(_publics(form))
    if kind < 8:
        return draw(_private_blocks(form))
    if kind < 11 and depth < 3:
        return draw(_sequences(form, depth, damaged))
    if kind == 11 and depth < 2:
        return draw(_pixels(form))
    return draw(_lies(form) if damaged and kind > 11 else _strangers(form))


def _element(form: _Form, tag: int, vr: str, value: bytes, *, length: int | None = None) -> bytes:
    explicit_vr, order = form
    if explicit_vr:
        return explicit(tag, vr, value, length=length, order=order)
    return implicit(tag, value, length=length, order=order)


@st.composite
def _publics(draw: st.DrawFn, form: _Form) -> _Elements:
    """One to three elements of PS3.6: with the VR that it gives them, with UN or another, some twice."""
    made = []
    for tag in draw(st.lists(st.sampled_from(PUBLIC_TAGS), min_size=1, max_size=3)):
        kind = draw(st.integers(0, 10))
        vr = _PUBLIC[tag] if kind < 7 else "UN" if kind < 9 else draw(st.sampled_from(_VRS))
        sequence = kind == 8 and form[0]
        made.append((tag, _written_as_un(form, tag) if sequence else _element(form, tag, vr, draw(_values))))
    return made


def _named(form: _Form, tag: int, creator: str, kind: int) -> bytes:
    """A private creator: also of odd length, as UN or another VR, and as a sequence, which is none."""
    text = creator.encode("latin-1")
    match kind:
        case 0 if form[0]:
            return _written_as_un(form, tag)
        case 1:
            return _element(form, tag, "UN", text)
        case 2 | 3:
            return _element(form, tag, "LO", text + b" " * (1 - len(text) & 1))
        case _:
            return _element(form, tag, ("LO", "SH")[kind == 4], text + b" " * (len(text) & 1))


def _written_as_un(form: _Form, tag: int) -> bytes:
    """A sequence that only its length tells: UN, and undefined."""
    return _element(form, tag, "UN", item(implicit(0x00100010, b"CANARY")) + implicit(SEQUENCE_END), length=UNDEFINED)


@st.composite
def _private_blocks(draw: st.DrawFn, form: _Form) -> _Elements:
    """A block of a group, moved to any place: its creator may be missing, doubled, too late, or no text at all."""
    if draw(st.booleans()):
        group, creator, number, vr = draw(st.sampled_from(_PRIVATES))
    else:
        group, creator = draw(st.sampled_from(_GROUPS)), draw(st.sampled_from(_CREATORS))
        number, vr = draw(st.sampled_from((0, 1, 0x10, 0x20, 0xFF))), draw(st.sampled_from(_VRS))
    block = draw(st.sampled_from((0x10, 0x10, 0x10, 0x11, 0xFF, 0x0F)))
    named = _named(form, group << 16 | block, creator, draw(st.integers(0, 7)))
    held = []
    for tag in (group << 16 | block << 8 | number, group << 16 | block << 8 | number ^ 1):
        for _ in range(draw(st.integers(0, 2))):
            kind = draw(st.integers(0, 5))
            if kind == 5:  # the same element as bytes and as a sequence, which only its length tells
                content = item(implicit(0x00100010, b"CANARY", order="<")) + implicit(SEQUENCE_END)
                held.append(
                    (tag, _element(form, tag, "UN", content, length=UNDEFINED)) if form[1] == "<" else (tag, b"")
                )
            else:
                held.append((tag, _element(form, tag, vr if kind < 3 else "UN", draw(_values))))
    head = [(group << 16 | block, named)]
    return (head + held, head + held, head + held, held, held + head, head + head + held)[draw(st.integers(0, 5))]


@st.composite
def _sequences(draw: st.DrawFn, form: _Form, depth: int, damaged: bool) -> _Elements:
    """A sequence in any form of length, also one that is written as UN and is in implicit VR inside."""
    tag = draw(st.sampled_from(_SEQUENCES))
    vr = "UN" if form[0] and draw(st.integers(0, 3)) == 3 else "SQ"
    inner = (False, "<") if vr == "UN" else form
    contents = draw(st.lists(st.tuples(_contents(inner, depth + 1, damaged), st.integers(0, 2)), max_size=3))
    made = [(open_item if kind == 2 else item)(content, order=inner[1]) for content, kind in contents]
    if damaged and draw(st.integers(0, 2)) == 2:
        made.insert(draw(st.integers(0, len(made))), draw(_false_items(inner[1])))
    value = b"".join(made)
    if draw(st.booleans()):
        return [(tag, _element(form, tag, vr, value))]
    return [(tag, _element(form, tag, vr, value, length=UNDEFINED) + implicit(SEQUENCE_END, order=inner[1]))]


@st.composite
def _false_items(draw: st.DrawFn, order: str) -> bytes:
    """What does not belong among items: delimiters, items that are too long or have no end, elements, zeros."""
    name = implicit(0x00100010, b"CANARY", order=order)
    return draw(
        st.sampled_from(
            (
                implicit(SEQUENCE_END, order=order),
                implicit(ITEM_END, order=order),
                item(name, length=len(name) + 2, order=order),
                item(name, length=len(name) + 8, order=order),
                item(b"", length=UNDEFINED, order=order),
                item(name, length=UNDEFINED, order=order),
                item(name, length=UNDEFINED - 1, order=order),
                name,
                bytes(8),
                bytes(4),
            )
        )
    )


@st.composite
def _pixels(draw: st.DrawFn, form: _Form) -> _Elements:
    """Pixel data in fragments: of any length, odd ones too, and none at all."""
    fragments = draw(st.lists(st.binary(max_size=7), max_size=3))
    inside = b"".join(item(one, order=form[1]) for one in fragments) + implicit(SEQUENCE_END, order=form[1])
    vr = draw(st.sampled_from(("OB", "OB", "OW", "OB", "OW", "UN")))
    return [(0x7FE00010, _element(form, 0x7FE00010, vr, inside, length=UNDEFINED))]


@st.composite
def _strangers(draw: st.DrawFn, form: _Form) -> _Elements:
    """A sound element of any tag but a delimiter's."""
    tag = draw(st.integers(0, 0xFFFFFFFF))
    if tag >> 16 == 0xFFFE:
        tag ^= 0x80000000
    vr = draw(st.sampled_from(_VRS))
    return [(tag, _element(form, tag, vr, draw(_values)))]


@st.composite
def _lies(draw: st.DrawFn, form: _Form) -> _Elements:
    """What is seldom or never sound: lengths that lie, delimiters out of place, VRs that are none."""
    kind, tag, value = draw(st.integers(0, 3)), draw(st.sampled_from(PUBLIC_TAGS)), draw(_values)
    if kind == 0:
        length = draw(st.sampled_from((0, 1, 2, 7, 8, len(value) + 8, 0xFFFE, 0xFFFF)))
        return [(tag, _element(form, tag, draw(st.sampled_from(_VRS)), value, length=length))]
    if kind == 1:
        length = draw(st.sampled_from((UNDEFINED, UNDEFINED, UNDEFINED - 1, 1 << 31)))
        return [(tag, _element(form, tag, draw(st.sampled_from(sorted(LONG_VRS))), value, length=length))]
    if kind == 2:
        stray = draw(st.sampled_from((ITEM_END, SEQUENCE_END)))
        return [(stray, implicit(stray, b"\0" * draw(st.integers(0, 1)), order=form[1]))]
    return [(tag, explicit(tag, draw(st.sampled_from(("??", "ZZ", "sq", "\0\0"))), value, order=form[1]))]
