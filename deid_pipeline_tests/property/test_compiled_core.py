"""The compiled core and pure Python give the same, for whatever a file holds: elements, errors, bytes, changes."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deid_pipeline.actions import Effect, Rule
from deid_pipeline.actions.protocol import TEXT_VRS
from deid_pipeline.dicom import AskedAlways, compiled, element_rows, is_dicom, open_dicom
from deid_pipeline.dicom import file as opening
from deid_pipeline.dicom.structure import Element
from deid_pipeline.errors import DeidError, SourceDataError
from deid_pipeline.strategy import Rules, load, names
from deid_pipeline_tests.data_sets import (
    BIG_ENDIAN,
    EXPLICIT,
    IMPLICIT,
    ITEM_END,
    SEQUENCE_END,
    UNDEFINED,
    explicit,
    implicit,
    item,
    open_item,
    put,
    raw_file,
    replace_by,
    save,
)
from deid_pipeline_tests.property.test_editing import SOURCES
from deid_pipeline_tests.raw_data_sets import PUBLIC_TAGS, raw_data_sets
from deid_pipeline_tests.releasing import shared_project
from deid_pipeline_tests.two_forms import IS_BUILT, Refusal, edited, edited_by, findings, in_both_forms, rebuilt
from deid_pipeline_tests.unit.dicom.damage import data_sets, file_bytes, header_mutant, mutant

pytestmark = pytest.mark.skipif(not IS_BUILT, reason=f"there is no compiled core to judge: {compiled.why_not}")

STRATEGIES = {name: load(name) for name in names()}
RAW = raw_data_sets()
MANY = settings(max_examples=300, deadline=None)
MUTANTS_OF_EACH_FILE = 12
_BIG = 20_000  # bytes; larger elements are left out of the files that are broken


class Counted:
    """The core's module for finding elements, and how often it found any."""

    def __init__(self, module: Any) -> None:
        self._module, self.asked, self.found = module, 0, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)

    def parse(self, *arguments: Any) -> Any:
        found = self._module.parse(*arguments)
        self.asked, self.found = self.asked + 1, self.found + (found is not None)
        return found


@pytest.fixture
def core(monkeypatch: pytest.MonkeyPatch) -> Counted:
    """Counts what is left to the core."""
    counted = Counted(compiled.finding)
    monkeypatch.setattr(compiled, "finding", counted)
    return counted


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("two_forms")


def assert_alike(path: Path, *strategies: str) -> bool:
    """Assert that both forms find and make the same of a file; whether it can be read at all."""
    quick, plain = in_both_forms(lambda: findings(path))
    assert quick == plain
    for name in strategies:
        quick, plain = in_both_forms(lambda name=name: edited(path, STRATEGIES[name]))
        assert quick == plain, name
    return not isinstance(plain, Refusal)


def real_files(*folders: Path) -> Iterator[Path]:
    for folder in (*folders, Path(pydicom.__file__).parent / "data"):
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                with path.open("rb") as stream:
                    if is_dicom(stream.read(160)):
                        yield path


@MANY
@given(source=RAW)
def test_data_sets_of_any_shape(folder: Path, source: tuple[str, bytes]) -> None:
    assert_alike(raw_file(folder, source[1], source[0]), *STRATEGIES)


@MANY
@given(source=SOURCES)
def test_data_sets_that_pydicom_wrote(folder: Path, source: tuple[pydicom.Dataset, str]) -> None:
    assert_alike(save(source[0], folder / "saved.dcm", source[1]), *STRATEGIES)


@MANY
@given(source=RAW)
def test_files_that_are_mapped(folder: Path, source: tuple[str, bytes]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(opening, "_READ_WHOLE", 0)
        patch.setattr(opening, "_HEAD", 0)
        assert_alike(raw_file(folder, source[1], source[0]), "basic", "midi_b")


BESIDE = (0x00080018, 0x00081140, 0x00100010, 0x00100020, 0x00104000)
CHOICES = (
    Rule(Effect.KEEP, lambda element: element.raw, "keep", "one"),
    Rule(Effect.KEEP, lambda element: element.raw.upper(), "keep", "two", sound=lambda raw: raw.isupper()),
    Rule(Effect.KEEP, lambda element: None, "keep", "three", sound=lambda raw: len(raw) < 4),  # noqa: ARG005
    Rule(Effect.KEEP, lambda element: b"mended", "other", "four", sound=lambda raw: not raw),  # noqa: ARG005
    Rule(Effect.DELETE, lambda element: None, "delete", "five"),  # noqa: ARG005
    Rule(Effect.REWRITE, lambda element: element.raw, "same", "six"),
    Rule(Effect.REWRITE, lambda element: None, "remove", "seven"),  # noqa: ARG005
    Rule(Effect.REWRITE, lambda element: repr(element[:4] + element[6:9]).encode(), "tell", "eight"),
    Rule(Effect.REWRITE, lambda element: b"".join(map(element.beside, BESIDE)), "beside", "nine"),
    Rule(Effect.REWRITE, lambda element: b"\0 " + element.raw[:6].upper() + b" \0", "blanks", "eleven"),
    Rule(Effect.REWRITE, lambda element: element.pseudonyms.uid(element.raw.hex()).encode(), "uid", "ten"),
    replace_by(b""),
    replace_by(b"odd"),
    replace_by(bytes(0x10000)),
)
MARKED = st.dictionaries(
    st.sampled_from((0, 0x00080005, 0x00081140, 0x00100010, 0x00120062, 0xFFFFFFFF)), st.just(b"MARK")
)


class ChosenRules(Rules):
    """Rules of any kind, chosen by what they are asked about; remembered as those of a strategy are."""

    def __init__(self, seed: int, kept: int) -> None:
        super().__init__(STRATEGIES["basic"], None)
        self._seed, self._kept = seed, kept

    def _decide(self, tag: int, vr: str, creator: str, parents: tuple[int, ...]) -> Rule:
        chance = random.Random(f"{self._seed} {tag} {vr} {creator} {parents}")
        kept = self._kept / 4 if vr != "SQ" else 0.6  # so that nearly as much is seen in items as at the top
        rule = CHOICES[0] if chance.random() < kept else chance.choice(CHOICES)
        return replace(rule, vr=chance.choice(("", "UN", "LO", "UI", "US", "SQ")) if vr == "UN" else vr)


@MANY
@given(source=RAW, seed=st.integers(0, 2**16), kept=st.integers(0, 3), markers=MARKED)
def test_rules_of_any_kind(
    folder: Path, source: tuple[str, bytes], seed: int, kept: int, markers: dict[int, bytes]
) -> None:
    rules = ChosenRules(seed, kept)
    rules.places = set(PUBLIC_TAGS[::2])  # of these the sequences around decide, too
    path = raw_file(folder, source[1], source[0])
    for one in (AskedAlways(rules.rule), rules, rules):
        quick, plain = in_both_forms(lambda one=one: edited_by(path, one, markers))
        assert quick == plain


def pixels_looked_at(pixels: bytes, tag: int, vr: str, creator: str = "", parents: tuple[int, ...] = ()) -> Rule:
    """The rule of a strategy that keeps just these pixels, and puts pixels where they never were."""
    if tag == 0x7FE00010:
        return Rule(Effect.KEEP, replace_by(b"other").rewrite, "keep", "", sound=lambda raw: raw == pixels)
    if parents or creator or vr == "SQ":
        return CHOICES[0]
    return Rule(Effect.REWRITE, lambda element: element.beside(0x7FE00010)[:60], "beside", "")


@MANY
@given(
    source=RAW,
    pixels=st.binary(min_size=40, max_size=99),
    rest=st.integers(-8, 70) | st.integers(-400, 0),
    behind=st.booleans(),
    seed=st.integers(0, 99),
)
def test_files_of_which_the_first_bytes_are_read(
    folder: Path, source: tuple[str, bytes], pixels: bytes, rest: int, behind: bool, seed: int
) -> None:
    syntax, data = source
    if syntax == IMPLICIT:
        last = implicit(0x7FE00010, pixels + pixels) + (implicit(0xFFFCFFFC, b"padded") if behind else b"")
    else:
        last = explicit(0x7FE00010, "OW", pixels + pixels) + (explicit(0xFFFCFFFC, "OB", b"padded") if behind else b"")
    path = raw_file(folder, data + last, syntax)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(opening, "_READ_WHOLE", 0)
        patch.setattr(opening, "_HEAD", max(path.stat().st_size - len(last) + 12 + rest, 1))
        assert_alike(path, "basic", "midi_b")
        looking = AskedAlways(partial(pixels_looked_at, pixels + pixels))
        for one in (looking, AskedAlways(ChosenRules(seed, 1).rule), ChosenRules(seed, 3)):
            quick, plain = in_both_forms(lambda one=one: edited_by(path, one, {}))
            assert quick == plain


@settings(max_examples=100, deadline=None)
@given(sources=st.lists(RAW, min_size=2, max_size=4), name=st.sampled_from(sorted(STRATEGIES)))
def test_what_is_remembered_of_rules_changes_no_result(
    folder: Path, sources: list[tuple[str, bytes]], name: str
) -> None:
    fresh = replace(STRATEGIES[name], _by_class={})
    for source in sources:
        path = raw_file(folder, source[1], source[0])
        quick, plain = in_both_forms(lambda path=path: edited(path, fresh))
        assert quick == plain


def test_most_made_data_sets_are_sound_and_not_small(folder: Path, core: Counted) -> None:
    sizes = []

    @settings(max_examples=100, deadline=None)
    @given(source=RAW)
    def read(source: tuple[str, bytes]) -> None:
        with suppress(SourceDataError), open_dicom(raw_file(folder, source[1], source[0])) as file:
            sizes.append(len(list(element_rows(file))))

    read()
    assert core.found > 60
    assert sum(sizes) / len(sizes) > 10


def test_sound_little_endian_files_are_left_to_the_core(folder: Path, core: Counted) -> None:
    for syntax, data in data_sets().values():
        path = folder / "sound.dcm"
        path.write_bytes(file_bytes(syntax, data))
        before = core.found
        with open_dicom(path) as file:
            assert file.elements
        assert (core.found > before) is (syntax != BIG_ENDIAN)


def test_real_files(shared_data: Path, core: Counted) -> None:
    read = 0
    for path in real_files(shared_data):
        read += assert_alike(path, *STRATEGIES)
        for name in STRATEGIES if readable(path) else ():
            quick, plain = in_both_forms(lambda path=path, name=name: rebuilt(path, shared_project(name)))
            assert quick == plain, name
    assert read > 150
    assert core.found > 0.9 * core.asked


def readable(path: Path) -> bool:
    try:
        with compiled.switched_off(), open_dicom(path):
            return True
    except SourceDataError:
        return False


def without_bulk(path: Path) -> bytes | None:
    """A file without its largest elements, None where it is deflated, big endian or cannot be read."""
    try:
        with compiled.switched_off(), open_dicom(path) as file:
            if file.is_deflated or file.syntax.big_endian:
                return None
            kept = [element for element in file.elements if element.end - element.start <= _BIG]
            return bytes(file.buffer[: file.start]) + b"".join(file.buffer[one.start : one.end] for one in kept)
    except DeidError:
        return None


def test_damaged_copies_of_real_files(folder: Path, shared_data: Path, core: Counted) -> None:
    chance, path, order = random.Random("two forms"), folder / "broken.dcm", sorted(STRATEGIES)
    sound = read = total = 0
    for source in real_files(shared_data):
        whole = without_bulk(source)
        if whole is None:
            continue
        with compiled.switched_off(), open_dicom(put(path, whole)) as file:
            elements = file.elements
        for number in range(MUTANTS_OF_EACH_FILE):
            put(path, mutant(whole, chance) if number % 3 == 0 else header_mutant(whole, elements, chance))
            before, total = core.found, total + 1
            read += assert_alike(path, order[total % len(order)])
            sound += core.found > before
    assert total > 2000
    assert sound > total / 2
    assert read > sound / 2


HEAD = explicit(0x00081140, "SQ", item(length=UNDEFINED), length=UNDEFINED)
TAIL = implicit(ITEM_END) + implicit(SEQUENCE_END)
NAME = explicit(0x00100010, "PN", b"CANARY")


FALSE_ITEMS = (
    b"",
    implicit(SEQUENCE_END),
    implicit(ITEM_END),
    item(length=2),
    item(length=8),
    item(length=UNDEFINED),
    item(length=UNDEFINED - 1),
    item() + implicit(SEQUENCE_END),
    open_item() + implicit(ITEM_END),
    bytes(4),
    bytes(8),
    bytes(12),
)
FRAGMENTS = (b"", b"ab", bytes(8), item(b"ab"), item(b"ab", length=4), item(b"ab", length=8), item(length=UNDEFINED))


def structures(syntax: str) -> Iterator[bytes]:
    """Sequences and pixel data with one thing wrong, or nothing: at the top, in items, at the end and before more."""
    explicit_vr = syntax == EXPLICIT
    name = NAME if explicit_vr else implicit(0x00100010, b"CANARY")

    def element(tag: int, vr: str, value: bytes, length: int) -> bytes:
        return explicit(tag, vr, value, length=length) if explicit_vr else implicit(tag, value, length=length)

    for wrong in FALSE_ITEMS:
        for content in (wrong, item(name) + wrong, wrong + item(name), item(name + wrong), open_item(name + wrong)):
            whole = [element(0x00081140, "SQ", content, max(0, len(content) + more)) for more in (-8, -2, 0, 2, 8)]
            whole += [element(0x00081140, "SQ", content + end, UNDEFINED) for end in (b"", implicit(SEQUENCE_END))]
            yield from whole
            yield from (one + name for one in whole)
            yield from (element(0x00081111, "SQ", item(one), len(one) + 8) + name for one in whole)
            yield from (element(0x00081111, "SQ", open_item(one) + implicit(SEQUENCE_END), UNDEFINED) for one in whole)
    for wrong in FRAGMENTS:
        for end in (b"", implicit(SEQUENCE_END), implicit(SEQUENCE_END)[:6], implicit(ITEM_END)):
            for tag in (0x7FE00010, 0x7FE00008, 0x00420011):
                pixels = element(tag, "OB", item() + wrong + end, UNDEFINED)
                yield from (pixels, pixels + name, element(0x00081111, "SQ", item(pixels), len(pixels) + 8))


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT])
def test_structures_with_one_thing_wrong(tmp_path: Path, syntax: str) -> None:
    for data in structures(syntax):
        assert_alike(raw_file(tmp_path, data, syntax))


@pytest.mark.parametrize("name", ["explicit", "implicit", "encapsulated"])
def test_a_file_cut_anywhere_and_lengths_that_are_a_little_wrong(tmp_path: Path, name: str) -> None:
    path, whole = tmp_path / "cut.dcm", file_bytes(*data_sets()[name])
    path.write_bytes(whole)
    with compiled.switched_off(), open_dicom(path) as file:
        places = list(length_fields(file.elements))
    for end in range(132, len(whole)):
        assert_alike(put(path, whole[:end]))
    for place in places:
        for more in (-8, -2, -1, 1, 2, 8):
            data = bytearray(whole)
            data[place] = (data[place] + more) % 256
            assert_alike(put(path, data))


def length_fields(elements: Sequence[Element]) -> Iterator[int]:
    """The offsets of the lowest bytes of all lengths of elements and items."""
    for one in elements:
        yield one.value - (2 if one.value - one.start == 8 and one.content_syntax.explicit and one.vr != "UN" else 4)
        for inner in one.items or ():
            yield inner.start + 4
            yield from length_fields(inner.elements)


@pytest.mark.parametrize("depth", [1, 99, 100, 101, 1000])
@pytest.mark.parametrize("form", ["open", "defined", "unknown"])
def test_deep_nesting(tmp_path: Path, depth: int, form: str) -> None:
    if form == "open":
        data = HEAD * depth + NAME + TAIL * depth
    else:
        data = implicit(0x00100010, b"CANARY") if form == "unknown" else NAME
        for level in range(depth, 0, -1):
            if form == "defined" or level == 1:
                data = explicit(0x00081140, "SQ" if form == "defined" else "UN", item(data))
            else:
                data = implicit(0x00081140, open_item(data) if level % 2 else item(data))
    assert_alike(raw_file(tmp_path, data), *STRATEGIES)


def test_more_tags_and_creators_than_anybody_remembers(tmp_path: Path) -> None:
    tags = b"".join(explicit(0x00080000 + 7 * number, "LO", b"CANARY") for number in range(70_000))
    creators = b"".join(
        explicit(group << 16 | 0x10, "LO", b"C%05d" % group) + explicit(group << 16 | 0x1001, "LO", b"CANARY")
        for group in range(0x0009, 0x4009, 2)
    )
    rules = ChosenRules(1, 1)
    for data in (tags, creators + tags, explicit(0x00081140, "SQ", item(creators)) + tags):
        path = raw_file(tmp_path, data)
        for _ in range(2):
            quick, plain = in_both_forms(lambda path=path: edited_by(path, rules, {}))
            assert quick == plain


def test_items_that_hold_many_elements_and_none(tmp_path: Path) -> None:
    some = b"".join(explicit(0x00080100 + number, "SH", b"CANARY") for number in range(1000))
    items = b"".join(item(NAME) + open_item(NAME) + item() + open_item() for _ in range(200))
    data = explicit(0x00081140, "SQ", item(some) + items) + explicit(0x00400275, "SQ", items) + NAME
    assert_alike(raw_file(tmp_path, data), *STRATEGIES)
    assert_alike(raw_file(tmp_path, implicit(0x00081140, b"") + implicit(0x00400275, item()), IMPLICIT), *STRATEGIES)


def test_ranges_of_all_lengths_between_changes(tmp_path: Path) -> None:
    for mapped in (0, 1 << 30):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(opening, "_READ_WHOLE", mapped)
            patch.setattr(opening, "_HEAD", mapped)
            for length in (0, 2, 2046, 2048, 2050, 32_766, 32_768, 32_770, 300_000):
                bulk = explicit(0x00420011, "OB", bytes(length))
                data = b"".join(NAME + bulk + explicit(0x00100020, "LO", b"ID") for _ in range(3))
                for name in ("minimal", "basic"):
                    assert_alike(raw_file(tmp_path, data), name)


def test_what_is_bytes_in_one_file_and_a_sequence_in_another(tmp_path: Path) -> None:
    inside = item(implicit(0x00100010, b"CANARY")) + implicit(SEQUENCE_END)
    for tag in (0x00081140, 0x00100010, 0x00104000, 0x00091001, 0x00090010, 0x0040A730):
        creator = explicit(0x00090010, "LO", b"ACME") if tag & 0x10000 else b""
        behind = explicit(0x00091002, "LO", b"CANARY") + explicit(0x00100020, "LO", b"ID")
        plain = creator + explicit(tag, "UN", b"CANARY") + behind
        sequence = creator + explicit(tag, "UN", inside, length=UNDEFINED) + behind
        empty = creator + explicit(tag, "UN", implicit(SEQUENCE_END), length=UNDEFINED) + behind
        for name, strategy in STRATEGIES.items():
            for first, second in ((plain, sequence), (sequence, plain), (empty, sequence)):
                fresh = replace(strategy, _by_class={})
                for data in (first, second, explicit(0x00400275, "SQ", item(first) + item(second))):
                    path = raw_file(tmp_path, data)
                    quick, expected = in_both_forms(lambda path=path, fresh=fresh: edited(path, fresh))
                    assert quick == expected, name


@pytest.mark.parametrize("vr", sorted(TEXT_VRS))
def test_blanks_around_new_texts(tmp_path: Path, vr: str) -> None:
    rules = AskedAlways(lambda *_: replace_by(b"\0 NEW \0"))
    path = raw_file(tmp_path, explicit(0x00100010, vr, b"CANARY"))
    quick, plain = in_both_forms(lambda: edited_by(path, rules, {}))
    assert quick == plain
    assert [change.new_value for change in plain[1].changes] in (["\0 NEW"], ["NEW"])


def test_group_2_of_any_content_and_length(tmp_path: Path) -> None:
    syntax = explicit(0x00020010, "UI", EXPLICIT.encode() + b"\0")
    parts = [explicit(0x00020016, vr, b"CANARY ") for vr in ("AE", "SQ", "UN", "OB", "UT", "??")]
    parts += [
        explicit(0x00020012, "UI", b" 1.2\0\0 "),
        explicit(0x00020001, "OB", b"\0\1"),
        implicit(0x00020012, b"1.2 "),
    ]
    parts += [explicit(0x00020102, vr, bytes(length)) for vr in ("OB", "UT") for length in (3900, 4000, 5000, 70_000)]
    parts += [explicit(0x00020102, "OB", b"", length=length) for length in (2, 4000, 5000, 1 << 31, UNDEFINED)]
    for part in parts:
        for group in (part + syntax, syntax + part, syntax, part, part + part + syntax):
            for behind in (NAME, b"", NAME[:1], b"\2", b"\2\0", explicit(0x00020018, "AE", b"LATE")):
                assert_alike(put(tmp_path / "group2.dcm", bytes(128) + b"DICM" + group + behind))
            for end in range(1, 20):
                assert_alike(put(tmp_path / "group2.dcm", bytes(128) + b"DICM" + group[:-end]))


def test_zeros_behind_the_data_set(tmp_path: Path) -> None:
    for length in (2, 8, 12, 1000):
        for syntax, data in ((EXPLICIT, NAME), (IMPLICIT, implicit(0x00100010, b"CANARY"))):
            assert_alike(raw_file(tmp_path, data + bytes(length), syntax), "basic")
            assert_alike(raw_file(tmp_path, bytes(length), syntax), "basic")
