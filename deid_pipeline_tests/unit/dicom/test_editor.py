"""Editing carries rules out at every depth and copies everything else byte for byte."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from deid_pipeline.actions import Effect, Rule, action_named
from deid_pipeline.dicom import open_dicom
from deid_pipeline.dicom.editor import segment_length
from deid_pipeline.errors import SourceDataError
from deid_pipeline_tests.data_sets import (
    BIG_ENDIAN,
    DELETE,
    IMPLICIT,
    JPEG,
    KEEP,
    SEQUENCE_END,
    UNDEFINED,
    edit,
    explicit,
    implicit,
    item,
    open_item,
    open_sequence,
    raw_file,
    replace_by,
    rules,
)

SEQUENCE, NAME, CODE, STUDY = 0x00081140, 0x00100010, 0x00080100, 0x0020000D
EMPTY_ITEM = replace_by(b"\xfe\xff\x00\xe0\0\0\0\0")


def edited(
    folder: Path, data: bytes, special: dict[int, Rule], *, syntax: str = "1.2.840.10008.1.2.1",
    markers: dict[int, bytes] | None = None, default: Rule = KEEP,
) -> bytes:  # fmt: skip
    with open_dicom(raw_file(folder, data, syntax)) as file:
        return edit(file, rules(special, default), markers=markers)[0]


def test_a_rule_rewrites_deletes_or_keeps_and_neighbours_stay(tmp_path: Path) -> None:
    data = explicit(0x00080005, "CS", b"ISO_IR 6") + explicit(NAME, "PN", b"Doe^Jane") + explicit(STUDY, "UI", b"1.2\0")
    assert edited(tmp_path, data, {NAME: replace_by(b"New")}) == (
        explicit(0x00080005, "CS", b"ISO_IR 6") + explicit(NAME, "PN", b"New ") + explicit(STUDY, "UI", b"1.2\0")
    )
    assert edited(tmp_path, data, {NAME: DELETE}) == data.replace(explicit(NAME, "PN", b"Doe^Jane"), b"")
    assert edited(tmp_path, data, {}) == data


@pytest.mark.parametrize(("vr", "padding"), [("UI", b"\0"), ("OB", b"\0"), ("UN", b"\0"), ("LO", b" "), ("UT", b" ")])
def test_a_new_value_of_odd_length_is_padded_for_its_vr(tmp_path: Path, vr: str, padding: bytes) -> None:
    assert edited(tmp_path, explicit(0x00189999, vr, b"old!"), {0x00189999: replace_by(b"abc")}) == (
        explicit(0x00189999, vr, b"abc" + padding)
    )


def test_wrong_padding_of_kept_elements_stays(tmp_path: Path) -> None:
    data = explicit(NAME, "PN", b"Doe\0") + explicit(STUDY, "UI", b"1.2 ") + explicit(0x00200010, "SH", b"even")
    assert edited(tmp_path, data, {}) == data


def test_an_empty_or_equal_new_value_leaves_the_element_as_it_is(tmp_path: Path) -> None:
    data = explicit(NAME, "PN", b"") + explicit(0x00200010, "SH", b"same")
    with open_dicom(raw_file(tmp_path, data)) as file:
        new, record = edit(file, rules({NAME: replace_by(b""), 0x00200010: replace_by(b"same")}))
    assert (new, record.changes) == (data, [])


def form(name: str, inner: bytes) -> bytes:
    return {
        "defined in defined": explicit(SEQUENCE, "SQ", item(inner)),
        "open in defined": explicit(SEQUENCE, "SQ", open_item(inner)),
        "defined in open": open_sequence(SEQUENCE, item(inner)),
        "open in open": open_sequence(SEQUENCE, open_item(inner)),
    }[name]


FORMS = ["defined in defined", "open in defined", "defined in open", "open in open"]


@pytest.mark.parametrize("outer", FORMS)
@pytest.mark.parametrize("inner", FORMS)
def test_sequences_keep_their_form_and_get_new_lengths(tmp_path: Path, outer: str, inner: str) -> None:
    def made(name: bytes) -> bytes:
        leaf = explicit(CODE, "SH", b"C1") + explicit(NAME, "PN", name) if name else explicit(CODE, "SH", b"C1")
        return form(outer, form(inner, leaf) + explicit(STUDY, "UI", b"1.2\0")) + explicit(0x00280010, "US", b"\1\0")

    data = made(b"Doe^Jane^Of^Some^Length^^^")
    assert edited(tmp_path, data, {NAME: replace_by(b"A^B ")}) == made(b"A^B ")
    assert edited(tmp_path, data, {NAME: replace_by(b"A" * 300)}) == made(b"A" * 300)
    assert edited(tmp_path, data, {NAME: DELETE}) == made(b"")
    assert edited(tmp_path, data, {}) == data


def test_only_the_item_that_changes_is_written_anew(tmp_path: Path) -> None:
    same, other = item(explicit(CODE, "SH", b"C1")), item(explicit(NAME, "PN", b"Doe^Jane"))
    data = explicit(SEQUENCE, "SQ", same + other + same)
    assert edited(tmp_path, data, {NAME: DELETE}) == explicit(SEQUENCE, "SQ", same + item() + same)


def test_a_sequence_is_deleted_emptied_or_given_one_empty_item_as_a_whole(tmp_path: Path) -> None:
    inner = explicit(NAME, "PN", b"Doe^Jane")
    for name in FORMS:
        data = form(name, inner) + explicit(0x00280010, "US", b"\1\0")
        behind = explicit(0x00280010, "US", b"\1\0")
        assert edited(tmp_path, data, {SEQUENCE: DELETE}) == behind
        assert edited(tmp_path, data, {SEQUENCE: replace_by(b"")}) == explicit(SEQUENCE, "SQ", b"") + behind
        assert edited(tmp_path, data, {SEQUENCE: EMPTY_ITEM}) == explicit(SEQUENCE, "SQ", item()) + behind


@pytest.mark.parametrize("data", [explicit(SEQUENCE, "SQ", b""), open_sequence(SEQUENCE, b"")])
def test_an_empty_sequence_stays_empty_under_a_dummy(tmp_path: Path, data: bytes) -> None:
    action = action_named("replaceWithDummy")
    assert action is not None
    dummy = Rule(Effect.REWRITE, action.bind("", vr="SQ"), "replaceWithDummy", "test")
    with open_dicom(raw_file(tmp_path, data)) as file:
        (element,) = file.elements
        new, _ = edit(file, rules({SEQUENCE: dummy}))
        assert element.items == []
    assert item() not in new


def test_implicit_and_big_endian_sequences(tmp_path: Path) -> None:
    def in_implicit(name: bytes) -> bytes:
        leaf = implicit(NAME, name)
        return (
            implicit(SEQUENCE, item(leaf))
            + implicit(SEQUENCE, open_item(leaf), length=UNDEFINED)
            + implicit(SEQUENCE_END)
        )

    def in_big(name: bytes) -> bytes:
        leaf = explicit(NAME, "PN", name, order=">")
        return open_sequence(SEQUENCE, open_item(leaf, order=">") + item(leaf, order=">"), order=">")

    for made, syntax in ((in_implicit, IMPLICIT), (in_big, BIG_ENDIAN)):
        new = edited(tmp_path, made(b"Doe^Jane"), {NAME: replace_by(b"A^Be")}, syntax=syntax)
        assert new == made(b"A^Be")


@pytest.mark.parametrize("length", [None, UNDEFINED])
def test_a_sequence_stored_as_un_is_edited_inside_and_stays_un(tmp_path: Path, length: int | None) -> None:
    def made(name: bytes) -> bytes:
        data = explicit(SEQUENCE, "UN", item(implicit(NAME, name)), length=length)
        return data + (implicit(SEQUENCE_END) if length else b"")

    assert edited(tmp_path, made(b"Doe^Jane"), {NAME: replace_by(b"A^")}) == made(b"A^")


def test_a_known_element_stored_as_un_gets_the_rule_of_its_vr(tmp_path: Path) -> None:
    seen: list[tuple[int, str]] = []

    def rule_for(tag: int, vr: str, *_: object) -> Rule:
        seen.append((tag, vr))
        return KEEP

    data = explicit(NAME, "UN", b"Doe^Jane") + explicit(0x00189999, "UN", b"??") + explicit(0x00280010, "UN", b"\1\0")
    with open_dicom(raw_file(tmp_path, data)) as file:
        edit(file, rule_for)
    assert seen == [(NAME, "PN"), (0x00189999, "UN"), (0x00280010, "US")]


def test_a_known_element_stored_as_un_is_padded_as_its_vr_and_stays_un(tmp_path: Path) -> None:
    assert edited(tmp_path, explicit(NAME, "UN", b"Doe^Jane"), {NAME: replace_by(b"New")}) == explicit(
        NAME, "UN", b"New "
    )


def test_elements_behind_pixel_data_are_edited_too(tmp_path: Path) -> None:
    pixels = explicit(0x7FE00010, "OB", item() + item(b"\xff\xd8\xff\xd9"), length=UNDEFINED) + implicit(SEQUENCE_END)
    for image in (pixels, explicit(0x7FE00010, "OW", b"\1\2" * 40)):
        data = explicit(CODE, "SH", b"C1") + image + explicit(0xFFFAFFFA, "SQ", item(explicit(NAME, "PN", b"Doe^Jane")))
        data += explicit(0xFFFCFFFC, "OB", b"Doe^Jane")
        new = edited(tmp_path, data, {NAME: replace_by(b"A^"), 0xFFFCFFFC: DELETE}, syntax=JPEG)
        assert new == explicit(CODE, "SH", b"C1") + image + explicit(
            0xFFFAFFFA, "SQ", item(explicit(NAME, "PN", b"A^"))
        )


def test_group_lengths_go_at_every_depth(tmp_path: Path) -> None:
    length = explicit(0x00080000, "UL", b"\x0a\0\0\0")
    data = length + explicit(CODE, "SH", b"C1") + explicit(SEQUENCE, "SQ", item(length + explicit(CODE, "SH", b"C2")))
    assert edited(tmp_path, data, {}) == (
        explicit(CODE, "SH", b"C1") + explicit(SEQUENCE, "SQ", item(explicit(CODE, "SH", b"C2")))
    )


MARKS = {tag: explicit(tag, "CS", b"MARK") for tag in (0x00120062, 0x00120063, 0x00280303)}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([], [0x00120062, 0x00120063, 0x00280303]),
        ([0x00080100], [0x00080100, 0x00120062, 0x00120063, 0x00280303]),
        ([0x00080100, 0x00180050, 0x00400001],
         [0x00080100, 0x00120062, 0x00120063, 0x00180050, 0x00280303, 0x00400001]),
        ([0x00120061, 0x00120062, 0x00120064], [0x00120061, 0x00120062, 0x00120063, 0x00120064, 0x00280303]),
        ([0x00120062, 0x00120062, 0x00280303, 0x00280304], [0x00120062, 0x00120063, 0x00280303, 0x00280304]),
        ([0x00400001], [0x00120062, 0x00120063, 0x00280303, 0x00400001]),
    ],
)  # fmt: skip
def test_markers_stand_where_their_tags_belong_and_replace_the_sources(
    tmp_path: Path, before: list[int], after: list[int]
) -> None:
    data = explicit(0x00080005, "CS", b"") + b"".join(explicit(tag, "SH", b"OLD ") for tag in before)
    new = edited(tmp_path, data, {}, markers=MARKS)
    expected = b"".join(MARKS.get(tag) or explicit(tag, "SH", b"OLD ") for tag in after)
    assert new == explicit(0x00080005, "CS", b"") + expected


def test_markers_replace_also_what_a_rule_would_keep_or_delete_and_leave_nested_ones_alone(tmp_path: Path) -> None:
    nested = explicit(SEQUENCE, "SQ", item(explicit(0x00120062, "CS", b"NO")))
    data = nested + explicit(0x00120062, "CS", b"NO")
    marks = {0x00120062: MARKS[0x00120062]}
    assert edited(tmp_path, data, {}, markers=marks) == nested + MARKS[0x00120062]
    assert (
        edited(tmp_path, data, {0x00120062: DELETE}, markers=marks)
        == explicit(SEQUENCE, "SQ", item()) + MARKS[0x00120062]
    )


def test_text_is_rewritten_under_the_character_set_of_its_own_data_set(tmp_path: Path) -> None:
    seen: list[tuple[str, ...]] = []

    def note(element: object) -> bytes:
        seen.append(tuple(element.encodings))  # type: ignore[attr-defined]
        return b"x"

    name = explicit(NAME, "PN", b"Doe^Jane")
    inner = explicit(0x00080005, "CS", b"GB18030 ") + name
    data = (
        explicit(0x00080005, "CS", b"ISO_IR 192")
        + explicit(SEQUENCE, "SQ", item(name) + item(inner) + item(name))
        + name
    )
    edited(tmp_path, data, {NAME: Rule(Effect.REWRITE, note, "x", "x")}, markers={0x00081145: b""})
    assert seen == [("UTF8",), ("GB18030",), ("UTF8",), ("UTF8",)]


def test_changes_name_element_action_and_rule_with_the_new_text(tmp_path: Path) -> None:
    private = explicit(0x00090010, "LO", b"ACME") + explicit(0x00091001, "SH", b"gone")
    data = explicit(SEQUENCE, "SQ", item() + item(explicit(NAME, "PN", b"Doe^Jane"))) + private
    with open_dicom(raw_file(tmp_path, data)) as file:
        _, record = edit(file, rules({NAME: replace_by(b"New"), 0x00091001: DELETE}))
    assert [(change.tag_path, change.action, change.rule, change.new_value) for change in record.changes] == [
        ("(0008,1140)[1].(0010,0010)", "replace", "test", "New"),
        ('(0009,"ACME",01)', "delete", "test", None),
    ]


def test_a_rewriting_that_gives_none_deletes(tmp_path: Path) -> None:
    gone = Rule(Effect.REWRITE, lambda element: None, "x", "x")  # noqa: ARG005
    assert edited(tmp_path, explicit(NAME, "PN", b"Doe^") + explicit(STUDY, "UI", b"1.2\0"), {NAME: gone}) == (
        explicit(STUDY, "UI", b"1.2\0")
    )


def test_a_value_too_long_for_its_header_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceDataError, match="too long for its VR"):
        edited(tmp_path, explicit(NAME, "PN", b"Doe^"), {NAME: replace_by(b"x" * 0x10000)})
    assert (
        len(edited(tmp_path, implicit(NAME, b"Doe^"), {NAME: replace_by(b"x" * 0x10000)}, syntax=IMPLICIT)) == 0x10008
    )


def test_deleting_everything_leaves_nothing(tmp_path: Path) -> None:
    assert edited(tmp_path, explicit(CODE, "SH", b"C1") + explicit(NAME, "PN", b"Doe^"), {}, default=DELETE) == b""


def test_large_values_are_ranges_of_the_source_and_never_copied(tmp_path: Path) -> None:
    data = explicit(NAME, "PN", b"Doe^") + explicit(0x7FE00010, "OW", b"\1\2" * 500_000)
    with open_dicom(raw_file(tmp_path, data)) as file:
        _, record = edit(file, rules({NAME: DELETE}))
        assert record.segments == [(file.elements[1].start, file.elements[1].end)]
    assert [segment_length(part) for part in [b"abc", (4, 10)]] == [3, 6]


@pytest.mark.parametrize("pick", [lambda index: index % 2, lambda index: not index % 3, lambda index: index > 30])
def test_neighbouring_deletions_join_and_all_others_stay(tmp_path: Path, pick: Callable[[int], bool]) -> None:
    tags = [0x00180000 + 2 * number for number in range(1, 60)]
    parts = {tag: explicit(tag, "UT", struct.pack("<L", tag)) for tag in tags}
    gone = {tag for index, tag in enumerate(tags) if pick(index)}
    new = edited(tmp_path, b"".join(parts.values()), dict.fromkeys(gone, DELETE))
    assert new == b"".join(part for tag, part in parts.items() if tag not in gone)
