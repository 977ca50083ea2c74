"""A video without text passes as it is; one with text, or that cannot be read, is held."""

from __future__ import annotations

import sys
from pathlib import Path

import pydicom
import pytest

from deid_pipeline.model import Box, OutputFile, ReadLine
from deid_pipeline.stages import detection
from deid_pipeline_tests.instances import save, small_ct
from deid_pipeline_tests.projects import outputs, project_in, run_stages
from deid_pipeline_tests.videos import instance, video

_H_264 = "1.2.840.10008.1.2.4.102"


class Reader:
    """An engine that sees text in every third picture, or in none."""

    name = "stub"

    def __init__(self, *, sees: bool) -> None:
        self.sees, self.count = sees, 0

    def read(self, image: object) -> list[ReadLine]:  # noqa: ARG002 - the engine's signature
        self.count += 1
        return [ReadLine(Box(8, 4, 40, 20), "Quill", 0.9)] if self.sees and self.count % 3 == 0 else []


def taken_through(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, sees: bool, pixels: str = "redact_all_text"
) -> OutputFile:
    reader = Reader(sees=sees)
    monkeypatch.setattr(detection, "engine", lambda **_: reader)
    strategy = folder / "strategy.yaml"
    strategy.write_text(f"extends: basic\ndescription: a test\npixels: {pixels}\n")
    project = project_in(folder, strategy=str(strategy))
    save(instance(video("h264", "mp4"), fragments=3), project.settings.landing / "1", syntax=_H_264)
    row = outputs(project, run_stages(project))["1"]
    assert reader.count in (0, 10), "every picture is read"
    return row


def test_a_video_without_text_keeps_its_bit_stream(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    row = taken_through(tmp_path, monkeypatch, sees=False)
    assert (row.status, row.reason, row.frames) == ("released", "", 10)
    before, after = pydicom.dcmread(tmp_path / "landing" / "1"), pydicom.dcmread(row.output_path)
    assert after.PixelData == before.PixelData
    assert after.file_meta.TransferSyntaxUID == _H_264


@pytest.mark.parametrize("pixels", ["redact_all_text", "{on_unsupported: decompress}"])
def test_a_video_with_text_is_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pixels: str) -> None:
    row = taken_through(tmp_path, monkeypatch, sees=True, pixels=pixels)
    assert row.status == "held"
    assert "text was found in a video" in row.reason
    assert not list((tmp_path / "release").rglob("*.dcm"))


def test_without_the_extra_a_video_is_held_and_the_rest_of_the_study_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(detection, "engine", lambda **_: Reader(sees=False))
    project = project_in(tmp_path)
    save(instance(video("h264", "mp4")), project.settings.landing / "1", syntax=_H_264)
    save(small_ct(instance="2"), project.settings.landing / "2")
    monkeypatch.setitem(sys.modules, "av", None)
    rows = outputs(project, run_stages(project))
    assert rows["1"].status == "held"
    assert "deid-pipeline[video]" in rows["1"].reason
    assert rows["2"].status == "released"


@pytest.mark.parametrize("end", ["94", "204"])
def test_an_instance_whose_pixels_lie_on_a_server_is_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    monkeypatch.setattr(detection, "engine", lambda **_: Reader(sees=False))
    project = project_in(tmp_path)
    dataset = small_ct()
    del dataset.PixelData
    dataset.PixelDataProviderURL = "http://pacs.example.org/quillfeather.jp2"
    save(dataset, project.settings.landing / "1", syntax=f"1.2.840.10008.1.2.4.{end}")
    row = outputs(project, run_stages(project))["1"]
    assert (row.status, row.reason) == ("held", "the pixels lie on a JPIP server and not in the file")
