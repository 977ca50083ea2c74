"""The corpus of the header benchmark, the order of its work, and that what a process remembers changes no copy."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from benchmarks import header_corpus
from benchmarks.header_ways import OwnWay, Way, copied, forget_values
from benchmarks.headers import measure, table
from deid_pipeline.dicom import compiled, open_dicom


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Two series, the second one of files that are too large to be read as a whole."""
    monkeypatch.setattr(header_corpus, "LARGEST", 600_000)
    return header_corpus.corpus([], tmp_path, made=2 * header_corpus.SERIES)[1]


def values(path: Path, *tags: int) -> tuple[str, ...]:
    with open_dicom(path) as file:
        return tuple(file.text(tag) for tag in tags)


def test_made_files_are_instances_of_series_with_patients_of_their_own(files: list[Path]) -> None:
    assert len({values(path, 0x00080018) for path in files}) == len(files) == 2 * header_corpus.SERIES
    assert len({values(path, 0x0020000D, 0x00100020) for path in files}) == 2
    assert files[0].stat().st_size < 512 << 10 < files[-1].stat().st_size


@pytest.mark.parametrize("core", [True, False])
def test_what_is_remembered_changes_no_copy(tmp_path: Path, files: list[Path], *, core: bool) -> None:
    for strategy in ("basic", "midi_b"):
        way = OwnWay(strategy, tmp_path / "vault", files, core=core)

        def copies(way: OwnWay = way) -> list[bytes]:
            contents = []
            for path in files[8:12]:
                staged = Path(way(path, path))
                contents.append(staged.read_bytes())
                staged.unlink()
            return contents

        first = copies()
        assert copies() == first
        forget_values()
        assert copies() == first


def test_the_core_is_used_where_it_is_wanted_only(
    tmp_path: Path, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    parse, asked = compiled.finding and compiled.finding.parse, []
    if parse is None:
        pytest.skip(f"there is no compiled core: {compiled.why_not}")
    monkeypatch.setattr(compiled.finding, "parse", lambda *given: asked.append(given) or parse(*given))
    for core in (True, False):
        way = OwnWay("basic", tmp_path / "vault", files[:1], core=core)
        asked.clear()
        Path(way(files[0], tmp_path / "unused.dcm")).unlink()
        assert bool(asked) is core
        assert compiled.finding is not None


@pytest.mark.parametrize("alternate", [False, True])
def test_every_file_goes_through_every_way_in_every_round(
    tmp_path: Path, files: list[Path], *, alternate: bool
) -> None:
    gone_through: list[tuple[str, Path]] = []

    def way(name: str) -> Way:
        def copy(source: Path, target: Path) -> Path | str:
            gone_through.append((name, source))
            return copied(source, target)

        return copy

    ways = {name: way(name) for name in "abc"}
    measure(ways, [*files, *files[:4]], tmp_path, rounds=2, alternate=alternate)
    assert sorted(gone_through) == sorted([(name, path) for name in "abc" for path in (*files, *files[:4])] * 2)
    after = sum(one[1] == other[1] for one, other in pairwise(gone_through))
    assert after == (2 * 24 * 2 if alternate else 0)  # each file's second and third way


def test_no_own_way_profits_from_what_another_one_learned(
    tmp_path: Path, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[tuple[OwnWay, str]] = []
    begin, work = OwnWay.begin_round, OwnWay.__call__
    ways: dict[str, Way] = {name: OwnWay(name, tmp_path / "vault", files) for name in ("basic", "midi_b")}
    monkeypatch.setattr(OwnWay, "begin_round", lambda way: (called.append((way, "begin")), begin(way))[1])
    monkeypatch.setattr(OwnWay, "__call__", lambda way, *given: (called.append((way, "work")), work(way, *given))[1])
    measure({"copyfile": copied, **ways}, files[:3], tmp_path, rounds=2)
    assert [what for _, what in called] == ["begin", "work", "work", "work"] * 4
    assert all(len({way for way, _ in called[at : at + 4]}) == 1 for at in range(0, 16, 4))


def test_an_own_way_is_compared_with_the_rounds_that_it_had_a_part_in(
    tmp_path: Path, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(10**6))
    spent = [0.0]
    monkeypatch.setattr("benchmarks.headers.cpu_seconds", lambda: spent[0])

    def costing(seconds: float) -> Way:
        def copy(source: Path, target: Path) -> Path | str:
            spent[0] += seconds
            return copied(source, target)

        return copy

    def copy_slower_each_time(source: Path, target: Path) -> Path | str:
        spent[0] += next(clock)
        return copied(source, target)

    own = {name: OwnWay(name, tmp_path / "vault", files[:1]) for name in ("basic", "midi_b")}
    monkeypatch.setattr(OwnWay, "__call__", lambda _, source, target: costing(8.0)(source, target))
    ways: dict[str, Way] = {"copyfile": copy_slower_each_time, **own, "other 1.0": costing(40.0)}
    figures = measure(ways, files[:1], tmp_path, rounds=3)
    # six rounds of copyfile take 0 to 5 s, by turns beside the one way and beside the other
    assert figures["basic"] == {"copyfile": [2.0], "basic": [8.0], "other 1.0": [40.0]}
    assert figures["midi_b"] == {"copyfile": [3.0], "midi_b": [8.0], "other 1.0": [40.0]}
    assert figures["copyfile"] == figures["other 1.0"] == {"copyfile": [2.5], "other 1.0": [40.0]}
    basic = next(line for line in table(figures, [1], beside="other 1.0") if line.startswith("basic"))
    assert basic.split()[3:5] == ["4.00", "4.00"]
    assert basic.endswith("5.00 x")
