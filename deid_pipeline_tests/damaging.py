"""A process that redacts damaged files: ``python -m deid_pipeline_tests.damaging SYNTAX SEED COUNT`` counts outcomes.

In a process of its own, since a decoder that dies on damage takes the process with it. Memory and time are limited.
"""

from __future__ import annotations

import json
import random
import resource
import signal
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from pydicom.encaps import encapsulate

from deid_pipeline.codecs import codec_for, iter_frames
from deid_pipeline.codecs.coverage import CELLS, Cell
from deid_pipeline.dicom import open_dicom, pixel_layout
from deid_pipeline.errors import ResidualRiskError, SourceDataError
from deid_pipeline.model import Box
from deid_pipeline.stages.redaction import GivenBox, redact_file
from deid_pipeline_tests.coded_frames import encode, layout_of, picture
from deid_pipeline_tests.instances import save, small_ct

ROWS, COLUMNS, BOX = 12, 20, Box(2, 2, 9, 7)
MEMORY_BYTES, SECONDS = 4 << 30, 20


def instance(cell: Cell, path: Path, **claims: int) -> Path:
    """A file of two small frames of a cell's kind; ``claims`` are values of its header that say something else."""
    layout = layout_of(cell, rows=ROWS, columns=COLUMNS, frames=2)
    frames = [encode(cell, picture(layout, seed=seed), layout) for seed in (3, 4)]
    data = small_ct(size=8)
    data.Rows, data.Columns, data.NumberOfFrames = ROWS, COLUMNS, 2
    data.SamplesPerPixel, data.PhotometricInterpretation = layout.samples_per_pixel, layout.photometric_interpretation
    if layout.samples_per_pixel > 1:
        data.PlanarConfiguration = 0
    data.BitsAllocated, data.BitsStored, data.HighBit = layout.bits_allocated, layout.bits_stored, layout.high_bit
    data.PixelData = encapsulate(frames) if layout.is_encapsulated else b"".join(frames)
    data["PixelData"].VR = "OB" if layout.is_encapsulated else "OW"
    for keyword, value in claims.items():
        setattr(data, keyword, value)
    return save(data, path, syntax=layout.transfer_syntax_uid)


def damaged(content: bytes, start: int, rng: random.Random) -> bytes:
    """One to four bytes from ``start`` on changed, or some of them lost or put in."""
    found = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        at, kind = rng.randrange(start, len(found)), rng.random()
        if kind < 0.8:
            found[at] = rng.choice((0, 0xFF, found[at] ^ 1 << rng.randrange(8), rng.randrange(256)))
        elif kind < 0.9:
            del found[at : at + rng.randint(1, 20)]
        else:
            found[at:at] = rng.randbytes(rng.randint(1, 8))
    return bytes(found)


def outside(path: Path) -> list[np.ndarray[Any, Any]]:
    """Samples outside what may change, by frame."""
    with open_dicom(path) as file:
        layout = pixel_layout(file)
        assert layout is not None
        codec, found = codec_for(layout.transfer_syntax_uid), []
        for frame in iter_frames(file.buffer, layout):
            values = codec.decode_frame(frame.data, layout)
            for box in codec.changed_boxes(frame.data, layout, boxes=[BOX]):
                values[max(0, box.top) : box.bottom, max(0, box.left) : box.right] = 0
            found.append(values)
        del frame
    return found


def peak_mib(*, forget: bool = False) -> int:
    """Largest resident memory of this process, in MiB; `getrusage` counts that of the process which started it, too.

    With ``forget`` the count begins anew.
    """
    if forget:
        Path("/proc/self/clear_refs").write_text("5")
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) >> 10


def outcome(source: Path, target: Path) -> str:
    """What becomes of one file; a copy that appears must be exact."""
    try:
        redact_file(source, target, (GivenBox(None, None, BOX),))
    except (SourceDataError, ResidualRiskError) as error:
        assert not target.exists()
        return type(error).__name__
    same = all(np.array_equal(one, other) for one, other in zip(outside(source), outside(target), strict=True))
    target.unlink()
    return "exact" if same else "different"


def main() -> None:
    """Redact damaged copies of a file; print a JSON object of counts and the peak of memory in MiB."""
    syntax, seed, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    rng = random.Random(seed)
    cells = [cell for cell in CELLS if cell.transfer_syntax_uid == syntax and cell.bits in ("8/8", "16/12")]
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for _ in range(count):
            source = instance(rng.choice(cells), folder / "in.dcm")
            content = source.read_bytes()
            source.write_bytes(damaged(content, content.rindex(b"\xe0\x7f\x10\x00") + 12, rng))
            signal.alarm(SECONDS)
            counts[outcome(source, folder / "out.dcm")] += 1
    json.dump({**counts, "MiB": peak_mib()}, sys.stdout)


if __name__ == "__main__":
    main()
