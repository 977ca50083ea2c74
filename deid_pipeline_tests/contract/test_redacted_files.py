"""Every pixel file that pydicom brings goes through a random box: exact outside, or held with a reason; no crash."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pydicom
import pytest

from deid_pipeline.codecs import codec_for, iter_frames
from deid_pipeline.dicom import open_dicom, pixel_layout
from deid_pipeline.errors import ResidualRiskError, SourceDataError
from deid_pipeline.model import Box
from deid_pipeline.stages import redact_file
from deid_pipeline.stages.redaction import GivenBox

_FOLDER = Path(pydicom.__file__).parent / "data"
_HELD = {
    "JPEG2000-embedded-sequence-delimiter.dcm": "more tiles",
    "MR_truncated.dcm": "the data end inside",
    "SC_rgb_jpeg.dcm": "no valid VR",
    "SC_rgb_small_odd_big_endian.dcm": "big endian words",
    "badVR.dcm": "more pixel data than the header claims",
    "chrJapMulti.dcm": "no pixel data",
    "chrJapMultiExplicitIR6.dcm": "no pixel data",
    "chrKoreanMulti.dcm": "no pixel data",
}


def pixel_files() -> list[Path]:
    """Files of pydicom's own folder that say how many rows they have."""
    found = []
    for path in sorted(_FOLDER.rglob("*")):
        if path.is_file() and (path.suffix == ".dcm" or path.name.isdigit()):
            header = pydicom.dcmread(path, force=True, stop_before_pixels=True)
            found += [path] if header.get("Rows") and header.get("Columns") else []
    return found


@pytest.mark.parametrize("path", pixel_files(), ids=lambda path: path.name)
def test_a_random_box_is_filled_and_nothing_else_changes(path: Path, tmp_path: Path) -> None:
    header = pydicom.dcmread(path, force=True, stop_before_pixels=True)
    rng = random.Random(path.name)
    left, top = rng.randrange(header.Columns), rng.randrange(header.Rows)
    box = Box(left, top, rng.randint(left + 1, header.Columns), rng.randint(top + 1, header.Rows))
    target = tmp_path / "out.dcm"
    if path.name in _HELD:
        with pytest.raises((SourceDataError, ResidualRiskError), match=_HELD[path.name]):
            redact_file(path, target, (GivenBox(None, None, box),))
        assert not target.exists()
        return
    assert redact_file(path, target, (GivenBox(None, None, box),)) >= 1
    with open_dicom(path) as one, open_dicom(target) as other:
        old, new = pixel_layout(one), pixel_layout(other)
        assert old is not None
        assert new is not None
        assert one.transfer_syntax_uid == other.transfer_syntax_uid
        codec = codec_for(old.transfer_syntax_uid)
        pairs = zip(iter_frames(one.buffer, old), iter_frames(other.buffer, new), strict=True)
        for before, after in pairs:
            outside = np.ones((old.rows, old.columns), bool)
            for changed in codec.changed_boxes(before.data, old, boxes=[box]):
                outside[max(0, changed.top) : changed.bottom, max(0, changed.left) : changed.right] = False
            first, second = codec.decode_frame(before.data, old), codec.decode_frame(after.data, new)
            np.testing.assert_array_equal(first[outside], second[outside])
            inside = second[box.top : box.bottom, box.left : box.right]
            assert (inside == inside[0, 0]).all()
        del pairs, before, after
