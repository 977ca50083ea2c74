"""Laws of reading and editing, for any data set that pydicom can write."""

from __future__ import annotations

import datetime
import tempfile
from copy import deepcopy
from functools import partial
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom import Dataset, dcmread
from pydicom.dataelem import DataElement
from pydicom.sequence import Sequence

from deid_pipeline.actions import Effect, Rule
from deid_pipeline.dicom import DicomFile, HeaderEditor, attribute_type, element_rows, file_head, open_dicom
from deid_pipeline.dicom.decisions import AskedAlways, RuleSource
from deid_pipeline.strategy import load
from deid_pipeline_tests.data_sets import (
    BIG_ENDIAN,
    DEFLATED,
    DELETE,
    EXPLICIT,
    KEEP,
    SYNTAXES,
    edit,
    explicit,
    implicit,
    pseudonyms,
    replace_by,
    rules,
    save,
    source_bytes,
)

pytestmark = pytest.mark.usefixtures("both_forms")

QUICK = settings(max_examples=60, deadline=None)
BASIC = load("basic")
CANARY = "CANARY"
PRINTABLE = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E, exclude_characters="\\^="), max_size=14)
TEXT = PRINTABLE.map(lambda text: CANARY + text)
LISTS = st.lists(TEXT, min_size=1, max_size=3)
VALUES = {
    "PN": LISTS, "LO": LISTS, "SH": st.just(CANARY), "LT": TEXT, "ST": TEXT, "UT": TEXT, "UC": LISTS,
    "CS": st.sampled_from(["CANARY", ["CANARY", "B"], ""]),
    "DA": st.dates(min_value=datetime.date(1000, 1, 1)).map("{:%Y%m%d}".format),
    "IS": st.integers(-99, 99).map(str), "DS": st.integers(-99, 99).map(str), "AS": st.just("047Y"),
    "UI": st.lists(st.integers(1, 9**9).map(lambda number: f"1.2.{number}"), min_size=1, max_size=3),
    "US": st.lists(st.integers(0, 65535), min_size=1, max_size=3), "FD": st.floats(allow_nan=False),
    "OB": st.binary(max_size=9).map(lambda raw: raw + b"\0" * (len(raw) % 2)),
}  # fmt: skip
PLAIN = {
    0x00080008: "CS", 0x00080012: "DA", 0x00080018: "UI", 0x00080050: "SH", 0x00080080: "LO", 0x00080090: "PN",
    0x00081030: "LO", 0x00081155: "UI", 0x00100010: "PN", 0x00100020: "LO", 0x00101010: "AS", 0x00104000: "LT",
    0x00180050: "DS", 0x0020000D: "UI", 0x00200013: "IS", 0x00204000: "LT", 0x00280010: "US", 0x00281050: "DS",
    0x00400254: "LO", 0x0040A160: "UT", 0x00420011: "OB", 0x60003000: "OB", 0x00189306: "FD", 0x7FE00010: "OB",
}  # fmt: skip
SEQUENCES = (0x00081140, 0x00081111, 0x00400275, 0x0040A730, 0x00540016)
PRIVATE = {0x00091001: "LO", 0x00091002: "OB", 0x00111001: "UI"}


@st.composite
def data_sets(draw: st.DrawFn, depth: int = 2) -> Dataset:
    made = Dataset()
    for tag in draw(st.sets(st.sampled_from(sorted(PLAIN)), max_size=7)):
        if depth == 2 or tag != 0x7FE00010:
            made[tag] = DataElement(tag, PLAIN[tag], draw(VALUES[PLAIN[tag]]))
    for tag in draw(st.sets(st.sampled_from(sorted(PRIVATE)), max_size=2)):
        made[tag & 0xFFFF0000 | 0x10] = DataElement(tag & 0xFFFF0000 | 0x10, "LO", "CANARY CREATOR")
        made[tag] = DataElement(tag, PRIVATE[tag], draw(VALUES[PRIVATE[tag]]))
    if depth:
        for tag in draw(st.sets(st.sampled_from(SEQUENCES), max_size=2)):
            items = draw(st.lists(data_sets(depth=depth - 1), max_size=2))
            for item in items:
                item.is_undefined_length_sequence_item = draw(st.booleans())
            made[tag] = DataElement(tag, "SQ", Sequence(items))
            made[tag].is_undefined_length = draw(st.booleans())
    if depth == 2 and not made:
        made.PatientName = CANARY
    return made


SOURCES = st.tuples(data_sets(), st.sampled_from(SYNTAXES))
CHOICES = st.dictionaries(
    st.sampled_from(sorted(PLAIN) + list(SEQUENCES)), st.sampled_from(["delete", "empty", "replace"]), max_size=8
)


class Opened:
    """A random data set written by pydicom and opened by us."""

    def __init__(self, source: tuple[Dataset, str]) -> None:
        self.made, self.syntax = source
        self._folder = tempfile.TemporaryDirectory()
        self._context = open_dicom(save(self.made, Path(self._folder.name) / "a.dcm", self.syntax))

    def __enter__(self) -> DicomFile:
        return self._context.__enter__()

    def __exit__(self, *error: object) -> None:
        self._context.__exit__(None, None, None)
        self._folder.cleanup()


def reread(data: bytes, syntax: str) -> Dataset:
    syntax = EXPLICIT if syntax == DEFLATED else syntax
    return dcmread(BytesIO(file_head(sop_class_uid="1.2", sop_instance_uid="1.3", transfer_syntax_uid=syntax) + data))


@QUICK
@given(source=SOURCES)
def test_keeping_everything_gives_the_bytes_back(source: tuple[Dataset, str]) -> None:
    with Opened(source) as file:
        new, record = edit(file, lambda tag, vr, *_: KEEP)  # noqa: ARG005
        assert new == source_bytes(file)
        assert record.changes == []
        assert record.segments == [(file.start, file.end)]


@QUICK
@given(source=SOURCES)
def test_rows_are_the_elements_that_pydicom_wrote(source: tuple[Dataset, str]) -> None:
    with Opened(source) as file:
        rows = [(int(row.tag, 16), row.tag_path.count("].")) for row in element_rows(file)]
    assert rows == list(walked(source[0], 0))


def walked(made: Dataset, depth: int) -> list[tuple[int, int]]:
    found = []
    for element in sorted(made, key=lambda element: element.tag):
        found.append((int(element.tag), depth))
        if element.VR == "SQ":
            for item in element.value:
                found += walked(item, depth + 1)
    return found


@QUICK
@given(source=SOURCES, choices=CHOICES)
def test_pydicom_reads_what_it_would_have_changed_itself(source: tuple[Dataset, str], choices: dict[int, str]) -> None:
    made, syntax = source
    special = {tag: rule_of(tag, choice, syntax) for tag, choice in choices.items()}
    with Opened(source) as file:
        new, _ = edit(file, rules(special))
    expected = deepcopy(made)
    change(expected, choices)
    assert same(reread(new, syntax), expected)


NEW = {
    "US": 7,
    "FD": 0.0,
    "IS": "7",
    "DS": "7",
    "AS": "007Y",
    "DA": "20000101",
    "UI": "2.25.7",
    "OB": b"\0\7",
    "CS": "NEW",
}


def rule_of(tag: int, choice: str, syntax: str) -> Rule:
    if choice == "delete":
        return DELETE
    if choice == "empty" or tag in SEQUENCES:
        return replace_by(b"")
    match PLAIN[tag]:
        case "US":  # numbers in the file's own byte order
            return replace_by((7).to_bytes(2, "big" if syntax == BIG_ENDIAN else "little"))
        case "FD":
            return replace_by(bytes(8))
        case vr:
            value = NEW.get(vr, "NEW VALUE")
            return replace_by(value if isinstance(value, bytes) else value.encode())


def change(made: Dataset, choices: dict[int, str]) -> None:
    for element in list(made):
        choice = choices.get(int(element.tag))
        if choice is None:
            for item in element.value if element.VR == "SQ" else ():
                change(item, choices)
        elif choice == "delete":
            del made[element.tag]
        elif choice == "empty" or element.VR == "SQ":
            element.value = [] if element.VR == "SQ" else None
        else:
            element.value = NEW.get(element.VR, "NEW VALUE")


def same(one: Dataset, other: Dataset) -> bool:
    if sorted(map(int, one.keys())) != sorted(map(int, other.keys())):
        return False
    for element in other:
        mine = one[element.tag]
        if element.VR == "SQ":
            if len(mine.value) != len(element.value):
                return False
            if not all(same(a, b) for a, b in zip(mine.value, element.value, strict=True)):
                return False
        elif mine.tag.is_private:
            continue  # their VR is lost in implicit VR; their bytes are compared by the law above
        elif plain(mine) != plain(element):
            return False
    return True


def plain(element: DataElement) -> list[str]:
    """The values of an element as text without padding, whatever classes pydicom gives them."""
    values = element.value if isinstance(element.value, list | tuple) or element.VM > 1 else [element.value]
    texts = [
        bytes(v).rstrip(b"\0").hex() if isinstance(v, bytes) else str("" if v is None else v).strip() for v in values
    ]
    return texts if any(texts) else []


@QUICK
@given(source=SOURCES)
def test_the_basic_strategy_leaves_no_private_element_and_nothing_it_would_change_again(
    source: tuple[Dataset, str],
) -> None:
    with Opened(source) as file:
        new, _ = edit(file, BASIC.rule)
        made = reread(new, file.transfer_syntax_uid)
    for element in made.iterall():
        assert not element.tag.is_private
        assert BASIC.rule(int(element.tag), str(element.VR)).effect is not Effect.DELETE
        if BASIC.rule(int(element.tag), str(element.VR)).effect is Effect.REWRITE:
            assert CANARY not in str(element.value)


@QUICK
@given(source=SOURCES, tags=st.sets(st.sampled_from([0x00120062, 0x00120063, 0x00280303, 0x00081155, 0x7FE00010])))
def test_markers_stand_in_order_among_the_kept_elements(source: tuple[Dataset, str], tags: set[int]) -> None:
    made, syntax = source
    order = ">" if syntax == BIG_ENDIAN else "<"
    markers = {
        tag: implicit(tag, b"MARK") if syntax == SYNTAXES[0] else explicit(tag, "UN", b"MARK", order=order)
        for tag in tags
    }
    with Opened(source) as file:
        new, _ = edit(file, lambda tag, vr, *_: KEEP, markers=markers)  # noqa: ARG005
    read = reread(new, syntax)
    assert list(map(int, read.keys())) == sorted({*map(int, made.keys()), *tags})
    assert all(read.get_item(tag).value == b"MARK" for tag in tags)


@QUICK
@given(source=SOURCES)
def test_editing_an_edited_data_set_again_with_the_same_deletions_changes_nothing(source: tuple[Dataset, str]) -> None:
    def rule_for(tag: int, vr: str, *_: object) -> Rule:
        rule = BASIC.rule(tag, vr)
        return KEEP if rule.effect is Effect.REWRITE else rule

    with Opened(source) as file:
        once, _ = edit(file, rule_for)
        if not once:
            return
        with Opened((reread(once, file.transfer_syntax_uid), file.transfer_syntax_uid)) as again:
            assert edit(again, rule_for)[0] == source_bytes(again)


CT_STORAGE = "1.2.840.10008.5.1.4.1.1.2"
WARM = [
    strategy.rules_for(uid, partial(attribute_type, uid) if uid else None)
    for strategy in (BASIC, load("midi_b"))
    for uid in ("", CT_STORAGE)
]  # asked about all examples one after the other, as about the instances of a run


@QUICK
@given(source=SOURCES, rules=st.sampled_from(WARM))
def test_what_is_known_of_rules_changes_no_result(source: tuple[Dataset, str], rules: RuleSource) -> None:
    with Opened(source) as file:
        asked, knowing, again = (
            HeaderEditor(file, one).edit(pseudonyms(), {}) for one in (AskedAlways(rules.rule), rules, rules)
        )
    assert (knowing.segments, knowing.changes) == (asked.segments, asked.changes)
    assert (again.segments, again.changes) == (asked.segments, asked.changes)
