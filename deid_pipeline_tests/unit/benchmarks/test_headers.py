"""The corpus of the header benchmark, and that what a process remembers changes no copy."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import header_corpus
from benchmarks.headers import OwnWay, forget_values
from deid_pipeline.dicom import open_dicom


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


def test_what_is_remembered_changes_no_copy(tmp_path: Path, files: list[Path]) -> None:
    for strategy in ("basic", "midi_b"):
        way = OwnWay(strategy, tmp_path / "vault", files)

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
