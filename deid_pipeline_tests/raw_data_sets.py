"""Data sets of any shape that bytes can have, for Hypothesis: sound, odd, and some damaged.

What belongs here: drawing elements byte by byte. What does not: data sets that pydicom writes (``test_editing``), any
expectation of a test.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

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
    0x00120064: "SQ", 0x00180015: "CS", 0x00180050: "DS", 0x0018106A: "CS", 0x00189306: "FD", 0x0020000D: "UI",
    0x0020000E: "UI", 0x00200010: "SH", 0x00200013: "IS", 0x00200052: "UI", 0x00204000: "LT", 0x00280002: "US",
    0x00280010: "US", 0x00280103: "US", 0x00280301: "CS", 0x00281101: "US", 0x00281201: "OW", 0x00282000: "OB",
    0x00400254: "LO", 0x0040A120: "DT", 0x0040A123: "PN", 0x0040A124: "UI", 0x0040A160: "UT", 0x00420011: "OB",
    0x50003000: "OW", 0x60000010: "US", 0x60003000: "OB", 0x60004000: "LT", 0x7FE00010: "OW", 0xFFFCFFFC: "OB",
    0x00080000: "UL", 0x00100000: "UL", 0x01010010: "LO", 0x00030010: "LO", 0xFFFFFFFF: "UN", 0x00000000: "UL",
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
_GROUPS = (0x0009, 0x0019, 0x0029)
_CREATORS = ("ACME", "", "\u00fcber \\ x", *sorted({creator for _, creator, _, _ in _PRIVATES})[:5])
_values = st.one_of(st.sampled_from(_TEXTS), st.sampled_from(_TEXTS), st.binary(max_size=12))
_padded = _values.map(lambda raw: raw + b" " * (len(raw) & 1))


@st.composite
def raw_data_sets(draw: st.DrawFn) -> tuple[str, bytes]:
    """A transfer syntax and the bytes of a data set in it; mostly sound, mostly little endian."""
    syntax = draw(st.sampled_from((EXPLICIT, IMPLICIT, EXPLICIT, IMPLICIT, BIG_ENDIAN)))
    form = (syntax != IMPLICIT, ">" if syntax == BIG_ENDIAN else "<")
    return syntax, draw(_contents(form, depth=0)) or _element(form, 0x00100010, "PN", b"CANARY")


def _contents(form: tuple[bool, str], depth: int) -> st.SearchStrategy[bytes]:
    """Elements one after the other: in the order of their tags, mostly."""
    kinds = [_publics(form), _publics(form), _publics(form), _private_blocks(form)]
    if depth < 3:
        kinds += [_sequences(form, depth), _sequences(form, depth)]
    if depth < 2:
        kinds.append(_pixels(form))
    kinds.append(_oddities(form))
    some = st.lists(st.one_of(kinds), max_size=(9, 4, 3, 2)[depth])
    return st.tuples(some, st.integers(0, 4)).map(lambda drawn: _in_order(*drawn))


def _in_order(parts: Sequence[Sequence[tuple[int, bytes]]], disorder: int) -> bytes:
    elements = [element for part in parts for element in part]
    if disorder:
        elements.sort(key=lambda element: element[0])
    return b"".join(content for _, content in elements)


def _element(form: tuple[bool, str], tag: int, vr: str, value: bytes, *, length: int | None = None) -> bytes:
    explicit_vr, order = form
    if explicit_vr:
        return explicit(tag, vr, value, length=length, order=order)
    return implicit(tag, value, length=length, order=order)


def _publics(form: tuple[bool, str]) -> st.SearchStrategy[list[tuple[int, bytes]]]:
    def made(drawn: tuple[int, str, bytes, int]) -> list[tuple[int, bytes]]:
        tag, other, value, chance = drawn
        own = _PUBLIC[tag] if chance else other  # a VR that PS3.6 does not give it, now and then
        return [(tag, _element(form, tag, "UN" if own == "SQ" else own, value))]

    tags = st.sampled_from(sorted(_PUBLIC))
    return st.tuples(tags, st.sampled_from(_VRS), st.one_of(_padded, _padded, _values), st.integers(0, 5)).map(made)


@st.composite
def _private_blocks(draw: st.DrawFn, form: tuple[bool, str]) -> list[tuple[int, bytes]]:
    """A block of a group, moved to any place: its creator may be missing, doubled, too late, or no text at all."""
    group, creator, number, vr = draw(
        st.one_of(
            st.sampled_from(_PRIVATES),
            st.tuples(st.sampled_from(_GROUPS), st.sampled_from(_CREATORS), st.integers(0, 255), st.sampled_from(_VRS)),
        )
    )
    block = draw(st.sampled_from((0x10, 0x10, 0x11, 0xFF, 0x0F)))
    named = _element(form, group << 16 | block, "LO", creator.encode("latin-1") + b" " * (len(creator) & 1))
    tag = group << 16 | block << 8 | number
    vrs = st.sampled_from((vr, vr, "UN", draw(st.sampled_from(_VRS))))
    held = [(tag, _element(form, tag, draw(vrs), draw(st.one_of(_padded, _values)))) for _ in range(draw(_FEW))]
    head = [(group << 16 | block, named)]
    return draw(st.sampled_from((head + held, head + held, head + held, held, held + head, head + head + held)))


_FEW = st.integers(0, 2)


@st.composite
def _sequences(draw: st.DrawFn, form: tuple[bool, str], depth: int) -> list[tuple[int, bytes]]:
    """A sequence in any form of length, also one that is written as UN and is in implicit VR inside."""
    explicit_vr = form[0]
    tag = draw(st.sampled_from(_SEQUENCES))
    vr = draw(st.sampled_from(("SQ", "SQ", "SQ", "UN"))) if explicit_vr else "SQ"
    inner = (False, "<") if vr == "UN" else form
    contents = draw(st.lists(_contents(inner, depth + 1), max_size=3))
    made = [draw(st.sampled_from((item, item, open_item)))(one, order=inner[1]) for one in contents]
    value = b"".join(made)
    if draw(st.booleans()):
        return [(tag, _element(form, tag, vr, value))] if explicit_vr or len(value) < UNDEFINED else []
    return [(tag, _element(form, tag, vr, value, length=UNDEFINED) + implicit(SEQUENCE_END, order=inner[1]))]


def _pixels(form: tuple[bool, str]) -> st.SearchStrategy[list[tuple[int, bytes]]]:
    """Pixel data in fragments: of any length, odd ones too, and none at all."""

    def made(fragments: list[bytes]) -> list[tuple[int, bytes]]:
        inside = b"".join(item(one, order=form[1]) for one in fragments)
        whole = _element(form, 0x7FE00010, "OB", inside, length=UNDEFINED)
        return [(0x7FE00010, whole + implicit(SEQUENCE_END, order=form[1]))]

    return st.lists(st.binary(max_size=7), max_size=3).map(made)


def _oddities(form: tuple[bool, str]) -> st.SearchStrategy[list[tuple[int, bytes]]]:
    """What is seldom or never sound: any tag, lengths that lie, delimiters out of place, unknown VRs."""
    tags = st.one_of(st.integers(0, 0xFFFFFFFF), st.sampled_from(sorted(_PUBLIC)))
    whole = st.tuples(tags, st.sampled_from(_VRS), _padded).map(lambda d: [(d[0], _element(form, d[0], d[1], d[2]))])
    lengths = st.sampled_from((0, 1, 7, 8, 0xFFFE, 0xFFFF))
    lying = st.tuples(tags, st.sampled_from(_VRS), _padded, lengths).map(
        lambda d: [(d[0], _element(form, d[0], d[1], d[2], length=d[3]))]
    )
    long = st.tuples(
        tags, st.sampled_from(sorted(LONG_VRS)), _padded, st.sampled_from((UNDEFINED, UNDEFINED - 1, 1 << 31))
    )
    longer = long.map(lambda d: [(d[0], _element(form, d[0], d[1], d[2], length=d[3]))])
    stray = st.sampled_from((ITEM_END, SEQUENCE_END)).map(lambda tag: [(tag, implicit(tag, order=form[1]))])
    unknown = st.tuples(tags, st.sampled_from(("??", "ZZ", "sq", "\0\0")), _padded).map(
        lambda d: [(d[0], explicit(d[0], d[1], d[2], order=form[1]))]
    )
    sound = [whole] * 8  # so that most data sets are
    return st.one_of(*sound, lying, longer, stray, unknown)
