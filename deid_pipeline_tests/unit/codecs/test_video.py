"""Videos are read picture by picture, or refused with a reason; nothing is made up and nothing left unread."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset

from deid_pipeline.codecs import VIDEO_SYNTAXES, codec_for, video_frames
from deid_pipeline.codecs.video import STEREO_SYNTAXES
from deid_pipeline.dicom import open_dicom, pixel_layout
from deid_pipeline.errors import EngineUnavailableError, ResidualRiskError, SourceDataError
from deid_pipeline_tests.instances import save
from deid_pipeline_tests.videos import COLUMNS, PICTURES, ROWS, instance, pictures, video

_CODECS = {"10": "mpeg2video", "102": "h264", "103": "h264", "104": "h264", "105": "h264", "107": "hevc", "108": "hevc"}
_READ = [uid for uid in VIDEO_SYNTAXES if uid not in STEREO_SYNTAXES]
_MPEG_2, _H_264, _HEVC = (f"1.2.840.10008.1.2.4.{end}" for end in (100, 102, 107))
_FORMS = {
    "mpeg2video": ("mpegts", "mpeg", "mpeg2video"),
    "h264": ("mp4", "mpegts", "h264"),
    "hevc": ("mp4", "mpegts", "hevc"),
}


def codec_of(uid: str) -> str:
    end = uid.removeprefix("1.2.840.10008.1.2.4.").split(".")[0]
    return _CODECS.get(end) or _CODECS[end[:2]]


def read(folder: Path, dataset: Dataset, syntax: str) -> list[np.ndarray[Any, Any]]:
    with open_dicom(save(dataset, folder / "in.dcm", syntax=syntax)) as file:
        layout = pixel_layout(file)
        assert layout is not None
        return list(video_frames(file.buffer, layout))


@pytest.mark.parametrize("syntax", _READ)
def test_every_picture_of_every_syntax_is_read(tmp_path: Path, syntax: str) -> None:
    """In whatever container, one fragment or several that end anywhere."""
    ten = syntax.endswith(".108")
    for number, form in enumerate(_FORMS[codec_of(syntax)]):
        stream = video(codec_of(syntax), form, ten_bits=ten)
        found = read(tmp_path, instance(stream, fragments=1 + 3 * number, ten_bits=ten), syntax)
        assert len(found) == PICTURES
        for one, other in zip(found, pictures(), strict=True):
            assert (one.shape, one.dtype) == ((ROWS, COLUMNS, 3), np.dtype(np.uint8))
            assert np.abs(one.astype(int) - other).mean() < 16


@pytest.mark.parametrize("syntax", sorted(STEREO_SYNTAXES))
def test_a_second_view_is_not_overlooked(tmp_path: Path, syntax: str) -> None:
    with pytest.raises(ResidualRiskError, match="second view"):
        read(tmp_path, instance(video("h264", "mp4")), syntax)


@pytest.mark.parametrize("claimed", [1, PICTURES - 1, PICTURES + 1, 1000])
def test_another_number_of_pictures_than_the_header_claims_is_refused(tmp_path: Path, claimed: int) -> None:
    with pytest.raises(SourceDataError, match="another number of pictures"):
        read(tmp_path, instance(video("h264", "mp4"), count=claimed), _H_264)


def test_another_size_is_refused(tmp_path: Path) -> None:
    dataset = instance(video("h264", "mp4"))
    dataset.Rows = ROWS - 16
    with pytest.raises(SourceDataError, match="another size"):
        read(tmp_path, dataset, _H_264)


def test_another_codec_than_the_syntax_says_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceDataError, match="another way"):
        read(tmp_path, instance(video("h264", "mp4")), _HEVC)


@pytest.mark.parametrize(
    ("codec", "form"), [("mpeg2video", "mpegts"), ("h264", "mp4"), ("h264", "h264"), ("hevc", "mp4")]
)
@pytest.mark.parametrize("where", [0.3, 0.5, 0.7, 0.9])
def test_a_damaged_stream_is_never_taken_for_a_whole_one(tmp_path: Path, codec: str, form: str, where: float) -> None:
    """It is refused, but for damage that lies beside the pictures: then they are all there and the same."""
    syntax = {"mpeg2video": _MPEG_2, "h264": _H_264, "hevc": _HEVC}[codec]
    stream = video(codec, form)
    at = int(len(stream) * where)
    with pytest.raises((SourceDataError, ResidualRiskError)):
        read(tmp_path, instance(stream[:at]), syntax)
    whole = read(tmp_path, instance(stream), syntax)
    try:
        found = read(tmp_path, instance(stream[:at] + bytes(64) + stream[at + 64 :]), syntax)
    except (SourceDataError, ResidualRiskError):
        return
    np.testing.assert_array_equal(found, whole)


@pytest.mark.parametrize("content", [b"\0\0", b"\0" * 400, b"#EXTM3U\nfile:///etc/passwd\n", b"RIFF" + bytes(300)])
def test_what_is_no_such_stream_is_refused_and_opens_nothing_else(tmp_path: Path, content: bytes) -> None:
    pytest.importorskip("av")
    with pytest.raises(SourceDataError):
        read(tmp_path, instance(content), _H_264)


def test_sound_and_words_hold_a_video(tmp_path: Path) -> None:
    with pytest.raises(ResidualRiskError, match="sound"):
        read(tmp_path, instance(video("mpeg2video", "mpegts", sound=True)), _MPEG_2)
    for words in ({"title": "Quillfeather"}, {"creation_time": "2019-04-12T10:00:00Z"}):
        with pytest.raises(ResidualRiskError, match="words about it"):
            read(tmp_path, instance(video("h264", "mp4", words=words)), _H_264)


def test_without_pyav_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = instance(video("h264", "mp4"))
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(EngineUnavailableError, match="video"):
        read(tmp_path, dataset, _H_264)


@pytest.mark.parametrize(
    ("end", "reason"),
    [("4.92", "part 2"), ("4.55", "retired"), ("4.66", "hierarchical"), ("4.94", "JPIP"), ("4.102", "video")],
)
def test_what_no_codec_reads_is_refused_with_its_reason(end: str, reason: str) -> None:
    with pytest.raises(SourceDataError, match=reason):
        codec_for(f"1.2.840.10008.1.2.{end}")


def test_memory_does_not_grow_with_the_number_of_pictures(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from deid_pipeline.codecs import video_frames;"
        "from deid_pipeline.dicom import open_dicom, pixel_layout\n"
        "with open_dicom(Path(sys.argv[1])) as file:\n"
        "    for picture in video_frames(file.buffer, pixel_layout(file)): pass\n"
        "print(Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])"
    )
    peaks = []
    for count in (10, 1500):
        path = save(instance(video("h264", "mp4", count=count), count=count), tmp_path / "in.dcm", syntax=_H_264)
        ran = subprocess.run([sys.executable, "-c", program, str(path)], check=True, capture_output=True, text=True)
        peaks.append(int(ran.stdout) / 1024)
    assert peaks[1] - peaks[0] < 40, peaks
