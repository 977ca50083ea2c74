"""Elements are found where PS3.5 says they lie, in every syntax and form of length."""

from __future__ import annotations

import struct

import pytest

from deid_pipeline.dicom.structure import (
    EXPLICIT_BE,
    EXPLICIT_LE,
    IMPLICIT_LE,
    MAXIMUM_DEPTH,
    Element,
    Syntax,
    dictionary_vr,
    iter_elements,
    parse_data_set,
    tag_text,
)
from deid_pipeline.errors import SourceDataError
from deid_pipeline_tests.data_sets import (
    SEQUENCE_END,
    UNDEFINED,
    explicit,
    implicit,
    item,
    open_item,
    open_sequence,
)


def parsed(data: bytes, syntax: Syntax = EXPLICIT_LE) -> list[Element]:
    elements, end = parse_data_set(data, 0, len(data), syntax)
    assert end == len(data)
    return elements


def values(data: bytes, elements: list[Element]) -> dict[int, bytes]:
    return {element.tag: data[element.value : element.end] for element in elements}


@pytest.mark.parametrize("order", ["<", ">"])
def test_explicit_elements_lie_one_behind_the_other(order: str) -> None:
    data = explicit(0x00080005, "CS", b"ISO_IR 192", order=order) + explicit(0x00080060, "CS", b"", order=order)
    data += explicit(0x00081115, "UT", b"long form", order=order) + explicit(0x00280010, "US", b"\1\2", order=order)
    elements = parsed(data, EXPLICIT_BE if order == ">" else EXPLICIT_LE)
    assert values(data, elements) == {
        0x00080005: b"ISO_IR 192", 0x00080060: b"", 0x00081115: b"long form", 0x00280010: b"\1\2",
    }  # fmt: skip
    assert [element.start for element in elements[1:]] == [element.end for element in elements[:-1]]
    assert [element.vr for element in elements] == ["CS", "CS", "UT", "US"]


def test_implicit_elements_get_their_vr_from_ps3_6() -> None:
    data = implicit(0x00100010, b"A^B ") + implicit(0x00091001, b"xx") + implicit(0x00090010, b"ACME")
    data += implicit(0x60020040, b"G ") + implicit(0x00080000, b"\1\0\0\0") + implicit(0x00089999, b"??")
    data += implicit(0x00280106, b"\0\0") + implicit(0x7FE00010, b"\0\0")
    assert [element.vr for element in parsed(data, IMPLICIT_LE)] == ["PN", "UN", "LO", "CS", "UL", "UN", "US", "OW"]


@pytest.mark.parametrize("vr", ["OB", "OD", "OF", "OL", "OV", "OW", "SV", "UC", "UN", "UR", "UT", "UV"])
def test_vrs_of_long_form_have_a_four_byte_length(vr: str) -> None:
    data = explicit(0x00091001, vr, b"x" * 70_000)
    assert len(values(data, parsed(data))[0x00091001]) == 70_000


NESTED = explicit(0x00080100, "SH", b"C1")


@pytest.mark.parametrize(
    ("data", "contents"),
    [
        (explicit(0x00081140, "SQ", b""), []),
        (open_sequence(0x00081140, b""), []),
        (explicit(0x00081140, "SQ", item(NESTED) + item()), [[0x00080100], []]),
        (explicit(0x00081140, "SQ", open_item(NESTED) + open_item()), [[0x00080100], []]),
        (open_sequence(0x00081140, item(NESTED) + open_item(NESTED)), [[0x00080100], [0x00080100]]),
        (open_sequence(0x00081140, open_item(open_sequence(0x00081140, item(NESTED)))), [[0x00081140]]),
    ],
)
def test_sequences_of_any_form_of_length(data: bytes, contents: list[list[int]]) -> None:
    data += explicit(0x00100010, "PN", b"behind")
    sequence, behind = parsed(data)
    assert sequence.items is not None
    assert [[element.tag for element in part.elements] for part in sequence.items] == contents
    assert values(data, [behind]) == {0x00100010: b"behind"}


def test_offsets_of_items_bound_them_exactly() -> None:
    first, second = open_item(NESTED), item(NESTED)
    data = open_sequence(0x00081140, first + second)
    (sequence,) = parsed(data)
    assert sequence.items is not None
    assert [data[part.start : part.end] for part in sequence.items] == [first, second]
    assert [data[part.content : part.content_end] for part in sequence.items] == [NESTED, NESTED]
    assert [part.defined for part in sequence.items] == [False, True]
    assert not sequence.defined


def test_big_endian_sequences() -> None:
    inner = explicit(0x00080100, "SH", b"C1", order=">")
    data = open_sequence(0x00081140, open_item(inner, order=">"), order=">")
    (sequence,) = parsed(data, EXPLICIT_BE)
    assert sequence.items is not None
    assert sequence.items[0].elements[0].tag == 0x00080100


@pytest.mark.parametrize("vr_of_header", ["UN"])
def test_a_known_sequence_stored_as_un_is_read_as_implicit_items(vr_of_header: str) -> None:
    content = item(implicit(0x00080100, b"C1"))
    for data in (
        explicit(0x00081140, vr_of_header, content),
        explicit(0x00081140, vr_of_header, content, length=UNDEFINED) + implicit(SEQUENCE_END),
    ):
        (sequence,) = parsed(data)
        assert sequence.items is not None
        assert sequence.content_syntax == IMPLICIT_LE
        assert [element.tag for element in sequence.items[0].elements] == [0x00080100]


def test_a_private_un_of_undefined_length_is_a_sequence_too() -> None:
    data = explicit(0x00091001, "UN", item(implicit(0x00091002, b"x ")), length=UNDEFINED) + implicit(SEQUENCE_END)
    (sequence,) = parsed(data)
    assert sequence.items is not None
    assert sequence.items[0].elements[0].tag == 0x00091002


def test_a_private_un_of_defined_length_stays_closed() -> None:
    (element,) = parsed(explicit(0x00091001, "UN", item(implicit(0x00091002, b"x "))))
    assert element.items is None


def test_bytes_of_a_value_that_look_like_delimiters_are_none() -> None:
    lure = implicit(SEQUENCE_END) + struct.pack("<HHL", 0xFFFE, 0xE000, 4)
    data = open_sequence(0x00081140, open_item(explicit(0x00420011, "OB", lure)))
    (sequence,) = parsed(data)
    assert sequence.items is not None
    assert values(data, sequence.items[0].elements) == {0x00420011: lure}


def test_encapsulated_pixel_data_end_at_their_delimiter_and_not_inside_a_fragment() -> None:
    fragment = implicit(SEQUENCE_END) + b"\xff\xd8 jpeg"
    pixels = explicit(0x7FE00010, "OB", item() + item(fragment), length=UNDEFINED) + implicit(SEQUENCE_END)
    data = pixels + explicit(0xFFFCFFFC, "OB", b"\0\0")
    elements = parsed(data)
    assert [element.tag for element in elements] == [0x7FE00010, 0xFFFCFFFC]
    assert (elements[0].end, elements[0].defined, elements[0].items) == (len(pixels), False, None)


def test_nesting_is_read_to_the_limit_and_no_deeper() -> None:
    def nested(depth: int) -> bytes:
        data = NESTED
        for _ in range(depth):
            data = explicit(0x00081140, "SQ", item(data), length=len(data) + 8)
        return data

    parsed(nested(MAXIMUM_DEPTH))
    with pytest.raises(SourceDataError, match="nested deeper"):
        parsed(nested(MAXIMUM_DEPTH + 1))


def test_elements_one_after_the_other_are_those_of_the_whole() -> None:
    data = explicit(0x00080005, "CS", b"") + open_sequence(0x00081140, item(NESTED)) + explicit(0x00100010, "PN", b"A ")
    assert list(iter_elements(data, 0, len(data), EXPLICIT_LE)) == parsed(data)


@pytest.mark.parametrize(
    ("tag", "vr"),
    [(0x00100010, "PN"), (0x00280106, "US"), (0x7FE00010, "OW"), (0x60FE3000, "OW"), (0x60000010, "US"),
     (0x50000040, "SH"), (0x00091000, "UN"), (0x000900FF, "LO"), (0x00090000, "UL"), (0x00189999, "UN")],
)  # fmt: skip
def test_the_vr_of_a_tag(tag: int, vr: str) -> None:
    assert dictionary_vr(tag) == vr


def test_a_tag_is_written_in_lower_case() -> None:
    assert tag_text(0x7FE0ABCD) == "(7fe0,abcd)"
