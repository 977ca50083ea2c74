"""What is remembered of other headers, and of values that stayed, changes nothing that a cleaner knows or does."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deid_pipeline.actions import ElementValue, InstanceContext, action_named
from deid_pipeline.dicom import AskedAlways, DicomFile, compiled, open_dicom
from deid_pipeline.errors import SourceDataError
from deid_pipeline.model import IdentifierKind
from deid_pipeline.phi import cleaner_of, identifying_values
from deid_pipeline.stages.cleaning import InstanceCleaner
from deid_pipeline.stages.header import rules_for
from deid_pipeline.strategy import load
from deid_pipeline_tests.data_sets import explicit, item, pseudonyms, raw_file
from deid_pipeline_tests.unit.dicom.test_real_files import BUNDLED

BASIC = load("basic")
_DAYS = st.sampled_from(["20200115", "20200229", "20210230", "00010101", "19000101", "2020.01.15", "20201301"])
_TIMES = st.text("0123456789.+-\\ ", max_size=14)


def assert_known_alike(file: DicomFile) -> None:
    """Assert that a cleaner with all memories knows what one without any does."""
    rules = rules_for(file, BASIC)
    remembering = InstanceCleaner(file, pseudonyms(), rules)._header
    plain = InstanceCleaner(file, pseudonyms(), AskedAlways(rules.rule))._header
    assert remembering.all == plain.all
    assert remembering.secrets == plain.secrets


def test_headers_that_differ_little(tmp_path: Path) -> None:
    """Mutants of one file share what is remembered wherever their keys allow it."""
    if compiled.walking is None:
        pytest.skip("only the compiled core makes keys")
    chance, read = random.Random(1), 0
    for path in BUNDLED:
        content = path.read_bytes()[: 1 << 16]
        for mutant in (content, *(_mutant(content, chance) for _ in range(20))):
            broken = tmp_path / "mutant.dcm"
            broken.write_bytes(mutant)
            try:
                with open_dicom(broken) as file:
                    assert_known_alike(file)
                    read += 1
            except SourceDataError:
                pass
    assert read > 500


def _mutant(content: bytes, chance: random.Random) -> bytes:
    """The content with one to three of its bytes replaced, most by letters and digits."""
    made = bytearray(content)
    for _ in range(chance.randint(1, 3)):
        made[chance.randrange(min(200, len(made) - 1), len(made))] = chance.choice(b"019AZaz\\^ \0\xe9\x1b")
    return bytes(made)


def _elements(days: list[str]) -> Iterator[bytes]:
    for number, text in enumerate(days):
        raw = text.encode("ascii")
        element = explicit(0x0008002A if number % 2 else 0x00189074, "DT", raw + b" " * (len(raw) % 2))
        yield explicit(0x00189096, "SQ", item(element)) if number == 2 else element


@settings(max_examples=400, deadline=None)
@given(day=_DAYS, times=st.lists(_TIMES, min_size=2, max_size=4))
def test_times_of_day(tmp_path_factory: pytest.TempPathFactory, day: str, times: list[str]) -> None:
    folder = tmp_path_factory.getbasetemp()
    for rest in times:
        elements = sorted(_elements([day + rest, day, day + rest]))
        with open_dicom(raw_file(folder, b"".join(elements))) as file:
            assert_known_alike(file)


@settings(max_examples=400, deadline=None)
@given(day=st.dates().map(lambda day: f"{day:%Y%m%d}".zfill(8)), rest=st.text("0123456789.+- ", min_size=2))
def test_behind_a_day_and_an_hour_no_other_day_is_looked_for(day: str, rest: str) -> None:
    if rest[:2].isdigit() and day[6:] <= "28":
        assert identifying_values("DT", "", day + rest) == identifying_values("DT", "", day)


_TEXTS = st.lists(
    st.sampled_from(["Doe", "Jane", "CHEST", "4711", "20200115", "M\u00fcller", "for", "<NAME>", "90Y", "1.2.3.4.5.6"]),
    min_size=1,
    max_size=4,
).map(" ".join)


@settings(max_examples=300, deadline=None)
@given(data=st.data(), texts=st.lists(_TEXTS, min_size=1, max_size=6))
def test_values_that_stayed(data: st.DataObject, texts: list[str]) -> None:
    """The same values are cleaned twice, in any order, by a cleaner that remembers and one that does not."""
    known = frozenset({(IdentifierKind.NAME, "Doe^Jane"), (IdentifierKind.ID, "4711")})
    cleaner = cleaner_of(known, pseudonym=lambda kind, _: f"{kind}2", days_offset=-3)
    action = action_named("cleanTag")
    assert action is not None
    for text in texts * 2:
        vr = data.draw(st.sampled_from(["LO", "SH", "LT", "ST", "UC", "CS", "AE"]))
        mode = data.draw(st.sampled_from(["remove", "deid", "mask", "surrogate", "header", "label", "own"]))
        encodings = data.draw(st.sampled_from([("iso8859",), ("utf-8",), ("latin_1",)]))
        raw = text.encode(data.draw(st.sampled_from(["utf-8", "latin-1"])))
        element = ElementValue(0x00081030, vr, raw, encodings, pseudonyms(), InstanceContext(cleaner=cleaner))
        forgetful = InstanceContext(cleaner=_Forgetful(cleaner))
        rewrite = action.bind(mode, vr=vr)
        assert rewrite(element) == rewrite(element._replace(context=forgetful))


class _Forgetful:
    """A cleaner that knows of no value that it stays."""

    def __init__(self, cleaner: object) -> None:
        self._cleaner = cleaner

    def clean(self, text: str, mode: str) -> str:
        return self._cleaner.clean(text, mode)  # type: ignore[attr-defined, no-any-return]

    def untouched(self, mode: str) -> None:
        """Nothing."""


def test_memories_are_used(tmp_path: Path) -> None:
    """Two instances of a series share one header, and another strategy's rules have their own."""
    if compiled.walking is None:
        pytest.skip("only the compiled core makes keys")
    name = explicit(0x00100010, "PN", b"Doe^Jane")
    headers = []
    for number, strategy in ((b"1 ", BASIC), (b"2 ", BASIC), (b"2 ", replace(BASIC, _by_class={}))):
        with open_dicom(raw_file(tmp_path, name + explicit(0x00200013, "IS", number))) as file:
            headers.append(InstanceCleaner(file, pseudonyms(), rules_for(file, strategy))._header)
    assert headers[0] is headers[1] is not headers[2]
