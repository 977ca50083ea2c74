"""The corpus of the header benchmark, and that what a process remembers changes no copy."""

from __future__ import annotations

from pathlib import Path

from benchmarks.header_corpus import SERIES, corpus
from benchmarks.headers import OwnWay, forget_values
from deid_pipeline.dicom import open_dicom


def made_files(folder: Path, *, made: int) -> list[Path]:
    _, others = corpus([], folder, made=made)
    return others


def values(path: Path, *tags: int) -> tuple[str, ...]:
    with open_dicom(path) as file:
        return tuple(file.text(tag) for tag in tags)


def test_made_files_are_instances_of_series_with_patients_of_their_own(tmp_path: Path) -> None:
    files = made_files(tmp_path, made=2 * SERIES)
    assert len({values(path, 0x00080018) for path in files}) == 2 * SERIES
    assert len({values(path, 0x0020000D, 0x00100020) for path in files}) == 2
    first, last = files[0].stat().st_size, files[-1].stat().st_size
    assert first < 1_000_000 < 30_000_000 < last


def test_what_is_remembered_changes_no_copy(tmp_path: Path) -> None:
    files = made_files(tmp_path, made=SERIES + 2)[-4:-1]
    for strategy in ("basic", "midi_b"):
        way = OwnWay(strategy, tmp_path / "vault", files)

        def copies(way: OwnWay = way) -> list[bytes]:
            contents = []
            for path in files:
                staged = Path(way(path, path))
                contents.append(staged.read_bytes())
                staged.unlink()
            return contents

        first = copies()
        assert copies() == first
        forget_values()
        assert copies() == first
