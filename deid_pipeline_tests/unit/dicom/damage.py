"""Small files with everything in them, and all that is done to a file, for the tests of damage.

What belongs here: the files to break, breaking them, the one way to go through them. What does not: any expectation.
"""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

from deid_pipeline.dicom import (
    edit_data_set,
    element_rows,
    file_head,
    marker_elements,
    open_dicom,
    overlay_bit_positions,
    pixel_layout,
)
from deid_pipeline.dicom.structure import Element
from deid_pipeline.strategy import CompiledStrategy
from deid_pipeline_tests.data_sets import (
    BIG_ENDIAN,
    DEFLATED,
    EXPLICIT,
    IMPLICIT,
    JPEG,
    LONG_VRS,
    SECONDARY_CAPTURE,
    SEQUENCE_END,
    SHORT_VRS,
    UNDEFINED,
    explicit,
    implicit,
    item,
    joined,
    open_item,
    open_sequence,
    pseudonyms,
)

CANARY = "CANARYVALUE"
_NAME = b"CANARYVALUE^Ann "


def _explicit_data(order: str) -> bytes:
    def part(tag: int, vr: str, value: bytes) -> bytes:
        return explicit(tag, vr, value, order=order)

    def number(value: int) -> bytes:
        return value.to_bytes(2, "little" if order == "<" else "big")

    name = part(0x00100010, "PN", _NAME)
    return b"".join(
        [
            part(0x00080005, "CS", b"ISO_IR 192\\ISO 2022 IR 87 "),
            part(0x00080018, "UI", b"1.2.3.4.5\0"),
            part(0x00080020, "DA", b"20240229"),
            part(0x00081140, "SQ", item(name + part(0x00081155, "UI", b"1.2.3\0"), order=order) + item(order=order)),
            open_sequence(0x00081199, open_item(name, order=order) + item(name, order=order), order=order),
            part(0x00090010, "LO", b"CANARYVALUE "),
            part(0x00091001, "UN", b"CANARYVALUE "),
            name,
            part(0x0020000D, "UI", b"1.2.3.4\0"),
            part(0x00280008, "IS", b"1 "),
            part(0x00280010, "US", number(2)) + part(0x00280011, "US", number(2)) + part(0x00280100, "US", number(16)),
            b"".join(part(0x00281101 + index, "US", number(4) + number(0) + number(16)) for index in range(3)),
            b"".join(part(0x00281201 + index, "OW", b"\1\2\3\4\5\6\7\x08") for index in range(3)),
            part(0x60000102, "US", number(12)),
        ]
    )


def _implicit_data() -> bytes:
    name = implicit(0x00100010, _NAME)
    inner = implicit(0x00081140, open_item(name), length=UNDEFINED) + implicit(SEQUENCE_END)
    parts = [implicit(0x00080005, b"ISO_IR 100"), implicit(0x00081140, item(name) + item(inner)), name]
    parts += [implicit(0x00090010, b"CANARYVALUE "), implicit(0x00091001, b"CANARYVALUE ")]
    parts += [implicit(tag, b"\2\0") for tag in (0x00280010, 0x00280011)] + [implicit(0x00280100, b"\x08\0")]
    return b"".join(parts) + implicit(0x7FE00010, b"\1\2\3\4")


def data_sets() -> dict[str, tuple[str, bytes]]:
    """Transfer syntax and data set (inflated) of each sample by name."""
    little, big = _explicit_data("<"), _explicit_data(">")
    unknown = explicit(0x00081140, "UN", item(implicit(0x00100010, _NAME)), length=UNDEFINED) + implicit(SEQUENCE_END)
    fragments = explicit(0x7FE00010, "OB", item(b"\0\0\0\0") + item(b"\xff\xd8\xff\xd9"), length=UNDEFINED)
    return {
        "explicit": (EXPLICIT, little + explicit(0x7FE00010, "OW", bytes(8)) + explicit(0xFFFCFFFC, "OB", b"\0\0")),
        "big endian": (BIG_ENDIAN, big + explicit(0x7FE00010, "OW", bytes(8), order=">")),
        "implicit": (IMPLICIT, _implicit_data()),
        "encapsulated": (JPEG, unknown + little + fragments + implicit(SEQUENCE_END)),
        "deflated": (DEFLATED, little + explicit(0x7FE00010, "OW", bytes(8))),
    }


def file_bytes(syntax: str, data: bytes) -> bytes:
    """A Part 10 file of a data set."""
    head = file_head(sop_class_uid=SECONDARY_CAPTURE, sop_instance_uid="1.2.3.4", transfer_syntax_uid=syntax)
    return head + (zlib.compress(data, wbits=-15) if syntax == DEFLATED else data)


def go_through(path: Path, strategy: CompiledStrategy) -> bytes:
    """Do with a file all that a run does with its headers; the edited file."""
    with open_dicom(path) as file:
        for row in element_rows(file):
            assert row.tag_path
        pixel_layout(file)
        overlay_bit_positions(file)
        markers = marker_elements(
            file.syntax, method="test", codes=strategy.codes, temporal_information="REMOVED", text_cleaned=True
        )
        edited = edit_data_set(file, rule_for=strategy.rule, pseudonyms=pseudonyms(), markers=markers)
        data = joined(file, edited)
        return file_bytes(file.transfer_syntax_uid, data)


def mutant(whole: bytes, chance: random.Random) -> bytes:
    """The file with a few bytes changed, put in, taken out or repeated."""
    data = bytearray(whole)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        place = chance.randrange(132 if chance.random() < 0.95 else 0, len(data))
        match chance.randrange(7):
            case 0:
                data[place] = chance.randrange(256)
            case 1:
                data[place] ^= 1 << chance.randrange(8)
            case 2:
                data[place] = chance.choice((0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF))
            case 3:
                value = chance.choice((0, 1, 7, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF, len(data)))
                data[place : place + 4] = struct.pack("<L", value)
            case 4:
                data[place:place] = chance.choice((b"SQ", b"UN", b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0", bytes(8)))
            case 5:
                del data[place : place + chance.randrange(1, 12)]
            case _:
                start = chance.randrange(len(data))
                data[place:place] = data[start : start + chance.randrange(1, 40)]
    return bytes(data)


def header_mutant(whole: bytes, elements: Sequence[Element], chance: random.Random) -> bytes:
    """The file with the headers of one to three elements changed, at whatever depth; its size stays mostly.

    ``elements`` are those of the file, in explicit or implicit VR little endian.
    """
    data = bytearray(whole)
    for _ in range(chance.choice((1, 1, 2, 3))):
        some = elements
        element = chance.choice(some)
        while element.items and chance.random() < 0.7:
            some = chance.choice(element.items).elements
            if not some:
                break
            element = chance.choice(some)
        _change_header(data, element, some or elements, chance)
    return bytes(data)


def _change_header(data: bytearray, element: Element, beside: Sequence[Element], chance: random.Random) -> None:
    start, other = element.start, chance.choice(beside)
    code = slice(start + 4, start + 6)
    match chance.randrange(8):
        case 0 | 1:  # another tag: its neighbour's, one near by, one of a private block
            tag = chance.choice((other.tag, element.tag ^ 1 << chance.randrange(32), element.tag ^ 0x10000, 0x00080005))
            data[start : start + 4] = struct.pack("<HH", tag >> 16, tag & 0xFFFF)
        case 2 | 3 if element.content_syntax.explicit:  # another VR with as many bytes of length
            kinds = LONG_VRS if element.value - start == 12 else SHORT_VRS
            data[code] = chance.choice(sorted(kinds)).encode()
        case 4:  # another value
            for place in range(element.value, min(element.end, element.value + 64, len(data))):
                if chance.random() < 0.3:
                    data[place] = chance.choice(
                        (0, 0x20, 0x5C, 0x5E, 0x41, 0x61, 0x31, 0x1B, 0xC3, chance.randrange(256))
                    )
        case 5:  # another length
            value = chance.choice(
                (0, 1, 2, 8, 0xFFFF, UNDEFINED - 1, UNDEFINED, 0x80000000, element.end - element.value + 8)
            )
            place = element.value - (2 if element.value - start == 8 and element.content_syntax.explicit else 4)
            data[place : element.value] = struct.pack("<L", value)[: element.value - place]
        case 6:  # twice
            data[element.end : element.end] = data[start : element.end]
        case _:  # gone
            del data[start : element.end]
