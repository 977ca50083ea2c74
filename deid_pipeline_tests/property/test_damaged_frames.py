"""Damaged, lying and hostile pixel data: exact or held, no crash, bounded memory and time."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
from pydicom.encaps import encapsulate

from deid_pipeline.codecs import codec_for, iter_frames
from deid_pipeline.codecs.coverage import CELLS
from deid_pipeline.errors import ResidualRiskError, SourceDataError
from deid_pipeline.model import Box
from deid_pipeline.stages.redaction import GivenBox, redact_file
from deid_pipeline_tests.coded_frames import encode, layout_of, picture
from deid_pipeline_tests.damaging import ROWS, instance, peak_mib
from deid_pipeline_tests.instances import save, small_ct

SYNTAXES = sorted({cell.transfer_syntax_uid for cell in CELLS})
COMPRESSED = [syntax for syntax in SYNTAXES if syntax.startswith(("1.2.840.10008.1.2.4", "1.2.840.10008.1.2.5"))]
ANYWHERE = (GivenBox(None, None, Box(2, 2, 9, 7)),)
PEAK_MIB = 400


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.1", *COMPRESSED])
def test_damaged_files_are_redacted_exactly_or_held(syntax: str) -> None:
    """In a process of their own: one that a decoder kills has no answer."""
    program = [sys.executable, "-m", "deid_pipeline_tests.damaging", syntax, "1", "60"]
    ran = subprocess.run(program, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr[-2000:]
    counts = json.loads(ran.stdout)
    assert counts.pop("MiB") < PEAK_MIB
    assert set(counts) <= {"exact", "SourceDataError", "ResidualRiskError"}
    assert len(counts) > 1


def cell_of(syntax: str) -> Any:
    return next(cell for cell in CELLS if cell.transfer_syntax_uid == syntax and cell.bits in ("8/8", "16/12"))


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize("change", [{"Rows": ROWS + 1}, {"Columns": 19}, {"NumberOfFrames": 3}, {"NumberOfFrames": 1}])
def test_a_header_that_contradicts_its_frames_holds_the_file(
    tmp_path: Path, syntax: str, change: dict[str, int]
) -> None:
    source = instance(cell_of(syntax), tmp_path / "in.dcm", **change)
    with pytest.raises((SourceDataError, ResidualRiskError)):
        redact_file(source, tmp_path / "out.dcm", ANYWHERE)
    assert not (tmp_path / "out.dcm").exists()


def claiming(frame: bytes, syntax: str, *, rows: int, columns: int) -> bytes:
    """A frame whose codestream claims another size."""
    if syntax.endswith((".5", ".110", ".111", ".112")):
        return frame  # without a size, or with one that is hidden in single bits: the header alone claims
    if syntax.endswith((".90", ".91", ".201", ".202", ".203")):
        at = frame.index(b"\xff\x51") + 6
        size = struct.pack(">2I", columns, rows)
        return frame[:at] + size + frame[at + 8 : at + 16] + size + frame[at + 24 :]
    at = next(frame.find(marker) for marker in (b"\xff\xc0", b"\xff\xc1", b"\xff\xc3", b"\xff\xf7") if marker in frame)
    return frame[: at + 5] + struct.pack(">2H", min(rows, 65535), min(columns, 65535)) + frame[at + 9 :]


@pytest.mark.parametrize("syntax", COMPRESSED)
@pytest.mark.parametrize("size", [100_000, 65_535, 23_000])
def test_claims_of_a_bomb_take_neither_memory_nor_time(syntax: str, size: int) -> None:
    """Header and codestream agree on a size that a few hundred bytes cannot hold."""
    if size == 23_000 and syntax.endswith((".80", ".81", ".90", ".91", ".201", ".202", ".203")):
        pytest.skip("one colour may really take so few bytes")
    cell = cell_of(syntax)
    small = layout_of(cell, rows=16, columns=16)
    frame = claiming(encode(cell, picture(small, seed=1), small), syntax, rows=size, columns=size)
    layout = layout_of(cell, rows=min(size, 65_535), columns=min(size, 65_535))
    before, start = peak_mib(forget=True), time.process_time()
    with pytest.raises(SourceDataError):
        codec_for(syntax).decode_frame(frame, layout)
    assert peak_mib() - before < 50
    assert time.process_time() - start < 5


@pytest.mark.parametrize("count", [1, 50_000])
def test_thousands_of_empty_fragments_do_no_harm(tmp_path: Path, count: int) -> None:
    data = small_ct(size=8)
    frame = bytes(imagecodecs.jpegls_encode(np.frombuffer(data.PixelData, np.uint16).reshape(8, 8)))
    data.BitsStored, data.HighBit = 16, 15
    empty = b"\xfe\xff\x00\xe0\x00\x00\x00\x00"
    whole = encapsulate([frame], has_bot=False)
    data.PixelData = whole[:8] + empty * count + whole[8:]
    data["PixelData"].VR = "OB"
    source = save(data, tmp_path / "in.dcm", syntax="1.2.840.10008.1.2.4.80")
    start = time.process_time()
    assert redact_file(source, tmp_path / "out.dcm", ANYWHERE) == 1
    assert time.process_time() - start < 20


def test_a_fragment_for_each_byte_takes_little_more_than_the_file() -> None:
    layout = layout_of(cell_of("1.2.840.10008.1.2.4.80"), rows=8, columns=8)
    stream = b"".join(b"\xfe\xff\x00\xe0\x02\x00\x00\x00\xff\xd9" for _ in range(400_000))
    buffer = b"\xfe\xff\x00\xe0\x00\x00\x00\x00" + stream + b"\xfe\xff\xdd\xe0\x00\x00\x00\x00"
    before = peak_mib(forget=True)
    (frame,) = iter_frames(buffer, layout)
    assert len(frame.data) == 800_000
    assert peak_mib() - before < 60
