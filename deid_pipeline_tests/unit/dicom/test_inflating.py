"""A deflated file inflates as far as its header explains, and no further."""

from __future__ import annotations

import tracemalloc
import zlib
from pathlib import Path

import pytest

from deid_pipeline.dicom import inflating, open_dicom
from deid_pipeline.dicom.inflating import inflate
from deid_pipeline.errors import SourceDataError
from deid_pipeline_tests.data_sets import DEFLATED, explicit, raw_file
from deid_pipeline_tests.releasing import release

MEGABYTE = 1 << 20


def header(rows: int, columns: int, frames: str = "1") -> bytes:
    return b"".join(
        [
            explicit(0x00080016, "UI", b"1.2.840.10008.5.1.4.1.1.7\0"),
            explicit(0x00280002, "US", (1).to_bytes(2, "little")),
            explicit(0x00280008, "IS", frames.encode() + b" " * (len(frames) % 2)),
            explicit(0x00280010, "US", rows.to_bytes(2, "little")),
            explicit(0x00280011, "US", columns.to_bytes(2, "little")),
            explicit(0x00280100, "US", (8).to_bytes(2, "little")),
        ]
    )


def deflated(rows: int, columns: int, pixels: int, frames: str = "1") -> bytes:
    deflater = zlib.compressobj(9, wbits=-15)
    packed = deflater.compress(header(rows, columns, frames) + explicit(0x7FE00010, "OB", b"", length=pixels))
    zeros = bytes(MEGABYTE)
    return packed + b"".join(deflater.compress(zeros) for _ in range(pixels // MEGABYTE)) + deflater.flush()


@pytest.fixture(autouse=True)
def small_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inflating, "FIRST_BYTES", MEGABYTE)


def test_what_the_header_explains_is_inflated(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = deflated(1024, 1024, 8 * MEGABYTE, frames="8")
    with pytest.raises(SourceDataError, match="more comes"):  # nearly a thousand to one
        inflate(packed)
    monkeypatch.setattr(inflating, "LARGEST_RATIO", 2000)
    assert len(inflate(packed)) > 8 * MEGABYTE
    assert len(inflate(deflated(1024, 1024, 0))) < 1000


@pytest.mark.parametrize("frames", ["1", "0", "", "x", "-7"])
def test_more_than_the_header_explains_is_refused_before_it_takes_memory(
    monkeypatch: pytest.MonkeyPatch, frames: str
) -> None:
    monkeypatch.setattr(inflating, "LARGEST_RATIO", 2000)
    packed = deflated(16, 16, 64 * MEGABYTE, frames=frames)
    tracemalloc.start()
    with pytest.raises(SourceDataError, match="more comes of the deflated data set than its header explains"):
        inflate(packed)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * MEGABYTE


def test_such_a_file_is_quarantined(tmp_path: Path) -> None:
    path = raw_file(tmp_path, deflated(16, 16, 16 * MEGABYTE), DEFLATED)
    with pytest.raises(SourceDataError), open_dicom(path):
        pass
    result = release(tmp_path / "x", path.read_bytes())
    assert result.status == "quarantined"
    assert "more comes of the deflated data set" in result.reason
